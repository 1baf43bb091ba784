#include "tests/responder/gateway.h"

#include <algorithm>

#include "tests/responder/mischief.h"

namespace responder {
namespace {

constexpr size_t kReachOfSpi = 8;  // the initiator's SPI has to be there to be answered

std::string JsonNumber(std::string_view key, uint64_t value) {
  return ",\"" + std::string(key) + "\":" + std::to_string(value);
}

}  // namespace

Gateway::Gateway(Posture posture, size_t addresses, uint64_t seed, PublicValues& values)
    : posture_(std::move(posture)),
      seed_(seed),
      half_open_(addresses, posture_.half_open.lifetime),
      v1_(posture_, values, Mix(seed)),
      v2_(posture_, values, Mix(seed + 1)) {
  counters_.by_address.resize(addresses);
}

void Gateway::Handle(const Request& request, Sink& sink, EventLog& log) {
  AddressCounters& address = counters_.by_address[request.slot];
  ++counters_.requests;
  ++address.requests;
  reply_.clear();
  half_open_.Expire(request.now);
  Verdict verdict = Hear(request, reply_);
  ++counters_.verdicts[static_cast<size_t>(verdict)];
  if (verdict == Verdict::kLost) ++address.lost;
  if (log.enabled()) {
    log.Write({&request, posture_.name, verdict, half_open_.Of(request.slot),
               half_open_.OfSource(request.slot, request.peer.address)});
  }
  if (verdict == Verdict::kLost || verdict == Verdict::kDown) return;
  if (verdict == Verdict::kUnreachable) return SendIcmp(request, sink);
  bool misbehaves = !posture_.mischief.empty() && request.message.size() >= kReachOfSpi &&
                    Happens(posture_.mischief_probability);
  if (misbehaves) Misbehave(request, sink);
  if (!misbehaves || posture_.answer_after_mischief) Say(request, sink, log);
  Remember(reply_);
}

// A repeated answer to one opening is not from the past.
void Gateway::Remember(View reply) {
  if (reply.size() < kReachOfSpi) return;
  if (!last_reply_.empty() && Get64(last_reply_, 0) != Get64(reply, 0)) {
    older_reply_ = std::move(last_reply_);
  }
  last_reply_.assign(reply.begin(), reply.end());
}

View Gateway::StaleFor(const Request& request) const {
  bool same = !last_reply_.empty() && Get64(last_reply_, 0) == Get64(request.message, 0);
  return same ? older_reply_ : last_reply_;
}

Verdict Gateway::Hear(const Request& request, Bytes& reply) {
  if (!IsUp(request.now)) return Verdict::kDown;
  if (Happens(posture_.link.loss)) return Verdict::kLost;
  if (posture_.icmp_code) return Verdict::kUnreachable;
  return Dispatch(request, reply);
}

Verdict Gateway::Dispatch(const Request& request, Bytes& reply) {
  auto header = ReadHeader(request.message);
  if (!header) return Verdict::kIgnored;
  if (header->major() == 1) return v1_.Answer(request, *header, half_open_, reply);
  if (header->major() == 2) return v2_.Answer(request, *header, half_open_, reply);
  if (header->major() > 2 && posture_.v2.mode != Mode::kSilent) {
    return RefuseMajorVersion(*header, reply);
  }
  return Verdict::kIgnored;
}

// RFC 7296 section 2.5: answered in our own version.
Verdict Gateway::RefuseMajorVersion(const Header& header, Bytes& reply) const {
  Header answer = header;
  answer.spi_r = 0;
  answer.version = kVersion2;
  answer.flags = kFlagResponse;
  MessageBuilder builder(answer);
  builder.Add(static_cast<uint8_t>(PayloadV2::kNotify),
              NotifyBodyV2(static_cast<uint16_t>(NotifyV2::kInvalidMajorVersion), {}));
  reply = std::move(builder).Finish();
  return Verdict::kInvalidMajor;
}

// The cycle begins with the first packet.
bool Gateway::IsUp(int64_t now) {
  const LinkPosture& link = posture_.link;
  if (posture_.down) return false;
  if (link.up == 0 || link.down == 0) return true;
  if (first_heard_ == 0) first_heard_ = now;
  return (now - first_heard_) % (link.up + link.down) < link.up;
}

bool Gateway::Happens(double probability) {
  if (probability <= 0) return false;
  return static_cast<double>(Draw() >> 11) * 0x1p-53 < probability;
}

void Gateway::Say(const Request& request, Sink& sink, EventLog& log) {
  if (reply_.empty()) return;
  if (Happens(posture_.link.reply_loss)) {
    ++counters_.lost_answers;
    ++counters_.by_address[request.slot].lost;
    log.Note(request, posture_.name, "answer-lost");
    return;
  }
  Departure departure;
  if (Happens(posture_.link.reorder)) {
    ++counters_.reordered;
    departure.delay = posture_.link.reorder_delay;
  }
  Emit(request, reply_, departure, sink);
  // IKEv1 responders repeat their first answer unasked (RFC 2408 section 5.1).
  bool ikev1 = reply_.size() >= kHeaderSize && reply_[17] >> 4 == 1;
  for (int64_t after : posture_.v1.retransmit) {
    if (ikev1) {
      Departure again;
      again.delay = after;
      Emit(request, reply_, again, sink);
    }
  }
}

void Gateway::SendIcmp(const Request& request, Sink& sink) {
  Departure departure;
  departure.icmp_code = posture_.icmp_code;
  departure.quoted = request.local;
  Emit(request, request.message, departure, sink);
}

void Gateway::Misbehave(const Request& request, Sink& sink) {
  const std::string& kind = posture_.mischief[mischief_turn_++ % posture_.mischief.size()];
  Deed deed = Commit(kind, {&request, reply_, StaleFor(request), Draw()});
  ++counters_.mischief;
  Emit(request, deed.bytes, deed.departure, sink);
}

void Gateway::Emit(const Request& request, View bytes, Departure departure, Sink& sink) {
  const LinkPosture& link = posture_.link;
  departure.delay += link.delay;
  if (link.jitter > 0)
    departure.delay += static_cast<int64_t>(Draw() % static_cast<uint64_t>(link.jitter));
  uint32_t copies = Happens(link.duplicate) ? link.copies : 0;
  counters_.duplicates += copies;
  counters_.answers += 1 + copies;
  counters_.by_address[request.slot].answers += 1 + copies;
  for (uint32_t i = 0; i <= copies; ++i) sink.Send(request, bytes, departure);
}

std::string Gateway::CountersAsJson() const {
  std::string out = "{\"gateway\":\"" + posture_.name + "\"";
  out += JsonNumber("addresses", counters_.by_address.size());
  out += JsonNumber("requests", counters_.requests);
  out += JsonNumber("answers", counters_.answers);
  out += JsonNumber("lost_answers", counters_.lost_answers);
  out += JsonNumber("duplicates", counters_.duplicates);
  out += JsonNumber("reordered", counters_.reordered);
  out += JsonNumber("mischief", counters_.mischief);
  out += JsonNumber("half_open", half_open_.total());
  out += JsonNumber("half_open_peak", half_open_.peak());
  out += JsonNumber("half_open_peak_of_source", half_open_.peak_of_source());
  out += ",\"verdicts\":{";
  bool first = true;
  for (size_t i = 0; i < counters_.verdicts.size(); ++i) {
    if (counters_.verdicts[i] == 0) continue;
    std::string one = JsonNumber(NameOf(static_cast<Verdict>(i)), counters_.verdicts[i]);
    out += first ? one.substr(1) : one;
    first = false;
  }
  return out + "}}";
}

}  // namespace responder
