// Exchange: one opening to one endpoint and everything that follows from it until an Outcome
// stands: retransmission, COOKIE, INVALID_KE_PAYLOAD, deadline. Sans-IO and entirely passive: it
// expects its owner (the engine, a test, a fuzzer) to deliver messages, errors and the time, and to
// send what it returns. Of one thread. Objects are reused (Begin) so that a probe allocates
// nothing.
#pragma once

#include <cstdint>
#include <memory>

#include "probes/base/bytes.h"
#include "probes/exchange/dialogue.h"
#include "probes/exchange/outcome.h"
#include "probes/exchange/prepared_opening.h"

namespace ike {

struct ExchangeTiming {
  TimePoint start;                  // now
  TimePoint deadline;               // the outcome stands no later than this
  Duration first_retransmission{};  // the intervals grow exponentially; 0 = never retransmit (TCP,
                                    // RFC 9329 section 6.2)
};

struct KeyChoice {
  KeyShares* shares = nullptr;  // outlives the exchange
  uint16_t group = 0;  // overrides the opening's KE group: one that the endpoint is known to choose
};

class Exchange {
 public:
  Exchange();
  ~Exchange();
  Exchange(Exchange&&) noexcept;

  // Starts over. Returns the first message, valid until the next call. The opening's own KE group
  // serves where `key` names none, or one that is not offered or has no public value. Without any
  // public value nothing is returned and the exchange is done() with kInternal.
  // REQUIRES: `opening` outlives the exchange.
  ByteSpan Begin(const PreparedOpening& opening, const KeyChoice& key, const ExchangeSeed& seed,
                 const ExchangeTiming& timing);

  // A message from the peer's address whose initiator SPI is ours. Returns what to send next, empty
  // for nothing. `arrival` is the kernel's receive time. Never throws, whatever the bytes. What is
  // no valid answer is noted as garbage and changes nothing else.
  ByteSpan OnMessage(ByteSpan message, TimePoint arrival);

  // The peer closed the connection though it had asked for another message (libreswan does so after
  // INVALID_KE_PAYLOAD), and there is a new one from `local`. Returns that message, made to come
  // from there. A connection closed before any answer is the end: OnUnreachable, or silence.
  ByteSpan OnReconnected(const Endpoint& local, TimePoint now);

  // The local system could not send, or an error that quotes our SPI came back. Ends the exchange.
  void OnSendFailed(int error, TimePoint now);
  void OnUnreachable(TimePoint now);
  // A connection was taken and then closed without an IKE message: something is there, but not what
  // was asked for. Ends the exchange.
  void OnClosed(TimePoint now);

  // A message will be delivered soon: brings what that takes towards the cache.
  void Prefetch() const;

  // Goes on to wait for an answer after silence: what comes before `until` counts as before.
  // REQUIRES: done() without an answer.
  void Listen(TimePoint until);

  // Something came from this peer that was not for us, or an error that did not quote our SPI. Ends
  // nothing; decides only between the reasons timeout, malformed and unreachable at the deadline.
  void NoteGarbage() { saw_garbage_ = true; }
  void NoteUnattributedError() { saw_error_ = true; }

  // When OnTimer wants to be called. OnTimer returns a retransmission, empty for nothing.
  TimePoint NextTimer() const { return next_timer_; }
  ByteSpan OnTimer(TimePoint now);

  bool done() const { return done_; }
  // Whether the peer has given a valid answer, one that asked for another message included.
  bool answered() const { return outcome_.answered(); }
  uint32_t packets_sent() const { return outcome_.packets_sent; }
  // REQUIRES: done(). Valid until Begin.
  const Outcome& outcome() const { return outcome_; }
  uint64_t initiator_spi() const { return outcome_.initiator_spi; }
  // The message sent last, for a debug log.
  ByteSpan last_sent() const;

 private:
  struct Dialogues;  // one of each kind and what they work on

  void Reset(const PreparedOpening& opening, uint64_t initiator_spi);
  void OnAccepted(TimePoint arrival);
  ByteSpan Sent(TimePoint now, bool retransmission);
  void Finish(Reason reason, TimePoint now);
  Reason ReasonAtDeadline() const;

  std::unique_ptr<Dialogues> dialogues_;
  Dialogue* dialogue_ = nullptr;  // of *dialogues_
  ExchangeTiming timing_;
  Duration backoff_{};
  TimePoint started_;
  TimePoint last_sent_at_;
  TimePoint next_timer_;
  bool done_ = true;
  bool saw_garbage_ = false;
  bool saw_error_ = false;
  Outcome outcome_;
};

}  // namespace ike
