#include "tests/responder/daemon_v2.h"

#include <algorithm>

#include "tests/responder/cookie.h"

namespace responder {
namespace {

constexpr size_t kNonceSize = 32;
constexpr size_t kMaxAnswers = 4096;

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

bool Opens(const Header& header) {
  return header.exchange == static_cast<uint8_t>(Exchange::kSaInit) && header.spi_i != 0 &&
         header.spi_r == 0 && header.message_id == 0 && header.flags == kFlagInitiator;
}

uint64_t InitiatorSpi(const Request& request) { return Get64(request.message, 0); }

}  // namespace

Verdict DaemonV2::Answer(const Request& request, const Header& header, HalfOpenTable& half_open,
                         Bytes& reply) {
  if (posture_.v2.mode == Mode::kSilent) return Verdict::kSilent;
  if (!Opens(header)) return Verdict::kIgnored;
  OpeningV2 opening = reader_.Read(header, request.message, posture_.v2.echoed_notifies);
  if (posture_.v2.trap != Trap::kNone) return Spring(request, opening, reply);
  // Real daemons ask for cookies before they look at anything else.
  if (NeedsCookie(request, half_open) && !ReturnsCookie(request, opening)) {
    return SendCookie(request, opening, reply);
  }
  uint32_t block_after = posture_.half_open.block_after;
  if (block_after != 0 && half_open.OfSource(request.slot, request.peer.address) >= block_after) {
    return Verdict::kBlocked;
  }
  bool refused =
      !opening.well_formed || opening.unsupported_critical != 0 || posture_.v2.error_notify;
  if (refused && posture_.v2.silent_refusals) return Verdict::kIgnored;
  if (refused) return Refuse(request, opening, reply);
  const AnswerV2& answer = AnswerTo(opening);
  if (IsDropped(answer.verdict)) return Verdict::kIgnored;
  Fill(answer, request, reply);
  if (answer.verdict != Verdict::kAccepted) return answer.verdict;
  uint64_t key = HashBytes(request.message, HashBytes(request.peer.address.bytes(), request.slot));
  if (half_open.Holds(key)) return Verdict::kRepeated;
  half_open.Add(key, request.slot, request.peer.address, request.now);
  return Verdict::kAccepted;
}

bool DaemonV2::IsDropped(Verdict verdict) const {
  if (verdict == Verdict::kInvalidKe) return posture_.v2.silent_invalid_ke;
  return verdict != Verdict::kAccepted && posture_.v2.silent_refusals;
}

bool DaemonV2::NeedsCookie(const Request& request, const HalfOpenTable& half_open) const {
  if (posture_.v2.cookie == CookieUse::kAlways) return true;
  if (posture_.v2.cookie == CookieUse::kNever) return false;
  const HalfOpenLimits& limits = posture_.half_open;
  if (limits.cookie_total != 0 && half_open.Of(request.slot) >= limits.cookie_total) return true;
  return limits.cookie_after != 0 &&
         half_open.OfSource(request.slot, request.peer.address) >= limits.cookie_after;
}

bool DaemonV2::ReturnsCookie(const Request& request, const OpeningV2& opening) const {
  return opening.cookie_first &&
         IsCookieValid(secret_, {InitiatorSpi(request), opening.nonce, request.peer.address},
                       opening.cookie, request.now);
}

Verdict DaemonV2::SendCookie(const Request& request, const OpeningV2& opening, Bytes& reply) const {
  CookieSubject subject = {InitiatorSpi(request), opening.nonce, request.peer.address};
  reply =
      NotifyMessage(subject.spi_i, 0, NotifyV2::kCookie, MakeCookie(secret_, subject, request.now));
  return Verdict::kCookie;
}

Verdict DaemonV2::Refuse(const Request& request, const OpeningV2& opening, Bytes& reply) const {
  // libreswan does not answer what is cut off, and names no SPI of its own while it still parses.
  uint64_t spi_r = posture_.v2.strict_syntax ? 0 : DrawFor(request);
  auto say = [&](NotifyV2 type, View data) {
    reply = NotifyMessage(InitiatorSpi(request), spi_r, type, data);
  };
  if (opening.unsupported_critical != 0) {
    say(NotifyV2::kUnsupportedCritical, {&opening.unsupported_critical, 1});
    return Verdict::kUnsupportedCritical;
  }
  if (!opening.chained && posture_.v2.strict_syntax) return Verdict::kIgnored;
  if (!opening.well_formed) {
    say(NotifyV2::kInvalidSyntax, {});
    return Verdict::kInvalidSyntax;
  }
  say(static_cast<NotifyV2>(*posture_.v2.error_notify), {});
  return Verdict::kErrorNotify;
}

// Openings that never end: what a hostile gateway does to wear a prober out.
Verdict DaemonV2::Spring(const Request& request, const OpeningV2& opening, Bytes& reply) {
  Bytes data;
  switch (posture_.v2.trap) {
    case Trap::kInvalidKeLoop:
      Put16(data, opening.group == 14 ? 19 : 14);
      break;
    case Trap::kInvalidKeUnoffered:
      Put16(data, 1);
      break;
    case Trap::kChangingCookies:
      Put64(data, Mix(secret_ ^ ++sprung_));
      break;
    case Trap::kCookieTooLong:
      data.assign(200, 0x5a);  // 64 at most (RFC 7296 section 2.6)
      break;
    case Trap::kCookieEmpty:
    case Trap::kNone:
      break;
  }
  bool group =
      posture_.v2.trap == Trap::kInvalidKeLoop || posture_.v2.trap == Trap::kInvalidKeUnoffered;
  reply = NotifyMessage(InitiatorSpi(request), 0, group ? NotifyV2::kInvalidKe : NotifyV2::kCookie,
                        data);
  return group ? Verdict::kInvalidKe : Verdict::kCookie;
}

const AnswerV2& DaemonV2::AnswerTo(const OpeningV2& opening) {
  uint64_t bits = opening.asked | uint64_t{opening.nat_detection} << 40 |
                  uint64_t{opening.intermediate} << 41 | uint64_t{opening.group} << 42;
  uint64_t key = HashBytes(opening.sa, HashBytes(opening.ke, bits));
  auto found = answers_.find(key);
  if (found != answers_.end()) return found->second;
  if (answers_.size() >= kMaxAnswers) answers_.clear();
  return answers_.emplace(key, Decide(posture_.v2, opening, values_)).first->second;
}

uint64_t DaemonV2::DrawFor(const Request& request) const {
  return Mix(secret_ ^ HashBytes(request.message, request.slot)) | 1;
}

void DaemonV2::Fill(const AnswerV2& answer, const Request& request, Bytes& reply) const {
  reply = answer.bytes;
  uint64_t draw = DrawFor(request);
  Set64(reply, 0, InitiatorSpi(request));
  Set64(reply, 8, answer.has_responder_spi ? draw : 0);
  if (answer.nonce_at == 0) return;
  for (size_t i = 0; i < kNonceSize; i += 8) {
    draw = Mix(draw + 0x9e3779b97f4a7c15u);
    Set64(reply, answer.nonce_at + i, draw);
  }
  if (answer.source_at == 0) return;
  View spis = View(reply).first(16);
  NatHash(spis, posture_.SelfAsSeen(request.local), reply.data() + answer.source_at);
  NatHash(spis, posture_.PeerAsSeen(request.peer), reply.data() + answer.destination_at);
}

}  // namespace responder
