// PreparedOpening: an Opening encoded once, so that each probe only copies it and patches in its
// SPI, nonce, NAT_DETECTION hashes and public value. Shared by every target that sends the same
// opening; immutable, so any thread may read it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "probes/algorithms/opening.h"
#include "probes/base/bytes.h"
#include "probes/base/ip_address.h"

namespace ike {

// What has to come from outside: randomness and addresses.
struct ExchangeSeed {
  uint64_t initiator_spi = 0;       // never 0, unpredictable
  std::array<uint8_t, 32> nonce{};  // unpredictable
  Endpoint local;                   // true source; NAT_DETECTION hashes it (RFC 7296 section 2.23)
  Endpoint remote;
};

// The KE payload's contents.
struct KeyShare {
  uint16_t group = 0;
  ByteSpan public_value;
};

class PreparedOpening {
 public:
  explicit PreparedOpening(Opening opening);

  const Opening& opening() const { return opening_; }
  IkeVersion version() const { return VersionOf(opening_); }
  // The SA payload's body, as every message of this opening carries it.
  ByteSpan sa_body() const { return ByteSpan(head_).subspan(kSaBodyAt, sa_size_); }

  // The group whose public value the message carries by itself; 0 = it has no KE payload.
  uint16_t own_ke_group() const { return own_ke_group_; }
  // Whether a KE payload of `group` fits what is offered (RFC 7296 section 3.4).
  bool OffersKeGroup(uint16_t group) const;

  // Replaces what `out` holds by the first message of an exchange.
  // REQUIRES: a public value where own_ke_group() is not 0.
  void WriteMessage(const ExchangeSeed& seed, const KeyShare& share, Bytes* out) const;

  // Makes `message`, of WriteMessage and with or without a cookie, one that comes from another
  // local endpoint. REQUIRES: nothing but the local endpoint of `seed` has changed.
  void PatchLocal(const ExchangeSeed& seed, Bytes* message) const;

 private:
  static constexpr size_t kSaBodyAt = 32;  // after the header and the generic payload header

  // Positions in tail_ of what is patched; 0 = there is no such thing.
  struct Patches {
    size_t nonce = 0;
    size_t nat_source = 0;
    size_t nat_destination = 0;
    size_t own_address_id = 0;  // the whole ID payload
  };

  void PrepareIkev2(const Ikev2Opening& opening);
  void PrepareIkev1(const Ikev1Opening& opening);
  void PatchTail(const ExchangeSeed& seed, size_t tail_at, Bytes* out) const;

  Opening opening_;
  uint16_t own_ke_group_ = 0;
  Bytes head_;  // the header and all payloads up to the public value, which belongs between
  Bytes tail_;  // the payloads after it
  size_t sa_size_ = 0;
  size_t ke_at_ = 0;  // the KE payload in head_
  Patches patches_;
};

}  // namespace ike
