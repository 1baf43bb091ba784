// Everything a script says about one simulated gateway. Filled by the script loader, read by the
// daemons, the link and the sockets; a plain value that does not change while it is in use. Times
// are nanoseconds, probabilities 0 to 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/responder/endpoint.h"
#include "tests/responder/link_posture.h"
#include "tests/responder/select.h"

namespace responder {

enum class Mode {
  kAnswer,
  kSilent,  // the version is not spoken
  kRefuse,  // NO_PROPOSAL_CHOSEN to everything: a daemon without a configuration for it
};

enum class CookieUse { kNever, kAlways, kLoad };

// What a peer's public value must pass before it is accepted.
enum class KeCheck { kNone, kLength, kFull };

// Openings that never end.
enum class Trap {
  kNone,
  kChangingCookies,
  kInvalidKeLoop,
  kInvalidKeUnoffered,
  kCookieTooLong,
  kCookieEmpty
};

struct HalfOpenLimits {
  uint32_t cookie_after =
      0;  // half-open SAs of one source before it is asked for a cookie; 0: never
  uint32_t block_after = 0;           // before it meets silence; 0: never
  uint32_t cookie_total = 0;          // half-open SAs of all sources before all are asked; 0: never
  int64_t lifetime = 30'000'000'000;  // 0: not counted at all
};

struct PostureV2 {
  Mode mode = Mode::kSilent;
  RulesV2 rules;
  CookieUse cookie = CookieUse::kLoad;
  KeCheck ke_check = KeCheck::kFull;
  bool prefer_sent_group = false;  // takes the KE's group when it is acceptable at all
  bool responder_spi_in_errors = false;
  bool silent_refusals = false;    // INVALID_KE_PAYLOAD is no refusal
  bool silent_invalid_ke = false;  // drops that as well
  // libreswan: proposals numbered from one and without SPI, known attributes, right KE lengths.
  bool strict_syntax = false;
  bool nat_detection = true;
  bool nat_detection_unasked = false;
  std::vector<uint16_t> leading_notifies;  // sent always, before NAT detection
  bool echo_first = false;                 // the echoed ones stand before NAT detection
  std::vector<uint16_t> echoed_notifies;   // sent when the request had them
  std::vector<uint16_t> unasked_notifies;  // sent always
  std::vector<Bytes> vendor_ids;
  std::optional<uint16_t> error_notify;  // instead of any selection
  Trap trap = Trap::kNone;
};

struct PostureV1 {
  Mode mode = Mode::kSilent;
  RulesV1 rules;
  bool main = true;
  bool aggressive = false;
  bool silent_refusals = false;
  bool silent_on_other_methods = false;  // libreswan, where no authentication method is known
  bool padded = false;                   // messages have a multiple of four bytes
  bool spi_in_refusals = true;           // strongSwan: 56 bytes; libreswan: 40, no cookie
  bool checks_doi = false;               // libreswan is silent on another one
  bool hash_before_vendor_ids = false;   // libreswan, in Aggressive Mode
  NotifyV1 bad_key_notify = NotifyV1::kInvalidPayloadType;  // to a KE value that is no public value
  std::string psk = "secret";
  std::string identity = "gateway.example";
  std::vector<std::string>
      peer_identities;  // of Aggressive Mode; empty: all; "%address": the peer's own
  std::vector<Bytes> vendor_ids;
  std::vector<Bytes> echoed_vendor_ids;  // sent when the request had them
  std::optional<uint16_t> error_notify;
  std::vector<int64_t> retransmit;  // after the first answer; real daemons repeat theirs
};

struct Posture {
  std::string name;
  bool present = true;        // false: nothing is bound, or port unreachable is sent
  bool down = false;          // hears nothing
  uint8_t transports = 0x0f;  // bits of Transport
  // Answered by this code of ICMP destination unreachable, in place of IKE.
  std::optional<uint8_t> icmp_code;
  PostureV2 v2;
  PostureV1 v1;
  HalfOpenLimits half_open;
  LinkPosture link;
  bool nat_local = false;             // the gateway sits behind a NAT
  bool nat_remote = false;            // the prober does
  std::vector<std::string> mischief;  // names of mischief.h; taken in turn
  double mischief_probability = 1;
  bool answer_after_mischief = false;
  TcpHabit tcp = TcpHabit::kNormal;
  int64_t tcp_pause = 1'000'000'000;

  // Behind a NAT each side knows an address that the other does not see.
  Endpoint SelfAsSeen(Endpoint local) const {
    if (nat_local) local.address = Address::V4(0x0a000001);
    return local;
  }
  Endpoint PeerAsSeen(const Endpoint& peer) const {
    return nat_remote ? Endpoint{Address::V4(0xc0000201), 40001} : peer;
  }

  bool Serves(Transport transport) const {
    return present && (transports & static_cast<uint8_t>(transport)) != 0;
  }
};

}  // namespace responder
