// An answer that repeats what was already followed (the same COOKIE, INVALID_KE_PAYLOAD for a group
// already asked for) is usually the answer to another copy of an earlier message: retransmitted by
// us or duplicated on the way. Such answers are passed over, as many as copies have been sent until
// then; more mean that the peer is not satisfied by what it asked for, and end the exchange. A
// group that was tried without having been asked for is no late answer and ends it at once. Tested
// by tests/probes/ikev2_init_test.cc.
#include "probes/exchange/ikev2_init.h"

#include <algorithm>
#include <optional>

#include "probes/exchange/answer_details.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/payload_chain.h"

namespace ike {
namespace {

namespace v2 = wire::v2;

constexpr size_t kNotifyHeaderSize = 4;

const Ikev2Opening& OpeningOf(const Conversation& conversation) {
  return std::get<Ikev2Opening>(conversation.opening->opening());
}

// RFC 7296 section 3.1: what tells the response to the first request from our own message. Refused
// in an INFORMATIONAL exchange, it may come as a request, too (section 1.5 has it so only for SPIs
// that are not known).
bool IsResponse(const wire::IkeHeader& header) {
  if (header.exchange_type == v2::exchange::kInformational) return true;
  return header.exchange_type == v2::exchange::kIkeSaInit &&
         header.has_flag(wire::v2::flag::kResponse);
}

// What is irregular about the header of an answer and about the bytes behind the message.
uint16_t QuirksOf(const wire::IkeHeader& header, size_t bytes) {
  unsigned quirks = 0;
  if (header.length != bytes) quirks |= kQuirkTrailingBytes;
  if (header.has_flag(wire::v2::flag::kInitiator)) quirks |= kQuirkInitiatorFlag;
  if (header.message_id != 0) quirks |= kQuirkMessageId;
  if (header.minor_version() != 0) quirks |= kQuirkMinorVersion;
  if (header.exchange_type == v2::exchange::kInformational) quirks |= kQuirkInformationalRefusal;
  return static_cast<uint16_t>(quirks);
}

// RFC 7296 section 2.6: COOKIE is the first payload, everything else stays as it was.
// `old_size` is the size of the payload that an earlier cookie put there, 0 = none.
void PutCookieFirst(ByteSpan cookie, size_t old_size, Bytes* message) {
  const auto begin = message->begin() + wire::kIkeHeaderSize;
  uint8_t& first_type = (*message)[wire::kNextPayloadOffset];
  const uint8_t next_type = old_size == 0 ? first_type : *begin;
  const size_t size = wire::kPayloadHeaderSize + kNotifyHeaderSize + cookie.size();
  first_type = v2::payload::kNotify;
  message->erase(begin, begin + static_cast<std::ptrdiff_t>(old_size));
  message->insert(message->begin() + wire::kIkeHeaderSize, size, 0);
  uint8_t* out = message->data() + wire::kIkeHeaderSize;
  out[0] = next_type;
  out[2] = static_cast<uint8_t>(size >> 8);
  out[3] = static_cast<uint8_t>(size);
  out[6] = v2::notify::kCookie >> 8;
  out[7] = v2::notify::kCookie & 0xff;
  std::copy(cookie.begin(), cookie.end(), out + wire::kPayloadHeaderSize + kNotifyHeaderSize);
  Writer(message).PatchU32(wire::kLengthOffset, static_cast<uint32_t>(message->size()));
}

void NoteAnswer(const wire::IkeHeader& header, ByteSpan message, Conversation* conversation,
                Outcome* outcome) {
  outcome->responder_spi = header.responder_spi;
  RecordDetails(header, message, &conversation->spare, &outcome->details);
  outcome->details.proposal_count = outcome->selected() ? 1 : 0;
}

// RFC 7296 section 2.23: each end hashes the addresses as it sees them.
void NoteNat(const wire::IkeHeader& header, const Ikev2Answer& answer, const ExchangeSeed& seed,
             Outcome* outcome) {
  const uint64_t initiator = header.initiator_spi;
  const uint64_t responder = header.responder_spi;
  outcome->nat_remote = CompareNatHashes(answer.nat_source, {initiator, responder, seed.remote});
  outcome->nat_local = CompareNatHashes(answer.nat_destination, {initiator, responder, seed.local});
}

Step End(AnswerKind kind, uint16_t error, Outcome* outcome) {
  outcome->answer = kind;
  outcome->reason = Reason::kRejected;
  outcome->error_notify = error;
  return Step::kDone;
}

// RFC 5685 sections 4 and 8.2: the type of the new gateway's identity, its length, the identity,
// and our nonce, without which it must not be believed.
void NoteRedirect(ByteSpan data, const ExchangeSeed& seed, Outcome* outcome) {
  Reader reader(data);
  const uint8_t type = reader.U8();
  const ByteSpan identity = reader.Take(reader.U8());
  const ByteSpan nonce = reader.rest();
  const bool is_ours =
      reader.ok() && std::equal(nonce.begin(), nonce.end(), seed.nonce.begin(), seed.nonce.end());
  if (!is_ours) {
    outcome->quirks |= kQuirkRedirectNonce;
    return;
  }
  outcome->details.redirected_to.assign(1, type);
  outcome->details.redirected_to.insert(outcome->details.redirected_to.end(), identity.begin(),
                                        identity.end());
}

// INVALID_MAJOR_VERSION proves that an IKE daemon is there, but that it does not speak IKEv2.
Step OnError(uint16_t error, Outcome* outcome) {
  if (error == v2::notify::kInvalidMajorVersion) outcome->version_answered = false;
  return End(AnswerKind::kErrorNotify, error, outcome);
}

}  // namespace

bool Ikev2Init::Begin(Conversation* conversation, Outcome* outcome) {
  cookie_count_ = 0;
  group_count_ = 0;
  late_answers_ = 0;
  const uint16_t wanted = conversation->ke_group;
  const bool is_offered = wanted != 0 && conversation->opening->OffersKeGroup(wanted);
  if (is_offered && WriteWithGroup(wanted, conversation, outcome)) return true;
  return WriteWithGroup(conversation->opening->own_ke_group(), conversation, outcome);
}

Step Ikev2Init::OnMessage(ByteSpan datagram, Conversation* conversation, Outcome* outcome) {
  const std::optional<wire::IkeHeader> header = wire::ParseIkeHeader(datagram);
  if (!header || header->initiator_spi != conversation->seed.initiator_spi) return Step::kIgnored;
  if (header->length > datagram.size()) return Step::kIgnored;
  const ByteSpan message = datagram.first(header->length);
  if (header->major_version() != 2) {
    if (!RefusesMajorVersion(*header, message)) return Step::kIgnored;
    NoteAnswer(*header, message, conversation, outcome);
    return OnError(v2::notify::kInvalidMajorVersion, outcome);
  }
  if (!IsResponse(*header)) return Step::kIgnored;
  const std::optional<Ikev2Answer> answer =
      ParseIkev2Answer(*header, message.subspan(wire::kIkeHeaderSize));
  if (!answer) return Step::kIgnored;
  // RFC 7296 section 3.1: the responder's SPI is zero in refusals and COOKIE only.
  if (answer->sa && header->responder_spi == 0) return Step::kIgnored;
  const bool is_informational = header->exchange_type == v2::exchange::kInformational;
  if (is_informational && (answer->sa || !answer->error)) return Step::kIgnored;
  const Step step = Judge(*answer, conversation, outcome);
  if (step == Step::kIgnored || step == Step::kRepeated) return step;
  outcome->quirks |= QuirksOf(*header, datagram.size());
  outcome->quirks |= answer->quirks;
  NoteAnswer(*header, message, conversation, outcome);
  if (outcome->error_notify == v2::notify::kRedirect) {
    NoteRedirect(*answer->redirect, conversation->seed, outcome);
  }
  if (outcome->selected()) NoteNat(*header, *answer, conversation->seed, outcome);
  return step;
}

Step Ikev2Init::Judge(const Ikev2Answer& answer, Conversation* conversation, Outcome* outcome) {
  if (answer.sa) return OnSelection(answer, *conversation, outcome);
  if (!answer.cookie.empty()) return OnCookie(answer.cookie, conversation, outcome);
  if (answer.invalid_ke_group) {
    return OnInvalidKe(*answer.invalid_ke_group, conversation, outcome);
  }
  if (!answer.error && !answer.redirect) return Step::kIgnored;
  outcome->version_answered = true;
  return OnError(answer.error.value_or(v2::notify::kRedirect), outcome);
}

Step Ikev2Init::OnSelection(const Ikev2Answer& answer, const Conversation& conversation,
                            Outcome* outcome) {
  if (!answer.key_exchange || !answer.nonce) return Step::kIgnored;
  std::optional<wire::Ikev2Selection> suite = wire::ParseIkev2Selection(*answer.sa);
  if (!suite || !IsOffered(OpeningOf(conversation), &*suite)) return Step::kIgnored;
  // RFC 7296 section 1.2: the KE payload answers one of ours.
  const uint16_t group = answer.key_exchange->group;
  if (group != suite->group || !HasTried(group)) return Step::kIgnored;
  outcome->version_answered = true;
  outcome->answer = AnswerKind::kSelected;
  outcome->reason = Reason::kNone;
  outcome->error_notify = 0;
  outcome->ikev2 = *suite;
  outcome->quirks |= suite->quirks;
  outcome->features = answer.features;
  return Step::kDone;
}

Step Ikev2Init::OnCookie(ByteSpan cookie, Conversation* conversation, Outcome* outcome) {
  if (KnowsCookie(cookie)) return OnRepeated(AnswerKind::kCookie, 0, outcome);
  if (cookie_count_ == kMaxCookies) return End(AnswerKind::kCookie, 0, outcome);
  const size_t old_size = cookie_count_ == 0 ? 0
                                             : wire::kPayloadHeaderSize + kNotifyHeaderSize +
                                                   cookies_[cookie_count_ - 1].size;
  PutCookieFirst(cookie, old_size, &conversation->message);
  Cookie& kept = cookies_[cookie_count_++];
  std::copy(cookie.begin(), cookie.end(), kept.bytes.begin());
  kept.size = cookie.size();
  outcome->cookie_required = true;
  return Say(AnswerKind::kCookie, outcome);
}

Step Ikev2Init::OnInvalidKe(uint16_t group, Conversation* conversation, Outcome* outcome) {
  const bool was_asked_for = std::find(groups_.begin() + 1, groups_.begin() + group_count_,
                                       group) != groups_.begin() + group_count_;
  constexpr uint16_t kError = v2::notify::kInvalidKePayload;
  if (was_asked_for) return OnRepeated(AnswerKind::kInvalidKe, kError, outcome);
  outcome->version_answered = true;
  outcome->invalid_ke_group = group;
  outcome->error_notify = kError;
  const bool can_follow = OpeningOf(*conversation).follow_invalid_ke && !HasTried(group) &&
                          group_count_ < groups_.size() &&
                          conversation->opening->OffersKeGroup(group);
  if (can_follow && WriteWithGroup(group, conversation, outcome)) {
    return Say(AnswerKind::kInvalidKe, outcome);
  }
  return End(AnswerKind::kInvalidKe, kError, outcome);
}

Step Ikev2Init::OnRepeated(AnswerKind kind, uint16_t error, Outcome* outcome) {
  if (late_answers_ == 0) return End(kind, error, outcome);
  --late_answers_;
  return Step::kRepeated;
}

Step Ikev2Init::Say(AnswerKind kind, Outcome* outcome) {
  outcome->version_answered = true;
  outcome->answer = kind;
  late_answers_ = outcome->packets_sent;
  return Step::kSay;
}

// RFC 7296 section 1.2: the whole SA again, with the newest cookie where one was demanded.
bool Ikev2Init::WriteWithGroup(uint16_t group, Conversation* conversation, Outcome* outcome) {
  const ByteSpan value = conversation->shares->PublicValue(group);
  if (value.empty()) return false;
  conversation->opening->WriteMessage(conversation->seed, {group, value}, &conversation->message);
  if (cookie_count_ > 0) {
    PutCookieFirst(cookies_[cookie_count_ - 1].span(), 0, &conversation->message);
  }
  groups_[group_count_++] = group;
  outcome->key_exchange_group = group;
  return true;
}

bool Ikev2Init::HasTried(uint16_t group) const {
  const auto end = groups_.begin() + group_count_;
  return std::find(groups_.begin(), end, group) != end;
}

bool Ikev2Init::KnowsCookie(ByteSpan cookie) const {
  return std::any_of(cookies_.begin(), cookies_.begin() + cookie_count_, [&](const Cookie& known) {
    return std::equal(known.span().begin(), known.span().end(), cookie.begin(), cookie.end());
  });
}

}  // namespace ike
