// Retransmission, RTT and deadlines, written once for all dialogues.
//
// Which reason stands at the deadline: bytes from the very address and port that was probed say
// more about this endpoint than an error that may concern another packet. So garbage (malformed)
// beats an unattributed error (unreachable), and both beat plain silence (timeout). An answer that
// only asked for more (COOKIE, INVALID_KE_PAYLOAD) and then silence keeps its AnswerKind beside
// that reason. Tested by tests/probes/exchange_test.cc.
#include "probes/exchange/exchange.h"

#include <algorithm>
#include <utility>

#include "probes/base/prefetch.h"
#include "probes/exchange/answer_details.h"
#include "probes/exchange/ikev1_aggressive.h"
#include "probes/exchange/ikev1_main.h"
#include "probes/exchange/ikev2_init.h"

namespace ike {
namespace {

// Each interval is 1.3 times the one before: four copies within the default timeout of 5 s, the
// last of them a second before its end, carry a probe over a line that loses 30 % of the packets.
Duration NextBackoff(Duration backoff) { return backoff * 13 / 10; }

// Where the growth ends; far beyond any timeout that can be configured.
constexpr Duration kMaxBackoff = std::chrono::minutes(2);

}  // namespace

struct Exchange::Dialogues {
  Conversation conversation;
  Ikev2Init ikev2_init;
  Ikev1Main ikev1_main;
  Ikev1Aggressive ikev1_aggressive;

  Dialogue* For(const Opening& opening) {
    const auto* ikev1 = std::get_if<Ikev1Opening>(&opening);
    if (ikev1 == nullptr) return &ikev2_init;
    if (ikev1->mode == Ikev1Mode::kAggressive) return &ikev1_aggressive;
    return &ikev1_main;
  }
};

Exchange::Exchange() : dialogues_(std::make_unique<Dialogues>()) {}
Exchange::~Exchange() = default;
Exchange::Exchange(Exchange&&) noexcept = default;

ByteSpan Exchange::Begin(const PreparedOpening& opening, const KeyChoice& key,
                         const ExchangeSeed& seed, const ExchangeTiming& timing) {
  Reset(opening, seed.initiator_spi);
  timing_ = timing;
  started_ = timing.start;
  Conversation& conversation = dialogues_->conversation;
  conversation.opening = &opening;
  conversation.shares = key.shares;
  conversation.seed = seed;
  conversation.ke_group = key.group;
  dialogue_ = dialogues_->For(opening.opening());
  if (!dialogue_->Begin(&conversation, &outcome_)) {
    Finish(Reason::kInternal, timing.start);
    return {};
  }
  return Sent(timing.start, false);
}

ByteSpan Exchange::OnMessage(ByteSpan message, TimePoint arrival) {
  if (done_) return {};
  if (arrival >= timing_.deadline) return OnTimer(arrival);
  const Step step = dialogue_->OnMessage(message, &dialogues_->conversation, &outcome_);
  if (step == Step::kIgnored) {
    NoteGarbage();
    return {};
  }
  OnAccepted(arrival);
  if (step == Step::kSay) return Sent(arrival, false);
  if (step == Step::kDone) Finish(outcome_.reason, arrival);
  return {};
}

void Exchange::Prefetch() const { ike::Prefetch(dialogues_.get(), sizeof *dialogues_); }

ByteSpan Exchange::OnReconnected(const Endpoint& local, TimePoint now) {
  if (done_ || now >= timing_.deadline) return OnTimer(now);
  Conversation& conversation = dialogues_->conversation;
  conversation.seed.local = local;
  conversation.opening->PatchLocal(conversation.seed, &conversation.message);
  return Sent(now, false);
}

void Exchange::OnSendFailed(int error, TimePoint now) {
  if (done_) return;
  outcome_.send_error = static_cast<uint8_t>(error);
  Finish(Reason::kSend, now);
}

void Exchange::OnUnreachable(TimePoint now) {
  if (!done_) Finish(Reason::kUnreachable, now);
}

void Exchange::OnClosed(TimePoint now) {
  if (done_) return;
  NoteGarbage();
  Finish(ReasonAtDeadline(), now);
}

void Exchange::Listen(TimePoint until) {
  done_ = false;
  outcome_.reason = Reason::kNone;
  timing_.deadline = until;
  next_timer_ = until;
}

ByteSpan Exchange::OnTimer(TimePoint now) {
  if (done_ || now < next_timer_) return {};
  if (now >= timing_.deadline) {
    Finish(ReasonAtDeadline(), timing_.deadline);
    return {};
  }
  return Sent(now, true);
}

ByteSpan Exchange::last_sent() const { return dialogues_->conversation.message; }

// Keeps the storage of the last outcome's lists.
void Exchange::Reset(const PreparedOpening& opening, uint64_t initiator_spi) {
  static_cast<OutcomeFacts&>(outcome_) = OutcomeFacts{};
  ClearDetails(&outcome_.details, &dialogues_->conversation.spare);
  outcome_.version = opening.version();
  outcome_.initiator_spi = initiator_spi;
  done_ = false;
  saw_garbage_ = false;
  saw_error_ = false;
}

void Exchange::OnAccepted(TimePoint arrival) {
  ++outcome_.packets_received;
  // Karn: identical copies cannot be told apart, so that only an answer to a message that was sent
  // once gives a sample.
  const bool is_first = outcome_.packets_received == 1;
  if (!is_first) return;
  outcome_.answer_delay = std::max(arrival - started_, Duration::zero());
  outcome_.copy_delay = std::max(arrival - last_sent_at_, Duration::zero());
  if (!outcome_.retransmitted) outcome_.rtt = outcome_.answer_delay;
}

// RFC 7296 section 2.4: the interval grows exponentially. A message that is new begins anew.
ByteSpan Exchange::Sent(TimePoint now, bool retransmission) {
  ++outcome_.packets_sent;
  last_sent_at_ = now;
  outcome_.retransmitted |= retransmission;
  backoff_ =
      retransmission ? std::min(NextBackoff(backoff_), kMaxBackoff) : timing_.first_retransmission;
  const bool never_again = backoff_ <= Duration::zero() || timing_.deadline - now <= backoff_;
  next_timer_ = never_again ? timing_.deadline : now + backoff_;
  return dialogues_->conversation.message;
}

void Exchange::Finish(Reason reason, TimePoint now) {
  outcome_.reason = reason;
  outcome_.duration = std::max(now - started_, Duration::zero());
  next_timer_ = TimePoint::max();
  done_ = true;
}

Reason Exchange::ReasonAtDeadline() const {
  if (saw_garbage_) return Reason::kMalformed;
  if (saw_error_) return Reason::kUnreachable;
  return Reason::kTimeout;
}

}  // namespace ike
