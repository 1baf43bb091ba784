// The order of the payloads is that of RFC 7296 section 1.2 and RFC 2409 section 5. A message is
// head_, the public value, tail_: everything but the KE payload has a fixed size, so that positions
// are known in advance. Tested by tests/probes/prepared_opening_test.cc.
#include "probes/exchange/prepared_opening.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "probes/wire/identification.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/nat_detection.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "probes/wire/vendor_id.h"

namespace ike {
namespace {

namespace v1 = wire::v1;
namespace v2 = wire::v2;

constexpr size_t kKeLengthOffset = 2;  // in the KE payload
constexpr size_t kKeGroupOffset = wire::kPayloadHeaderSize;
constexpr size_t kIkev2KeOverhead = wire::kPayloadHeaderSize + 4;
constexpr size_t kIkev1KeOverhead = wire::kPayloadHeaderSize;
constexpr uint8_t kIdIpv6 = 5;  // ID_IPV6_ADDR, RFC 2407 section 4.6.2.1

// SHA2-256, SHA2-384, SHA2-512 and Identity (RFC 7427 section 4, RFC 8420 section 2).
constexpr auto kSignatureHashes = std::to_array<uint8_t>({0, 2, 0, 3, 0, 4, 0, 5});

void AddNotify(uint16_t type, ByteSpan data, wire::MessageBuilder* builder) {
  wire::WriteIkev2Notify({.protocol = 0, .type = type, .spi = {}, .data = data},
                         builder->Begin(v2::payload::kNotify));
}

bool HasAdditionalKeyExchange(const Ikev2Opening& opening) {
  return std::any_of(opening.proposals.begin(), opening.proposals.end(), [](const auto& proposal) {
    return std::any_of(proposal.transforms.begin(), proposal.transforms.end(),
                       [](const auto& t) { return t.type >= v2::transform::kAddKe1; });
  });
}

void AddFeatureNotifies(const Ikev2Opening& opening, wire::MessageBuilder* builder) {
  if (opening.ask_features) {
    AddNotify(v2::notify::kFragmentationSupported, {}, builder);
    AddNotify(v2::notify::kSignatureHashAlgorithms, kSignatureHashes, builder);
    AddNotify(v2::notify::kUsePpk, {}, builder);
  }
  if (opening.redirect_supported) AddNotify(v2::notify::kRedirectSupported, {}, builder);
  // RFC 9370 section 2.2.1: additional key exchanges take IKE_INTERMEDIATE.
  if (opening.ask_features || HasAdditionalKeyExchange(opening)) {
    AddNotify(v2::notify::kIntermediateExchangeSupported, {}, builder);
  }
}

// The four bytes of "192.0.2.1"; absent when `text` is none.
std::optional<std::array<uint8_t, 4>> ParseDottedQuad(std::string_view text) {
  std::array<uint8_t, 4> bytes{};
  size_t index = 0;
  int value = -1;
  for (char c : text) {
    if (c == '.') {
      if (value < 0 || index == 3) return std::nullopt;
      bytes[index++] = static_cast<uint8_t>(value);
      value = -1;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    value = std::max(value, 0) * 10 + (c - '0');
    if (value > 255) return std::nullopt;
  }
  if (value < 0 || index != 3) return std::nullopt;
  bytes[3] = static_cast<uint8_t>(value);
  return bytes;
}

// Writes the ID payload's body. Returns whether it is our own address, which is patched later.
bool WriteIdentity(const Ikev1Opening& opening, Writer* writer) {
  const std::optional<std::array<uint8_t, 4>> quad = ParseDottedQuad(opening.id);
  const bool is_own_address = opening.id_type == IdType::kIpv4 && !quad;
  wire::Ikev1Identification id{.type = static_cast<uint8_t>(opening.id_type), .data = {}};
  // Protocol and port 0: "any", the only form that holds for every transport (RFC 2407 4.6.2).
  constexpr std::array<uint8_t, 4> kNoAddress{};
  id.data = ByteSpan(reinterpret_cast<const uint8_t*>(opening.id.data()), opening.id.size());
  if (opening.id_type == IdType::kIpv4) id.data = quad ? ByteSpan(*quad) : ByteSpan(kNoAddress);
  wire::WriteIkev1Identification(id, writer);
  return is_own_address;
}

// RFC 2407 section 4.6.2.7: an IPv6 address is another ID type and 12 bytes longer.
void WidenIdToIpv6(size_t id_at, Bytes* out) {
  constexpr size_t kExtra = 12;
  const size_t data_at = id_at + wire::kPayloadHeaderSize + 4;
  out->insert(out->begin() + static_cast<std::ptrdiff_t>(data_at), kExtra, 0);
  Writer writer(out);
  writer.PatchU8(id_at + wire::kPayloadHeaderSize, kIdIpv6);
  writer.PatchU16(id_at + 2, wire::kPayloadHeaderSize + 4 + 16);
}

void Overwrite(size_t at, ByteSpan bytes, Bytes* out) {
  std::copy(bytes.begin(), bytes.end(), out->begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

PreparedOpening::PreparedOpening(Opening opening) : opening_(std::move(opening)) {
  if (const auto* ikev2 = std::get_if<Ikev2Opening>(&opening_)) PrepareIkev2(*ikev2);
  if (const auto* ikev1 = std::get_if<Ikev1Opening>(&opening_)) PrepareIkev1(*ikev1);
}

void PreparedOpening::PrepareIkev2(const Ikev2Opening& opening) {
  own_ke_group_ = opening.ke_group;
  wire::MessageBuilder builder(&head_, {.version = wire::kVersion2,
                                        .exchange_type = v2::exchange::kIkeSaInit,
                                        .flags = wire::v2::flag::kInitiator});
  wire::WriteIkev2Sa(opening.proposals, builder.Begin(v2::payload::kSa));
  sa_size_ = head_.size() - kSaBodyAt;
  ke_at_ = head_.size();
  wire::WriteIkev2Ke(0, {}, builder.Begin(v2::payload::kKe));
  const size_t split = head_.size();
  builder.Begin(v2::payload::kNonce)->Zeros(sizeof(ExchangeSeed::nonce));
  patches_.nonce = head_.size() - split - sizeof(ExchangeSeed::nonce);
  constexpr wire::NatDetectionHash kNoHash{};
  AddNotify(v2::notify::kNatDetectionSourceIp, kNoHash, &builder);
  patches_.nat_source = head_.size() - split - kNoHash.size();
  AddNotify(v2::notify::kNatDetectionDestinationIp, kNoHash, &builder);
  patches_.nat_destination = head_.size() - split - kNoHash.size();
  AddFeatureNotifies(opening, &builder);
  builder.Finish();
  tail_.assign(head_.begin() + static_cast<std::ptrdiff_t>(split), head_.end());
  head_.resize(split);
}

void PreparedOpening::PrepareIkev1(const Ikev1Opening& opening) {
  const bool aggressive = opening.mode == Ikev1Mode::kAggressive;
  own_ke_group_ = aggressive ? opening.group : uint16_t{0};
  wire::MessageBuilder builder(
      &head_, {.version = wire::kVersion1, .exchange_type = static_cast<uint8_t>(opening.mode)});
  wire::WriteIkev1Sa(opening.transforms, builder.Begin(v1::payload::kSa));
  sa_size_ = head_.size() - kSaBodyAt;
  size_t split = head_.size();
  if (aggressive) {
    ke_at_ = head_.size();
    builder.Begin(v1::payload::kKe);
    split = head_.size();
    builder.Begin(v1::payload::kNonce)->Zeros(sizeof(ExchangeSeed::nonce));
    patches_.nonce = head_.size() - split - sizeof(ExchangeSeed::nonce);
    const size_t id_at = head_.size() - split;
    const bool is_own_address = WriteIdentity(opening, builder.Begin(v1::payload::kId));
    if (is_own_address) patches_.own_address_id = id_at;
  }
  if (opening.send_vendor_ids) {
    for (ByteSpan id : wire::kIkev1OpeningVendorIds) builder.Add(v1::payload::kVendorId, id);
  }
  builder.Finish();
  tail_.assign(head_.begin() + static_cast<std::ptrdiff_t>(split), head_.end());
  head_.resize(split);
}

bool PreparedOpening::OffersKeGroup(uint16_t group) const {
  const auto* ikev2 = std::get_if<Ikev2Opening>(&opening_);
  if (ikev2 == nullptr) return group == own_ke_group_;
  return std::any_of(ikev2->proposals.begin(), ikev2->proposals.end(), [&](const auto& proposal) {
    const OfferedTransform wanted{v2::transform::kKe, group, 0};
    return std::find(proposal.transforms.begin(), proposal.transforms.end(), wanted) !=
           proposal.transforms.end();
  });
}

void PreparedOpening::WriteMessage(const ExchangeSeed& seed, const KeyShare& share,
                                   Bytes* out) const {
  out->assign(head_.begin(), head_.end());
  Writer writer(out);
  if (own_ke_group_ != 0) {
    const bool is_ikev2 = version() == IkeVersion::kV2;
    const size_t overhead = is_ikev2 ? kIkev2KeOverhead : kIkev1KeOverhead;
    writer.PatchU16(ke_at_ + kKeLengthOffset,
                    static_cast<uint16_t>(overhead + share.public_value.size()));
    if (is_ikev2) writer.PatchU16(ke_at_ + kKeGroupOffset, share.group);
    writer.Put(share.public_value);
  }
  const size_t tail_at = out->size();
  writer.Put(tail_);
  PatchTail(seed, tail_at, out);
  writer.PatchU32(0, static_cast<uint32_t>(seed.initiator_spi >> 32));
  writer.PatchU32(4, static_cast<uint32_t>(seed.initiator_spi));
  writer.PatchU32(wire::kLengthOffset, static_cast<uint32_t>(out->size()));
}

void PreparedOpening::PatchLocal(const ExchangeSeed& seed, Bytes* message) const {
  if (patches_.nat_source == 0) return;
  const size_t tail_at = message->size() - tail_.size();
  Overwrite(tail_at + patches_.nat_source,
            wire::HashNatDetection({seed.initiator_spi, 0, seed.local}), message);
}

void PreparedOpening::PatchTail(const ExchangeSeed& seed, size_t tail_at, Bytes* out) const {
  // The nonce stands at the tail's beginning, after its payload's header: 0 means "none".
  if (patches_.nonce != 0) Overwrite(tail_at + patches_.nonce, seed.nonce, out);
  if (patches_.nat_source != 0) {
    // In the request the responder's SPI is zero (RFC 7296 section 2.23).
    const uint64_t spi = seed.initiator_spi;
    Overwrite(tail_at + patches_.nat_source, wire::HashNatDetection({spi, 0, seed.local}), out);
    Overwrite(tail_at + patches_.nat_destination, wire::HashNatDetection({spi, 0, seed.remote}),
              out);
  }
  if (patches_.own_address_id == 0) return;
  const size_t id_at = tail_at + patches_.own_address_id;
  if (seed.local.address.is_v6()) WidenIdToIpv6(id_at, out);
  Overwrite(id_at + wire::kPayloadHeaderSize + 4, seed.local.address.bytes(), out);
}

}  // namespace ike
