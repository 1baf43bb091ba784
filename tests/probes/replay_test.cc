// What real daemons answered, given to the real dialogues: each recorded request is made an opening
// of ours, and its recorded answers must mean what the recording client read in them.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "probes/wire/ikev1_sa.h"
#include "tests/probes/exchange_fixture.h"
#include "tests/support/recorded.h"

namespace ike::test {
namespace {

// Answers that our own openings cannot get, since they number proposals from 1 and have no SPI
// there.
const std::set<std::string> kForeignShapes = {"v2-num5", "v2-spi8"};

std::optional<ByteSpan> Find(ByteSpan message, uint8_t type) {
  const auto header = wire::ParseIkeHeader(message);
  const auto body = wire::MessageBody(*header, message);
  wire::PayloadCursor cursor(header->next_payload, body.value_or(ByteSpan{}));
  while (const auto payload = cursor.Next()) {
    if (payload->type == type) return payload->body;
  }
  return std::nullopt;
}

std::optional<Opening> Ikev2OpeningOf(ByteSpan request) {
  Ikev2Opening opening;
  opening.follow_invalid_ke = false;
  const auto sa = Find(request, wire::v2::payload::kSa);
  const auto ke = Find(request, wire::v2::payload::kKe);
  const auto proposals = sa ? wire::ParseIkev2Sa(*sa) : std::nullopt;
  if (!proposals || !ke) return std::nullopt;
  for (const wire::Ikev2Proposal& proposal : *proposals) {
    OfferedProposal& offered = opening.proposals.emplace_back();
    for (const wire::Ikev2Transform& t : proposal.transforms) {
      offered.transforms.push_back({t.type, t.id, t.key_length});
    }
  }
  opening.ke_group = Reader(*ke).U16();
  return opening;
}

std::optional<Opening> Ikev1OpeningOf(const wire::IkeHeader& header, ByteSpan request) {
  Ikev1Opening opening;
  opening.mode = static_cast<Ikev1Mode>(header.exchange_type);
  const auto body = Find(request, wire::v1::payload::kSa);
  const auto sa = body ? wire::ParseIkev1Sa(*body) : std::nullopt;
  if (!sa) return std::nullopt;
  for (const wire::Ikev1SaTransform& transform : sa->proposals[0].transforms) {
    Ikev1Transform& offered = opening.transforms.emplace_back();
    for (const wire::Ikev1Attribute& attribute : transform.attributes) {
      const auto value = static_cast<uint16_t>(attribute.value);
      if (attribute.type == wire::v1::attribute::kEncryption) offered.encryption = value;
      if (attribute.type == wire::v1::attribute::kHash) offered.hash = value;
      if (attribute.type == wire::v1::attribute::kAuthentication) offered.authentication = value;
      if (attribute.type == wire::v1::attribute::kGroup) offered.group = value;
      if (attribute.type == wire::v1::attribute::kKeyLength) offered.key_length = value;
    }
  }
  if (opening.mode == Ikev1Mode::kAggressive) opening.group = opening.transforms[0].group;
  return opening;
}

std::optional<Opening> OpeningOf(ByteSpan request) {
  const auto header = wire::ParseIkeHeader(request);
  if (!header) return std::nullopt;
  if (header->major_version() == 1) return Ikev1OpeningOf(*header, request);
  return Ikev2OpeningOf(request);
}

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
    for (int i = 0; i < 200; ++i) {
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
