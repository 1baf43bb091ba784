#include "tests/responder/daemon_v1.h"

#include <algorithm>

#include "tests/responder/ikev1_hash.h"

namespace responder {
namespace {

constexpr size_t kNonceSize = 32;
constexpr uint8_t kPayloadSignature = 9;
constexpr uint8_t kPayloadNatDetection = 20;
constexpr uint16_t kAuthPsk = 1, kAuthXauthPsk = 65001;
// RFC 3947 section 3.1: the MD5 of "RFC 3947".
constexpr uint8_t kNatTraversal[] = {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45,
                                     0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f};

Bytes Draw(uint64_t seed, size_t size) {
  Bytes out;
  while (out.size() < size) {
    seed = Mix(seed + 0x9e3779b97f4a7c15u);
    Put64(out, seed);
  }
  out.resize(size);
  return out;
}

// RFC 2407 section 4.6.2: type, protocol 0, port 0, data.
Bytes IdentityBody(const std::string& text) {
  auto address = ParseAddress(text);
  if (!address) {
    Bytes body = {2, 0, 0, 0};  // ID_FQDN
    body.insert(body.end(), text.begin(), text.end());
    return body;
  }
  Bytes body = {static_cast<uint8_t>(address->size == 4 ? 1 : 5), 0, 0, 0};
  PutAll(body, address->bytes());
  return body;
}

// Ours may say more than the offered one: that of fragmentation has capabilities behind its hash.
bool WasOffered(View vendor, const std::vector<View>& offered) {
  return std::ranges::any_of(offered, [&](View one) {
    return one.size() <= vendor.size() && std::ranges::equal(one, vendor.first(one.size()));
  });
}

}  // namespace

Verdict DaemonV1::Answer(const Request& request, const Header& header, HalfOpenTable& half_open,
                         Bytes& reply) {
  if (posture_.v1.mode == Mode::kSilent) return Verdict::kSilent;
  bool opens = (header.exchange == static_cast<uint8_t>(Exchange::kMain) ||
                header.exchange == static_cast<uint8_t>(Exchange::kAggressive)) &&
               header.spi_i != 0 && header.spi_r == 0 && header.message_id == 0 &&
               (header.flags & kFlagEncrypted) == 0;
  if (!opens) return Verdict::kIgnored;
  uint32_t block_after = posture_.half_open.block_after;
  if (block_after != 0 && half_open.OfSource(request.slot, request.peer.address) >= block_after) {
    return Verdict::kBlocked;
  }
  uint64_t key = HashBytes(request.message, HashBytes(request.peer.address.bytes(), request.slot));
  Opening opening;
  opening.request = &request;
  opening.answer = header;
  opening.answer.spi_r = Mix(secret_ ^ key) | 1;
  Verdict verdict =
      ReadPayloadsOf(header, opening) ? Decide(opening, reply) : Verdict::kInvalidSyntax;
  if (verdict == Verdict::kIgnored) return verdict;
  if (verdict != Verdict::kAccepted && posture_.v1.silent_refusals) return Verdict::kIgnored;
  if (verdict != Verdict::kAccepted) return Refuse(opening.answer, verdict, reply);
  if (half_open.Holds(key)) return Verdict::kRepeated;
  half_open.Add(key, request.slot, request.peer.address, request.now);
  return Verdict::kAccepted;
}

bool DaemonV1::ReadPayloadsOf(const Header& header, Opening& opening) {
  // The SA payload comes first (RFC 2409 section 5).
  if (header.next != static_cast<uint8_t>(PayloadV1::kSa)) return false;
  if (!ReadPayloads(header, opening.request->message, payloads_)) return false;
  for (const Payload& payload : payloads_) {
    switch (static_cast<PayloadV1>(payload.type)) {
      case PayloadV1::kSa:
        opening.sa = payload.body;
        break;
      case PayloadV1::kKe:
        opening.ke = payload.body;
        break;
      case PayloadV1::kNonce:
        opening.nonce = payload.body;
        break;
      case PayloadV1::kId:
        opening.id = payload.body;
        break;
      case PayloadV1::kVendor:
        opening.vendor_ids.push_back(payload.body);
        break;
      default:
        break;
    }
  }
  return true;
}

Verdict DaemonV1::Decide(const Opening& opening, Bytes& reply) {
  if (posture_.v1.error_notify) return Verdict::kErrorNotify;
  if (posture_.v1.mode == Mode::kRefuse) return Verdict::kNoProposal;
  auto offer = ReadSaV1(opening.sa);
  if (!offer) return Verdict::kInvalidSyntax;
  if (posture_.v1.checks_doi && offer->doi != 1) return Verdict::kIgnored;
  if (opening.answer.exchange == static_cast<uint8_t>(Exchange::kMain)) {
    return AnswerMain(opening, *offer, reply);
  }
  return AnswerAggressive(opening, *offer, reply);
}

Verdict DaemonV1::AnswerMain(const Opening& opening, const OfferV1& offer, Bytes& reply) {
  if (!posture_.v1.main) return Verdict::kNoProposal;
  if (posture_.v1.silent_on_other_methods && !KnowsAMethod(offer)) return Verdict::kIgnored;
  const Suite* suite = SelectV1(posture_.v1.rules, offer);
  if (suite == nullptr) return Verdict::kNoProposal;
  MessageBuilder builder(opening.answer);
  builder.Add(static_cast<uint8_t>(PayloadV1::kSa), WriteSaV1(offer, *suite));
  AddVendorIds(opening, builder);
  reply = std::move(builder).Finish(posture_.v1.padded ? 4 : 1);
  return Verdict::kAccepted;
}

bool DaemonV1::KnowsAMethod(const OfferV1& offer) const {
  const auto& known = posture_.v1.rules.authentications;
  return std::ranges::any_of(offer.suites, [&](const Suite& suite) {
    return std::ranges::find(known, suite.authentication) != known.end();
  });
}

Verdict DaemonV1::AnswerAggressive(const Opening& opening, const OfferV1& offer, Bytes& reply) {
  if (opening.ke.empty() || opening.id.size() < 4) return Verdict::kInvalidSyntax;
  // RFC 2409 section 5: the nonce has 8 to 256 bytes.
  if (opening.nonce.size() < 8 || opening.nonce.size() > 256) return Verdict::kInvalidSyntax;
  if (!IsKnownPeer(opening)) return Verdict::kInvalidId;
  // The group cannot be negotiated: only transforms of the KE's group count.
  OfferV1 narrowed = offer;
  std::erase_if(narrowed.suites, [&](const Suite& suite) {
    return InitiatorLength(suite.group) != opening.ke.size();
  });
  const Suite* suite = SelectV1(posture_.v1.rules, narrowed);
  if (suite == nullptr) return Verdict::kNoProposal;
  if (!posture_.v1.aggressive) return Verdict::kAuthFailed;
  if (!IsPublicValue(suite->group, opening.ke)) return Verdict::kInvalidKey;
  reply = WriteAggressive(opening, narrowed, *suite);
  return Verdict::kAccepted;
}

Bytes DaemonV1::WriteAggressive(const Opening& opening, const OfferV1& offer, const Suite& suite) {
  const Header& header = opening.answer;
  const Bytes& ke = values_.Of(suite.group);
  Bytes nonce = Draw(header.spi_r, kNonceSize);
  Bytes identity = IdentityBody(posture_.v1.identity);
  MessageBuilder builder(header);
  builder.Add(static_cast<uint8_t>(PayloadV1::kSa), WriteSaV1(offer, suite));
  builder.Add(static_cast<uint8_t>(PayloadV1::kKe), ke);
  builder.Add(static_cast<uint8_t>(PayloadV1::kNonce), nonce);
  builder.Add(static_cast<uint8_t>(PayloadV1::kId), identity);
  auto add_rest = [&] {
    AddVendorIds(opening, builder);
    AddNatDetection(opening, suite.hash, builder);
  };
  if (!posture_.v1.hash_before_vendor_ids) add_rest();
  if (suite.authentication == kAuthPsk || suite.authentication == kAuthXauthPsk) {
    HashSubject subject = {suite.hash, header.spi_i, header.spi_r, opening.nonce, nonce,
                           opening.ke, ke,           opening.sa,   identity};
    builder.Add(static_cast<uint8_t>(PayloadV1::kHash), HashR(subject, posture_.v1.psk));
  } else {
    builder.Add(kPayloadSignature, Draw(header.spi_i, 256));
  }
  if (posture_.v1.hash_before_vendor_ids) add_rest();
  return std::move(builder).Finish(posture_.v1.padded ? 4 : 1);
}

bool DaemonV1::IsKnownPeer(const Opening& opening) const {
  View data = opening.id.subspan(4);
  auto is = [&](const std::string& identity) {
    if (identity == "%address")
      return std::ranges::equal(data, opening.request->peer.address.bytes());
    auto address = ParseAddress(identity);
    if (address) return std::ranges::equal(data, address->bytes());
    return std::ranges::equal(data, Bytes(identity.begin(), identity.end()));
  };
  const auto& known = posture_.v1.peer_identities;
  return known.empty() || std::ranges::any_of(known, is);
}

void DaemonV1::AddVendorIds(const Opening& opening, MessageBuilder& builder) const {
  auto add = [&](View body) { builder.Add(static_cast<uint8_t>(PayloadV1::kVendor), body); };
  for (const Bytes& vendor : posture_.v1.vendor_ids) add(vendor);
  for (const Bytes& vendor : posture_.v1.echoed_vendor_ids) {
    if (WasOffered(vendor, opening.vendor_ids)) add(vendor);
  }
}

// After both sides have shown the vendor id of NAT traversal; the peer's end first.
void DaemonV1::AddNatDetection(const Opening& opening, uint16_t hash,
                               MessageBuilder& builder) const {
  auto ours = [](const Bytes& vendor) { return std::ranges::equal(vendor, kNatTraversal); };
  bool both = std::ranges::any_of(posture_.v1.echoed_vendor_ids, ours) &&
              WasOffered(kNatTraversal, opening.vendor_ids);
  if (!both) return;
  HashSubject subject;
  subject.hash = hash;
  subject.spi_i = opening.answer.spi_i;
  subject.spi_r = opening.answer.spi_r;
  for (const Endpoint& end :
       {posture_.PeerAsSeen(opening.request->peer), posture_.SelfAsSeen(opening.request->local)}) {
    builder.Add(kPayloadNatDetection, NatDetectionV1(subject, end));
  }
}

// strongSwan names the SA by both cookies in its refusal; libreswan, and strongSwan without any
// IKEv1 configuration, leave the SPI out.
Verdict DaemonV1::Refuse(const Header& header, Verdict verdict, Bytes& reply) const {
  Header answer = header;
  answer.exchange = static_cast<uint8_t>(Exchange::kInformational);
  answer.message_id = static_cast<uint32_t>(Mix(header.spi_r)) | 1;
  Bytes spi;
  if (posture_.v1.spi_in_refusals && posture_.v1.mode == Mode::kAnswer) {
    Put64(spi, header.spi_i);
    Put64(spi, header.spi_r);
  }
  if (!posture_.v1.spi_in_refusals) answer.spi_r = 0;
  MessageBuilder builder(answer);
  builder.Add(static_cast<uint8_t>(PayloadV1::kNotify), NotifyBodyV1(NotifyOf(verdict), spi));
  reply = std::move(builder).Finish(posture_.v1.padded ? 4 : 1);
  return verdict;
}

uint16_t DaemonV1::NotifyOf(Verdict verdict) const {
  switch (verdict) {
    case Verdict::kErrorNotify:
      return *posture_.v1.error_notify;
    case Verdict::kInvalidId:
      return static_cast<uint16_t>(NotifyV1::kInvalidId);
    case Verdict::kInvalidKey:
      return static_cast<uint16_t>(posture_.v1.bad_key_notify);
    case Verdict::kAuthFailed:
      return static_cast<uint16_t>(NotifyV1::kAuthFailed);
    case Verdict::kInvalidSyntax:
      return static_cast<uint16_t>(NotifyV1::kPayloadMalformed);
    default:
      return static_cast<uint16_t>(NotifyV1::kNoProposalChosen);
  }
}

}  // namespace responder
