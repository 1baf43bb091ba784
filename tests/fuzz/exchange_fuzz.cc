// The fuzzer is the gateway, the network and the clock at once: the input is a script of what
// happens to an Exchange, message bytes included. Whatever it is, an exchange ends in time, sends a
// bounded number of messages that are well-formed, and its outcome does not contradict itself.
#include <algorithm>
#include <chrono>

#include "probes/algorithms/offers.h"
#include "probes/exchange/exchange.h"
#include "probes/exchange/fingerprint.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/payload_chain.h"
#include "tests/fuzz/fuzz.h"

namespace ike::fuzz {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kSpi = 0x0102030405060708;
constexpr Duration kTimeout = seconds(5);
// The first message, three cookies and two groups, each sent at 0, 1 and 3 s at most.
constexpr uint32_t kMostMessages = 3 * (1 + 3 + 2);

class FakeShares : public KeyShares {
 public:
  ByteSpan PublicValue(uint16_t group) override {
    value_.assign(32, static_cast<uint8_t>(group));
    return group == 20 ? ByteSpan{} : ByteSpan(value_);
  }

 private:
  Bytes value_;
};

const PreparedOpening& OpeningNumber(uint8_t number) {
  static const auto oracle = [] {
    Ikev2Opening opening = MakeIkev2Opening(ProposalSet::kCompat);
    opening.follow_invalid_ke = false;
    return opening;
  };
  static const PreparedOpening openings[] = {
      PreparedOpening(MakeIkev2Opening(ProposalSet::kBroad)), PreparedOpening(oracle()),
      PreparedOpening(MakeIkev1MainOpening(ProposalSet::kBroad)),
      PreparedOpening(MakeIkev1AggressiveOpening(ProposalSet::kBroad, 14))};
  return openings[number % 4];
}

void CheckSent(ByteSpan message) {
  if (message.empty()) return;
  const auto header = wire::ParseIkeHeader(message);
  Require(header && header->initiator_spi == kSpi && header->length == message.size(),
          "header of what is sent");
  wire::PayloadCursor cursor(header->next_payload, *wire::MessageBody(*header, message));
  while (cursor.Next()) {
  }
  Require(cursor.ok() && cursor.trailing().empty(), "payloads of what is sent");
}

void CheckOutcome(const Outcome& outcome) {
  Require(outcome.selected() == (outcome.reason == Reason::kNone), "selected without reason");
  Require(outcome.answered() == (outcome.packets_received > 0), "answers are received");
  Require(outcome.answered() || !outcome.version_answered, "no version without an answer");
  Require(outcome.packets_sent <= kMostMessages, "bounded number of messages");
  Require(outcome.duration >= Duration::zero() && outcome.duration <= kTimeout, "duration");
  Require(!outcome.rtt || *outcome.rtt <= kTimeout, "RTT within the timeout");
  Require(outcome.details.vendor_ids.size() <= 32, "bounded details");
  Require(!Fingerprint(outcome).empty(), "every answer has a name");
}

class Script {
 public:
  explicit Script(ByteSpan bytes) : reader_(bytes) {}

  void Run() {
    Begin();
    while (reader_.ok() && !reader_.AtEnd()) Step(reader_.U8());
    while (!exchange_.done()) {
      now_ = exchange_.NextTimer();
      CheckSent(exchange_.OnTimer(now_));
    }
    CheckOutcome(exchange_.outcome());
  }

 private:
  void Begin() {
    const uint8_t choice = reader_.U8();
    ExchangeSeed seed;
    seed.initiator_spi = kSpi;
    seed.local = {IpAddress::V4(192, 0, 2, 1), 4500};
    if ((choice & 0x40) != 0) seed.local.address.size = 16;
    seed.remote = {IpAddress::V4(192, 0, 2, 2), 500};
    const ExchangeTiming timing{now_, now_ + kTimeout,
                                (choice & 0x80) != 0 ? Duration::zero() : Duration(seconds(1))};
    const uint16_t group = (choice & 0x20) != 0 ? uint16_t{14} : uint16_t{0};
    CheckSent(exchange_.Begin(OpeningNumber(choice), {&shares_, group}, seed, timing));
  }

  void Step(uint8_t what) {
    const bool was_done = exchange_.done();
    const uint32_t sent = exchange_.outcome().packets_sent;
    switch (what & 7) {
      case 0:
      case 1:
      case 2:
      case 3:
        Deliver(what);
        break;
      case 4:
        now_ += milliseconds(reader_.U16());
        CheckSent(exchange_.OnTimer(now_));
        break;
      case 5:
        if (!exchange_.done()) now_ = std::max(now_, exchange_.NextTimer());
        CheckSent(exchange_.OnTimer(now_));
        break;
      case 6:
        Disturb(reader_.U8());
        break;
      default:
        if (exchange_.done()) CheckOutcome(exchange_.outcome());
        return Begin();
    }
    if (was_done) Require(exchange_.outcome().packets_sent == sent, "nothing after the end");
    Require(exchange_.done() == (exchange_.NextTimer() == TimePoint::max()),
            "a timer while it runs");
  }

  // A message of the script. The low bits say whether its SPI and its length are put right, so that
  // the fuzzer gets past them.
  void Deliver(uint8_t what) {
    const ByteSpan bytes = reader_.Take(std::min<size_t>(reader_.U16(), reader_.remaining()));
    Bytes message(bytes.begin(), bytes.end());
    if (message.size() >= wire::kIkeHeaderSize) {
      Writer writer(&message);
      if ((what & 1) == 0) {
        writer.PatchU32(0, static_cast<uint32_t>(kSpi >> 32));
        writer.PatchU32(4, static_cast<uint32_t>(kSpi));
      }
      if ((what & 2) == 0) {
        writer.PatchU32(wire::kLengthOffset, static_cast<uint32_t>(message.size()));
      }
    }
    const Duration skew = milliseconds(what >> 3);
    CheckSent(exchange_.OnMessage(message, now_ - skew));
  }

  void Disturb(uint8_t what) {
    switch (what & 3) {
      case 0:
        return exchange_.NoteGarbage();
      case 1:
        return exchange_.NoteUnattributedError();
      case 2:
        return exchange_.OnUnreachable(now_);
      default:
        return exchange_.OnSendFailed(1, now_);
    }
  }

  Reader reader_;
  FakeShares shares_;
  Exchange exchange_;
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace
}  // namespace ike::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ike::fuzz::Script(ike::ByteSpan(data, size)).Run();
  return 0;
}
