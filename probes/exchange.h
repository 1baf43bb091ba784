// Exchange: one opening to one endpoint and everything that follows from it until an Outcome stands:
// retransmission, COOKIE, INVALID_KE_PAYLOAD, deadline. Sans-IO and entirely passive: it expects its
// owner (the engine, a test, a fuzzer) to deliver messages, errors and the time, and to send what it
// returns. Of one thread. Objects are reused (Begin) so that a probe allocates nothing.
#pragma once

#include <array>
#include <memory>

#include "probes/bytes.h"
#include "probes/ip_address.h"
#include "probes/opening.h"
#include "probes/outcome.h"
#include "probes/prepared_opening.h"

namespace ike {

class Dialogue;

// What has to come from outside: randomness and addresses.
struct ExchangeSeed {
  uint64_t initiator_spi = 0;       // never 0, unpredictable
  std::array<uint8_t, 32> nonce{};  // unpredictable
  Endpoint local;                   // true source; NAT_DETECTION hashes it (RFC 7296 section 2.23)
  Endpoint remote;
};

// Public values for the KE payload. No shared secret is ever computed, so that one value may serve
// many exchanges for a while. Lives longer than every exchange.
class KeyShares {
 public:
  virtual ~KeyShares() = default;
  // The public value of `group`, valid until the next call; empty when the group has none here.
  virtual ByteSpan PublicValue(uint16_t group) = 0;
};

struct ExchangeTiming {
  TimePoint deadline;                // the outcome stands no later than this
  Duration first_retransmission{};   // doubles each time; 0 = never retransmit (TCP, RFC 9329 section 6.2)
};

class Exchange {
 public:
  Exchange();
  ~Exchange();
  Exchange(Exchange&&) noexcept;
  Exchange& operator=(Exchange&&) noexcept;

  // Starts over. Returns the first message, valid until the next call. `ke_group` overrides the
  // opening's KE group (a group that the endpoint is known to choose); 0 = the opening's own.
  // REQUIRES: `opening` and `shares` outlive the exchange.
  ByteSpan Begin(const PreparedOpening& opening, uint16_t ke_group, const ExchangeSeed& seed,
                 KeyShares* shares, const ExchangeTiming& timing, TimePoint now);

  // A message from the peer's address whose initiator SPI is ours. Returns what to send next, empty
  // for nothing. `arrival` is the kernel's receive time. Never throws, whatever the bytes.
  ByteSpan OnMessage(ByteSpan message, TimePoint arrival);

  // The local system could not send, or an error that quotes our SPI came back. Ends the exchange.
  void OnSendFailed(TimePoint now);
  void OnUnreachable(TimePoint now);

  // Something came from this peer that was not for us, or an error that did not quote our SPI. Ends
  // nothing; decides only between the reasons timeout, malformed and unreachable at the deadline.
  void NoteGarbage() { saw_garbage_ = true; }
  void NoteUnattributedError() { saw_error_ = true; }

  // When OnTimer wants to be called. OnTimer returns a retransmission, empty for nothing.
  TimePoint NextTimer() const { return next_timer_; }
  ByteSpan OnTimer(TimePoint now);

  bool done() const { return done_; }
  // REQUIRES: done(). Valid until Begin.
  const Outcome& outcome() const { return outcome_; }
  uint64_t initiator_spi() const { return outcome_.initiator_spi; }
  // The message sent last, for a debug log.
  ByteSpan last_sent() const;

 private:
  ByteSpan Sent(TimePoint now, bool retransmission);
  void Finish(TimePoint now);
  Reason ReasonAtDeadline() const;

  std::unique_ptr<Dialogue> dialogue_;
  ExchangeTiming timing_;
  Duration backoff_{};
  TimePoint started_;
  TimePoint last_sent_at_;
  TimePoint next_timer_;
  bool done_ = true;
  bool current_retransmitted_ = false;
  bool saw_garbage_ = false;
  bool saw_error_ = false;
  Outcome outcome_;
};

}  // namespace ike
