// What real daemons answered, given to the real dialogues: each recorded request is made an opening
// of ours, and its recorded answers must mean what the recording client read in them.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/probes/exchange/replayed.h"

namespace ike::test {
namespace {

// Answers that our own openings cannot get, since they number proposals from 1 and have no SPI
// there.
const std::set<std::string> kForeignShapes = {"v2-num5", "v2-spi8"};

AnswerKind Expected(const RecordedExchange& exchange) {
  const auto has = [&](const char* text) {
    return exchange.result.find(text) != std::string::npos;
  };
  if (has(": SA #")) return AnswerKind::kSelected;
  if (has("INVALID_KE_PAYLOAD")) return AnswerKind::kInvalidKe;
  return has("COOKIE") ? AnswerKind::kCookie : AnswerKind::kErrorNotify;
}

TEST(Replay, EveryRecordedAnswerIsUnderstood) {
  int replayed = 0;
  for (const RecordedExchange& recorded : LoadRecorded()) {
    if (recorded.request.empty() || recorded.responses.empty()) continue;
    if (kForeignShapes.contains(recorded.name)) continue;
    const std::optional<Opening> opening = OpeningOf(recorded.request);
    if (!opening) continue;
    SCOPED_TRACE(recorded.peer + " " + recorded.name + ": " + recorded.result);
    ExchangeUnderTest t(*opening);
    t.seed.initiator_spi = Reader(recorded.request).U64();
    t.Begin();
    for (const Bytes& response : recorded.responses) t.Receive(response);
    t.RunToDeadline();
    EXPECT_EQ(t.outcome().answer, Expected(recorded));
    EXPECT_EQ(t.outcome().version_answered,
              recorded.result.find("INVALID_MAJOR") == std::string::npos);
    EXPECT_GE(t.outcome().packets_received, 1u);
    ++replayed;
  }
  EXPECT_GT(replayed, 90);
}

// The same answers with one bit changed, or cut short: anything may come of it but a crash or an
// outcome that contradicts itself.
TEST(Replay, DamagedAnswersNeverContradictThemselves) {
  uint64_t random = 1;
  for (const RecordedExchange& recorded : LoadRecorded()) {
    if (recorded.request.empty() || recorded.responses.empty()) continue;
    const std::optional<Opening> opening = OpeningOf(recorded.request);
    if (!opening) continue;
    ExchangeUnderTest t(*opening);
    t.seed.initiator_spi = Reader(recorded.request).U64();
    for (int i = 0; i < 40; ++i) {
      t.Begin();
      Bytes damaged = recorded.responses[0];
      random = random * 6364136223846793005u + 1442695040888963407u;
      const size_t bit = (random >> 33) % (damaged.size() * 8);
      damaged[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      t.Receive(damaged);
      t.RunToDeadline();
      const Outcome& outcome = t.outcome();
      EXPECT_EQ(outcome.answered(), outcome.packets_received > 0);
      EXPECT_EQ(outcome.selected(), outcome.reason == Reason::kNone);
      if (!outcome.answered()) {
        EXPECT_EQ(outcome.reason, Reason::kMalformed);
        EXPECT_FALSE(outcome.version_answered);
      }
      t.now += seconds(1);
    }
  }
}

}  // namespace
}  // namespace ike::test
