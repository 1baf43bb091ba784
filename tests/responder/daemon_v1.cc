#include "tests/responder/daemon_v1.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace responder {
namespace {

constexpr size_t kNonceSize = 32;
constexpr uint8_t kPayloadSignature = 9;
constexpr uint16_t kAuthPsk = 1, kAuthXauthPsk = 65001;

// RFC 2409 appendix A and RFC 4868 hash numbers.
const EVP_MD* HashOf(uint16_t number) {
  switch (number) {
    case 1:
      return EVP_md5();
    case 4:
      return EVP_sha256();
    case 5:
      return EVP_sha384();
    case 6:
      return EVP_sha512();
    default:
      return EVP_sha1();
  }
}

Bytes Hmac(uint16_t hash, View key, View data) {
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  HMAC(HashOf(hash), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
       digest.data(), &size);
  digest.resize(size);
  return digest;
}

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

uint16_t NotifyOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kInvalidId:
      return static_cast<uint16_t>(NotifyV1::kInvalidId);
    case Verdict::kInvalidKey:
      return static_cast<uint16_t>(NotifyV1::kInvalidKey);
    case Verdict::kAuthFailed:
      return static_cast<uint16_t>(NotifyV1::kAuthFailed);
    case Verdict::kInvalidSyntax:
      return static_cast<uint16_t>(NotifyV1::kInvalidPayloadType);
    default:
      return static_cast<uint16_t>(NotifyV1::kNoProposalChosen);
  }
}

}  // namespace

Verdict DaemonV1::Answer(const Request& request, const Header& header, HalfOpenTable& half_open,
                         Bytes& reply) {
  if (posture_.v1.mode == Mode::kSilent) return Verdict::kSilent;
  bool main = header.exchange == static_cast<uint8_t>(Exchange::kMain);
  bool aggressive = header.exchange == static_cast<uint8_t>(Exchange::kAggressive);
  bool opens = (main || aggressive) && header.spi_i != 0 && header.spi_r == 0 &&
               header.message_id == 0 && (header.flags & kFlagEncrypted) == 0;
  if (!opens) return Verdict::kIgnored;
  uint32_t block_after = posture_.half_open.block_after;
  if (block_after != 0 && half_open.OfSource(request.slot, request.peer.address) >= block_after) {
    return Verdict::kBlocked;
  }
  auto opening = ReadOpening(header, request.message);
  uint64_t key = HashBytes(request.message, HashBytes(request.peer.address.bytes(), request.slot));
  Header answer = header;
  answer.spi_r = Mix(secret_ ^ key) | 1;
  if (!opening) return Refuse(answer, Verdict::kInvalidSyntax, reply);
  if (posture_.v1.error_notify) return Refuse(answer, Verdict::kErrorNotify, reply);
  auto offer = ReadSaV1(opening->sa);
  if (!offer) return Refuse(answer, Verdict::kInvalidSyntax, reply);
  Verdict verdict = main ? AnswerMain(answer, *opening, *offer, reply)
                         : AnswerAggressive(answer, *opening, *offer, reply);
  if (verdict != Verdict::kAccepted) return Refuse(answer, verdict, reply);
  if (half_open.Holds(key)) return Verdict::kRepeated;
  half_open.Add(key, request.slot, request.peer.address, request.now);
  return Verdict::kAccepted;
}

std::optional<DaemonV1::Opening> DaemonV1::ReadOpening(const Header& header, View message) {
  // The SA payload comes first (RFC 2409 section 5).
  if (header.next != static_cast<uint8_t>(PayloadV1::kSa)) return std::nullopt;
  if (!ReadPayloads(header, message, payloads_)) return std::nullopt;
  Opening opening;
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
  return opening;
}

Verdict DaemonV1::AnswerMain(const Header& header, const Opening& opening, const OfferV1& offer,
                             Bytes& reply) {
  if (posture_.v1.mode == Mode::kRefuse || !posture_.v1.main) return Verdict::kNoProposal;
  const Suite* suite = SelectV1(posture_.v1.rules, offer);
  if (suite == nullptr) return Verdict::kNoProposal;
  MessageBuilder builder(header);
  builder.Add(static_cast<uint8_t>(PayloadV1::kSa), WriteSaV1(offer, *suite));
  AddVendorIds(opening, builder);
  reply = std::move(builder).Finish();
  return Verdict::kAccepted;
}

