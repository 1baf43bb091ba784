// What the tests of the dialogues share: an Exchange with a clock that is moved by hand. One per
// test; of one thread.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <utility>

#include "probes/exchange/exchange.h"
#include "tests/probes/exchange/ikev2_messages.h"

namespace ike::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Values that are recognised in messages: group N is 40 bytes of N.
class FakeKeyShares : public KeyShares {
 public:
  ByteSpan PublicValue(uint16_t group) override {
    if (missing.contains(group)) return {};
    value_.assign(40, static_cast<uint8_t>(group + shift));
    return value_;
  }
  std::map<uint16_t, bool> missing;
  int shift = 0;

 private:
  Bytes value_;
};

// An exchange that began at `start`, with the time in hand.
class ExchangeUnderTest {
 public:
  explicit ExchangeUnderTest(Opening opening = SomeIkev2Opening(), uint16_t ke_group = 0)
      : prepared(std::move(opening)) {
    seed.initiator_spi = kSpi;
    seed.nonce.fill(0x4e);
    seed.local = {IpAddress::V4(192, 0, 2, 1), 40000};
    seed.remote = {IpAddress::V4(198, 51, 100, 7), 500};
    Begin(ke_group);
  }

  void Begin(uint16_t ke_group = 0) {
    start = now;
    const ExchangeTiming timing{now, now + seconds(5), first_retransmission};
    Keep(exchange.Begin(prepared, {&shares, ke_group}, seed, timing));
  }
  // What is sent in answer, empty for nothing.
  Bytes Receive(ByteSpan message) { return Keep(exchange.OnMessage(message, now)); }
  Bytes Tick() { return Keep(exchange.OnTimer(now)); }
  // Moves to the next timer and calls it.
  Bytes TickNext() {
    now = exchange.NextTimer();
    return Tick();
  }
  void RunToDeadline() {
    while (!exchange.done()) TickNext();
  }
  const Outcome& outcome() const { return exchange.outcome(); }

  PreparedOpening prepared;
  FakeKeyShares shares;
  ExchangeSeed seed;
  Exchange exchange;
  Duration first_retransmission = seconds(1);
  TimePoint now{std::chrono::hours(1)};
  TimePoint start;
  std::deque<Bytes> sent;  // whose elements stay where they are

 private:
  Bytes Keep(ByteSpan message) {
    Bytes copy(message.begin(), message.end());
    if (!copy.empty()) sent.push_back(copy);
    return copy;
  }
};

}  // namespace ike::test
