#include "tests/responder/daemon_v2.h"

#include <algorithm>

#include "tests/responder/cookie.h"

namespace responder {
namespace {

constexpr size_t kNonceSize = 32;
constexpr size_t kMaxTemplates = 4096;
constexpr size_t kSha1Size = 20;

bool IsDefinedPayload(uint8_t type) { return type >= 33 && type <= 54; }

Header AnswerHeader() {
  Header header;
  header.version = kVersion2;
  header.exchange = static_cast<uint8_t>(Exchange::kSaInit);
  header.flags = kFlagResponse;
  return header;
}

// RFC 7296 section 3.10.1 gives each its data; those not named here have none.
Bytes DataOf(uint16_t notify) {
  if (notify != static_cast<uint16_t>(NotifyV2::kSignatureHash)) return {};
  return {0, 2, 0, 3, 0, 4, 0, 5};  // SHA2-256, SHA2-384, SHA2-512, Identity
}

// RFC 7296 section 2.23: SHA-1 of the SPIs, an address and a port.
void NatHash(View spis, const Endpoint& endpoint, uint8_t* digest) {
  uint8_t hashed[16 + 16 + 2];
  size_t size = endpoint.address.size;
  std::copy_n(spis.data(), 16, hashed);
  std::copy_n(endpoint.address.octets.data(), size, hashed + 16);
  hashed[16 + size] = static_cast<uint8_t>(endpoint.port >> 8);
  hashed[17 + size] = static_cast<uint8_t>(endpoint.port);
  Sha1({hashed, 18 + size}, digest);
}

}  // namespace

Verdict DaemonV2::Answer(const Request& request, const Header& header, HalfOpenTable& half_open,
                         Bytes& reply) {
  const PostureV2& posture = posture_.v2;
  if (posture.mode == Mode::kSilent) return Verdict::kSilent;
  bool opens = header.exchange == static_cast<uint8_t>(Exchange::kSaInit) && header.spi_i != 0 &&
               header.spi_r == 0 && header.message_id == 0 && header.flags == kFlagInitiator;
  if (!opens) return Verdict::kIgnored;
  if (auto sprung = Spring(request, header, reply)) return *sprung;

  Opening opening;
  ReadOpening(header, request.message, opening);
  // Real daemons ask for cookies before they parse anything else.
  if (NeedsCookie(request, half_open) && !ReturnsCookie(request, header, opening)) {
    return SendCookie(request, header, opening, reply);
  }
  uint32_t block_after = posture_.half_open.block_after;
  if (block_after != 0 && half_open.OfSource(request.slot, request.peer.address) >= block_after) {
    return Verdict::kBlocked;
  }
  uint64_t spi_r = Mix(secret_ ^ HashBytes(request.message, header.spi_i)) | 1;
  if (opening.unsupported_critical != 0) {
    return Refuse(header, spi_r, 1, {&opening.unsupported_critical, 1}, reply);
  }
  if (!opening.well_formed) return Refuse(header, spi_r, 7, {}, reply);
  if (posture.error_notify) {
    Refuse(header, spi_r, *posture.error_notify, {}, reply);
    return Verdict::kErrorNotify;
  }
  const Template& answer = TemplateOf(opening);
  Fill(answer, request, header, reply);
  if (answer.verdict != Verdict::kAccepted) return answer.verdict;
  uint64_t key = HashBytes(request.message, HashBytes(request.peer.address.bytes(), request.slot));
  if (half_open.Holds(key)) return Verdict::kRepeated;
  half_open.Add(key, request.slot, request.peer.address, request.now);
  return Verdict::kAccepted;
}

void DaemonV2::ReadOpening(const Header& header, View message, Opening& opening) {
  bool chain = ReadPayloads(header, message, payloads_);
  bool fits = true;
  for (const Payload& payload : payloads_) {
    switch (static_cast<PayloadV2>(payload.type)) {
      case PayloadV2::kSa:
        opening.sa = payload.body;
        break;
      case PayloadV2::kNonce:
        opening.nonce = payload.body;
        break;
      case PayloadV2::kKe:
        fits = payload.body.size() >= 4;
        if (!fits) break;
        opening.group = Get16(payload.body, 0);
        opening.ke = payload.body.subspan(4);
        break;
      case PayloadV2::kNotify:
        ReadNotify(payload.body, opening);
        break;
      default:
        if (payload.critical && !IsDefinedPayload(payload.type)) {
          opening.unsupported_critical = payload.type;
        }
    }
  }
  // Nonces have 16 to 256 bytes (RFC 7296 section 3.9).
  opening.well_formed = chain && fits && !opening.sa.empty() && opening.group != 0 &&
                        opening.nonce.size() >= 16 && opening.nonce.size() <= 256;
}

void DaemonV2::ReadNotify(View body, Opening& opening) const {
  if (body.size() < 4 || body.size() < 4u + body[1]) return;
  uint16_t type = Get16(body, 2);
  View data = body.subspan(4u + body[1]);
  if (type == static_cast<uint16_t>(NotifyV2::kCookie)) opening.cookie = data;
  if (type == static_cast<uint16_t>(NotifyV2::kIntermediate)) opening.intermediate = true;
  if (type == static_cast<uint16_t>(NotifyV2::kNatDetectionSource)) opening.nat_detection = true;
  const auto& echoed = posture_.v2.echoed_notifies;
  auto found = std::ranges::find(echoed, type);
  if (found != echoed.end()) opening.asked |= 1u << (found - echoed.begin());
}

bool DaemonV2::NeedsCookie(const Request& request, const HalfOpenTable& half_open) const {
  if (posture_.v2.cookie == CookieUse::kAlways) return true;
  if (posture_.v2.cookie == CookieUse::kNever) return false;
  const HalfOpenLimits& limits = posture_.half_open;
  if (limits.cookie_total != 0 && half_open.Of(request.slot) >= limits.cookie_total) return true;
  return limits.cookie_after != 0 &&
         half_open.OfSource(request.slot, request.peer.address) >= limits.cookie_after;
}

bool DaemonV2::ReturnsCookie(const Request& request, const Header& header,
                             const Opening& opening) const {
  // The cookie comes first (RFC 7296 section 2.6).
  if (payloads_.empty() || payloads_[0].type != static_cast<uint8_t>(PayloadV2::kNotify))
    return false;
  return IsCookieValid(secret_, {header.spi_i, opening.nonce, request.peer.address}, opening.cookie,
                       request.now);
}

Verdict DaemonV2::SendCookie(const Request& request, const Header& header, const Opening& opening,
                             Bytes& reply) const {
  Bytes cookie =
      MakeCookie(secret_, {header.spi_i, opening.nonce, request.peer.address}, request.now);
  Refuse(header, 0, static_cast<uint16_t>(NotifyV2::kCookie), cookie, reply);
  return Verdict::kCookie;
}

Verdict DaemonV2::Refuse(const Header& header, uint64_t spi_r, uint16_t type, View data,
                         Bytes& reply) const {
  Header answer = AnswerHeader();
  answer.spi_i = header.spi_i;
  answer.spi_r = spi_r;
  MessageBuilder builder(answer);
  builder.Add(static_cast<uint8_t>(PayloadV2::kNotify), NotifyBodyV2(type, data));
  reply = std::move(builder).Finish();
  return type == 1 ? Verdict::kUnsupportedCritical : Verdict::kInvalidSyntax;
}

// Openings that never end: what a hostile gateway does to wear a prober out.
std::optional<Verdict> DaemonV2::Spring(const Request& request, const Header& header,
                                        Bytes& reply) {
  uint64_t draw = Mix(secret_ ^ ++sprung_);
  Bytes cookie;
  switch (posture_.v2.trap) {
    case Trap::kNone:
      return std::nullopt;
    case Trap::kChangingCookies:
      Put64(cookie, draw);
      break;
    case Trap::kCookieTooLong:
      cookie.assign(200, 0x5a);
      break;  // 64 at most (RFC 7296 section 2.6)
    case Trap::kCookieEmpty:
      break;
    case Trap::kInvalidKeLoop:
    case Trap::kInvalidKeUnoffered: {
      Opening opening;
      ReadOpening(header, request.message, opening);
      uint16_t wanted = opening.group == 14 ? 19 : 14;
      if (posture_.v2.trap == Trap::kInvalidKeUnoffered) wanted = 1;
      Bytes data;
      Put16(data, wanted);
      Refuse(header, 0, static_cast<uint16_t>(NotifyV2::kInvalidKe), data, reply);
      return Verdict::kInvalidKe;
    }
  }
  Refuse(header, 0, static_cast<uint16_t>(NotifyV2::kCookie), cookie, reply);
  return Verdict::kCookie;
}

const DaemonV2::Template& DaemonV2::TemplateOf(const Opening& opening) {
  uint64_t bits = opening.asked | uint64_t{opening.nat_detection} << 40 |
                  uint64_t{opening.intermediate} << 41 | uint64_t{opening.group} << 42;
  uint64_t key = HashBytes(opening.sa, HashBytes(opening.ke, bits));
  auto found = templates_.find(key);
  if (found != templates_.end()) return found->second;
  if (templates_.size() >= kMaxTemplates) templates_.clear();
  return templates_.emplace(key, Decide(opening)).first->second;
}

DaemonV2::Template DaemonV2::Decide(const Opening& opening) {
  auto refuse = [&](Verdict verdict, uint16_t type, View data) {
    Template answer;
    answer.verdict = verdict;
    answer.has_responder_spi = posture_.v2.responder_spi_in_errors;
    Refuse(Header(), 0, type, data, answer.bytes);
    return answer;
  };
  auto offer = ReadSaV2(opening.sa);
  if (!offer) {
    Template answer = refuse(Verdict::kInvalidSyntax, 7, {});
    answer.has_responder_spi = true;
    return answer;
  }
  auto chosen = Choose(opening, *offer);
  if (!chosen) return refuse(Verdict::kNoProposal, 14, {});
  if (chosen->group != opening.group) {
    Bytes wanted;
    Put16(wanted, chosen->group);
    return refuse(Verdict::kInvalidKe, 17, wanted);
  }
  // strongSwan says the same of a bad public value as of a bad proposal.
  if (!PassesKeCheck(opening)) return refuse(Verdict::kNoProposal, 14, {});
  return Accept(opening, *chosen);
}

std::optional<ChosenV2> DaemonV2::Choose(const Opening& opening,
                                         const std::vector<Proposal>& offer) const {
  if (posture_.v2.mode == Mode::kRefuse) return std::nullopt;
  if (posture_.v2.prefer_sent_group) {
    auto narrowed = offer;
    for (Proposal& proposal : narrowed) {
      std::erase_if(proposal.transforms, [&](const Transform& t) {
        return t.type == kKeyExchange && t.id != opening.group;
      });
    }
    auto chosen = SelectV2(posture_.v2.rules, narrowed, opening.intermediate);
    if (chosen) return chosen;
  }
  return SelectV2(posture_.v2.rules, offer, opening.intermediate);
}

bool DaemonV2::PassesKeCheck(const Opening& opening) const {
  switch (posture_.v2.ke_check) {
    case KeCheck::kNone:
      return true;
    case KeCheck::kLength:
      return opening.ke.size() == InitiatorLength(opening.group);
    case KeCheck::kFull:
      return IsPublicValue(opening.group, opening.ke);
  }
  return false;
}

DaemonV2::Template DaemonV2::Accept(const Opening& opening, const ChosenV2& chosen) {
  Template answer;
  answer.verdict = Verdict::kAccepted;
  answer.has_responder_spi = true;
  MessageBuilder builder(AnswerHeader());
  auto notify = [&](uint16_t type, View data) {
    return builder.Add(static_cast<uint8_t>(PayloadV2::kNotify), NotifyBodyV2(type, data)) + 4;
  };
  builder.Add(static_cast<uint8_t>(PayloadV2::kSa), WriteSaV2(chosen.answer));
  Bytes ke;
  Put16(ke, chosen.group);
  Put16(ke, 0);
  PutAll(ke, values_.Of(chosen.group));
  builder.Add(static_cast<uint8_t>(PayloadV2::kKe), ke);
  answer.nonce_at = builder.Add(static_cast<uint8_t>(PayloadV2::kNonce), Bytes(kNonceSize));
  if (posture_.v2.nat_detection && opening.nat_detection) {
    Bytes digest(kSha1Size);
    answer.source_at = notify(static_cast<uint16_t>(NotifyV2::kNatDetectionSource), digest);
    answer.destination_at =
        notify(static_cast<uint16_t>(NotifyV2::kNatDetectionDestination), digest);
  }
  for (size_t i = 0; i < posture_.v2.echoed_notifies.size(); ++i) {
    uint16_t type = posture_.v2.echoed_notifies[i];
    if (opening.asked >> i & 1) notify(type, DataOf(type));
  }
  for (uint16_t type : posture_.v2.unasked_notifies) notify(type, DataOf(type));
  for (const Bytes& vendor : posture_.v2.vendor_ids) {
    builder.Add(static_cast<uint8_t>(PayloadV2::kVendor), vendor);
  }
  answer.bytes = std::move(builder).Finish();
  return answer;
}

void DaemonV2::Fill(const Template& answer, const Request& request, const Header& header,
                    Bytes& reply) const {
  reply = answer.bytes;
  uint64_t draw = Mix(secret_ ^ HashBytes(request.message, header.spi_i));
  Set64(reply, 0, header.spi_i);
  Set64(reply, 8, answer.has_responder_spi ? draw | 1 : 0);
  if (answer.nonce_at == 0) return;
  for (size_t i = 0; i < kNonceSize; i += 8) {
    draw = Mix(draw + 0x9e3779b97f4a7c15u);
    Set64(reply, answer.nonce_at + i, draw);
  }
  if (answer.source_at != 0) FillNatDetection(answer, request, reply);
}

void DaemonV2::FillNatDetection(const Template& answer, const Request& request,
                                Bytes& reply) const {
  Endpoint source = request.local, destination = request.peer;
  // Behind a NAT each side knows an address that the other does not see.
  if (posture_.nat_local) source.address = Address::V4(0x0a000001);
  if (posture_.nat_remote) destination = {Address::V4(0xc0000201), 40001};
  NatHash(View(reply).first(16), source, reply.data() + answer.source_at);
  NatHash(View(reply).first(16), destination, reply.data() + answer.destination_at);
}

}  // namespace responder