Verdict DaemonV1::AnswerAggressive(const Header& header, const Opening& opening,
                                   const OfferV1& offer, Bytes& reply) {
  if (posture_.v1.mode == Mode::kRefuse) return Verdict::kNoProposal;
  if (opening.ke.empty() || opening.id.size() < 4) return Verdict::kInvalidSyntax;
  // RFC 2409 section 5: the nonce has 8 to 256 bytes.
  if (opening.nonce.size() < 8 || opening.nonce.size() > 256) return Verdict::kInvalidSyntax;
  if (!IsKnownPeer(opening.id)) return Verdict::kInvalidId;
  // The group cannot be negotiated: only transforms of the KE's group count.
  OfferV1 narrowed = offer;
  std::erase_if(narrowed.suites, [&](const Suite& suite) {
    return InitiatorLength(suite.group) != opening.ke.size();
  });
  const Suite* suite = SelectV1(posture_.v1.rules, narrowed);
  if (suite == nullptr) return Verdict::kNoProposal;
  if (!posture_.v1.aggressive) return Verdict::kAuthFailed;
  if (!IsPublicValue(suite->group, opening.ke)) return Verdict::kInvalidKey;
  reply = WriteAggressive(header, opening, WriteSaV1(narrowed, *suite), *suite);
  return Verdict::kAccepted;
}

Bytes DaemonV1::WriteAggressive(const Header& header, const Opening& opening, Bytes sa,
                                const Suite& suite) {
  const Bytes& ke = values_.Of(suite.group);
  Bytes nonce = Draw(header.spi_r, kNonceSize);
  Bytes identity = IdentityBody(posture_.v1.identity);
  MessageBuilder builder(header);
  builder.Add(static_cast<uint8_t>(PayloadV1::kSa), sa);
  builder.Add(static_cast<uint8_t>(PayloadV1::kKe), ke);
  builder.Add(static_cast<uint8_t>(PayloadV1::kNonce), nonce);
  builder.Add(static_cast<uint8_t>(PayloadV1::kId), identity);
  AddVendorIds(opening, builder);
  if (suite.authentication != kAuthPsk && suite.authentication != kAuthXauthPsk) {
    builder.Add(kPayloadSignature, Draw(header.spi_i, 256));
    return std::move(builder).Finish();
  }
  // RFC 2409 section 5: SKEYID = prf(psk, Ni | Nr), HASH_R = prf(SKEYID, g^xr | g^xi | CKY-R |
  // CKY-I | SAi | IDir).
  Bytes nonces(opening.nonce.begin(), opening.nonce.end());
  PutAll(nonces, nonce);
  const std::string& psk = posture_.v1.psk;
  Bytes skeyid = Hmac(suite.hash, Bytes(psk.begin(), psk.end()), nonces);
  Bytes hashed = ke;
  PutAll(hashed, opening.ke);
  Put64(hashed, header.spi_r);
  Put64(hashed, header.spi_i);
  PutAll(hashed, opening.sa);
  PutAll(hashed, identity);
  builder.Add(static_cast<uint8_t>(PayloadV1::kHash), Hmac(suite.hash, skeyid, hashed));
  return std::move(builder).Finish();
}

bool DaemonV1::IsKnownPeer(View id) const {
  const auto& known = posture_.v1.peer_identities;
  return known.empty() || std::ranges::any_of(known, [&](const std::string& identity) {
           auto address = ParseAddress(identity);
           View data = id.subspan(4);
           if (address) return std::ranges::equal(data, address->bytes());
           return std::ranges::equal(data, identity, {}, {},
                                     [](char c) { return static_cast<uint8_t>(c); });
         });
}

void DaemonV1::AddVendorIds(const Opening& opening, MessageBuilder& builder) const {
  auto add = [&](View body) { builder.Add(static_cast<uint8_t>(PayloadV1::kVendor), body); };
  for (const Bytes& vendor : posture_.v1.vendor_ids) add(vendor);
  for (const Bytes& vendor : posture_.v1.echoed_vendor_ids) {
    if (std::ranges::any_of(opening.vendor_ids,
                            [&](View offered) { return std::ranges::equal(offered, vendor); })) {
      add(vendor);
    }
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
  uint16_t type = verdict == Verdict::kErrorNotify ? *posture_.v1.error_notify : NotifyOf(verdict);
  MessageBuilder builder(answer);
  builder.Add(static_cast<uint8_t>(PayloadV1::kNotify), NotifyBodyV1(type, spi));
  reply = std::move(builder).Finish();
  return verdict;
}

}  // namespace responder
