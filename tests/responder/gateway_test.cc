#include "tests/responder/gateway.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>

#include "tests/responder/mischief.h"
#include "tests/responder/test_support.h"

namespace responder::test {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
const char kModern[] = "ikev2 = [\"aes256-sha256-modp2048\"]\n";
const std::string kAccepted =
    "v2 x34 r1; SA #1 1:12/256 3:12 2:5 4:14; KE 14 (260); NONCE (32); N16388 (20); N16389 (20); "
    "N16418; N16404";

SaInitRequest Opening(uint64_t spi) {
  SaInitRequest opening;
  opening.proposals = {"aes256-sha256-modp2048"};
  opening.spi = spi;
  return opening;
}

Bytes CookieIn(View message) {
  std::vector<Payload> payloads;
  ReadPayloads(*ReadHeader(message), message, payloads);
  View data = payloads.at(0).body.subspan(4);
  return Bytes(data.begin(), data.end());
}

TEST(Gateway, AnswersAnIdenticalRequestIdentically) {
  Bench bench(kModern);
  auto first = bench.Ask(Write(Opening(1)));
  bench.now += kSecond;
  auto again = bench.Ask(Write(Opening(1)));
  auto other = bench.Ask(Write(Opening(2)));
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(Describe(first[0].bytes), kAccepted);
  EXPECT_EQ(first[0].bytes, again[0].bytes);
  EXPECT_NE(first[0].bytes, other[0].bytes);
  EXPECT_THAT(bench.gateway().CountersAsJson(),
              testing::HasSubstr("\"half_open_peak\":2,\"half_open_peak_of_source\":2,"
                                 "\"verdicts\":{\"accepted\":2,\"repeated\":1}"));
}

TEST(Gateway, StrongSwansLimits) {
  Bench bench(std::string(kModern) + "cookie_after = 3\nblock_after = 5\n");
  for (uint64_t spi : {1, 2, 3}) EXPECT_EQ(bench.Reply(Write(Opening(spi))), kAccepted);
  for (uint64_t spi : {4, 5}) {
    auto asked = bench.Ask(Write(Opening(spi)));
    ASSERT_EQ(Describe(asked.at(0).bytes), "v2 x34 r0; N16390 (24)");
    SaInitRequest returned = Opening(spi);
    returned.cookie = CookieIn(asked[0].bytes);
    EXPECT_EQ(bench.Reply(Write(returned)), kAccepted);
  }
  SaInitRequest sixth = Opening(6);
  sixth.cookie = CookieIn(bench.Ask(Write(Opening(6))).at(0).bytes);
  EXPECT_EQ(bench.Reply(Write(sixth)), "silence");
  EXPECT_EQ(bench.Reply(Write(Opening(7)), 0x7f000002), kAccepted) << "another source";
  bench.now += 31 * kSecond;
  EXPECT_EQ(bench.Reply(Write(Opening(8))), kAccepted) << "they live for 30 s";
}

TEST(Gateway, RefusalsLeaveNoState) {
  Bench bench(std::string(kModern) + "cookie_after = 3\nblock_after = 5\n");
  SaInitRequest weak = Opening(1);
  weak.proposals = {"3des-sha1-modp1024"};
  SaInitRequest other = Opening(2);
  other.group = 19;
  for (uint64_t i = 1; i <= 30; ++i) {
    weak.spi = other.spi = i;
    EXPECT_EQ(bench.Reply(Write(weak)), "v2 x34 r0; N14");
    EXPECT_EQ(bench.Reply(Write(other)), "v2 x34 r0; N17 000e");
  }
  EXPECT_THAT(bench.gateway().CountersAsJson(), testing::HasSubstr("\"half_open_peak\":0"));
}

TEST(Gateway, CookiesAreBoundToSpiNonceAndAddressAndAge) {
  Bench bench(std::string(kModern) + "cookies = \"always\"\n");
  SaInitRequest opening = Opening(1);
  opening.cookie = CookieIn(bench.Ask(Write(opening)).at(0).bytes);
  EXPECT_EQ(bench.Reply(Write(opening)), kAccepted);
  EXPECT_EQ(bench.Reply(Write(opening), 0x7f000002), "v2 x34 r0; N16390 (24)");
  SaInitRequest stolen = opening;
  stolen.spi = 2;
  EXPECT_EQ(bench.Reply(Write(stolen)), "v2 x34 r0; N16390 (24)");
  bench.now += 12 * kSecond;
  EXPECT_EQ(bench.Reply(Write(opening)), "v2 x34 r0; N16390 (24)");
}

TEST(Gateway, NatDetectionHashesBothEnds) {
  for (bool nat : {false, true}) {
    Bench bench(std::string(kModern) + (nat ? "nat_local = true\n" : ""));
    Bytes answer = bench.Ask(Write(Opening(1))).at(0).bytes;
    std::vector<Payload> payloads;
    ASSERT_TRUE(ReadPayloads(*ReadHeader(answer), answer, payloads));
    Bytes hashed(answer.begin(), answer.begin() + 16);
    PutAll(hashed, Bytes{127, 0, 0, 9, 500 >> 8, 500 & 255});
    Bytes digest(20);
    EVP_Digest(hashed.data(), hashed.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    EXPECT_EQ(std::ranges::equal(payloads.at(3).body.subspan(4), digest), !nat);
    hashed.resize(16);
    PutAll(hashed, Bytes{127, 0, 0, 1, 40000 >> 8, 40000 & 255});
    EVP_Digest(hashed.data(), hashed.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    EXPECT_TRUE(std::ranges::equal(payloads.at(4).body.subspan(4), digest));
  }
}

TEST(Gateway, PublicValuesAreChecked) {
  Bench bench(kModern);
  SaInitRequest opening = Opening(1);
  for (const Bytes& bad : {Bytes(256, 0), Bytes(255, 7), Bytes(256, 0xff)}) {
    opening.ke = bad;
    EXPECT_EQ(bench.Reply(Write(opening)), "v2 x34 r0; N14");
  }
  Bench lax(std::string(kModern) + "ke_check = \"length\"\n");
  opening.ke = Bytes(256, 0);
  EXPECT_EQ(lax.Reply(Write(opening)), kAccepted);
}

TEST(Gateway, RequestsThatAreNoOpeningsMeetSilence) {
  Bench bench(kModern);
  for (auto [at, value] :
       {std::pair<size_t, uint8_t>{15, 1}, {23, 1}, {19, 0x20}, {19, 0}, {18, 35}}) {
    Bytes message = Write(Opening(1));
    message[at] = value;
    EXPECT_EQ(bench.Reply(message), "silence") << at;
  }
  Bytes message = Write(Opening(1));
  message[17] = 0x30;
  EXPECT_EQ(bench.Reply(message), "v2 x34 r0; N5");
  EXPECT_EQ(bench.Reply(Bytes{1, 2, 3}), "silence");
}

TEST(Gateway, AggressiveModeAndIdentities) {
  const std::string keys = "ikev1 = [\"aes128-sha1-modp1024\"]\npeer_identities = [\"friend\"]\n";
  Phase1Request opening;
  opening.suites = {{7, 128, 2, 1, 2}};
  opening.identity = "friend";
  Bench off(keys);
  EXPECT_EQ(off.Reply(Write(opening)), "v1 x5 r1; N24 spi 16");
  Bench on(keys + "aggressive = true\n");
  EXPECT_THAT(on.Reply(Write(opening)),
              testing::StartsWith("v1 x4 r1; SA t1=7/128-2-1-2; KE (128)"));
  opening.identity = "stranger";
  EXPECT_EQ(on.Reply(Write(opening)), "v1 x5 r1; N18 spi 16");
}

TEST(Gateway, Ikev1IsBlockedWithoutCookies) {
  Bench bench("ikev1 = [\"aes128-sha1-modp1024\"]\ncookie_after = 3\nblock_after = 5\n");
  Phase1Request opening;
  opening.suites = {{7, 128, 2, 1, 2}};
  for (uint64_t spi : {1, 2, 3, 4, 5}) {
    opening.spi = spi;
    EXPECT_EQ(bench.Reply(Write(opening)), "v1 x2 r1; SA t1=7/128-2-1-2");
  }
  opening.spi = 6;
  EXPECT_EQ(bench.Reply(Write(opening)), "silence");
}

TEST(Gateway, LinkLosesDuplicatesAndReorders) {
  Bench bench(std::string(kModern) +
              "loss = 0.2\nanswer_loss = 0.1\nduplicate = 0.5\ncopies = 2\nreorder = 0.3\n"
              "delay = \"20ms\"\nhalf_open_lifetime = \"0\"\n");
  size_t answers = 0, held_back = 0;
  for (uint64_t spi = 1; spi <= 2000; ++spi) {
    for (const auto& sent : bench.Ask(Write(Opening(spi)))) {
      ++answers;
      held_back += sent.departure.delay == 50'000'000;
      EXPECT_THAT(sent.departure.delay, testing::AnyOf(20'000'000, 50'000'000));
    }
  }
  // 2000 * 0.8 * 0.9 answered, half of them three times; the seed makes it the same each time.
  EXPECT_NEAR(static_cast<double>(answers), 2880, 150);
  EXPECT_NEAR(static_cast<double>(held_back), 864, 100);
  const Counters& counters = bench.gateway().counters();
  EXPECT_EQ(counters.answers, answers);
  EXPECT_EQ(counters.requests, 2000u);
  auto count = [&](Verdict verdict) { return counters.verdicts[static_cast<size_t>(verdict)]; };
  EXPECT_EQ(count(Verdict::kLost) + count(Verdict::kAccepted), 2000u);
  EXPECT_EQ(count(Verdict::kAccepted), counters.lost_answers + answers - counters.duplicates);
}

TEST(Gateway, RefusesBySilence) {
  Phase1Request old;
  old.suites = {{7, 128, 2, 1, 2}};
  Phase1Request other = old;
  other.suites = {{5, 0, 2, 1, 2}};
  SaInitRequest refused = Opening(1);
  refused.proposals = {"3des-md5-modp1024"};
  refused.group = 2;
  for (const bool silent : {false, true}) {
    Bench bench(std::string(kModern) + "ikev1 = [\"aes128-sha1-modp1024\"]\n" +
                (silent ? "refusal = \"silent\"\n" : ""));
    const size_t answers = silent ? 0 : 1;
    EXPECT_EQ(bench.Ask(Write(old)).size(), 1u);
    EXPECT_EQ(bench.Ask(Write(other)).size(), answers);
    EXPECT_EQ(bench.Ask(Write(Opening(1))).size(), 1u);
    EXPECT_EQ(bench.Ask(Write(refused)).size(), answers);
  }
}

TEST(Gateway, FlakyHours) {
  Bench bench(std::string(kModern) + "up = \"10s\"\ndown = \"5s\"\n");
  std::string pattern;
  for (uint64_t spi = 1; spi <= 20; ++spi) {
    pattern += bench.Ask(Write(Opening(spi))).empty() ? '-' : '+';
    bench.now += kSecond;
  }
  EXPECT_EQ(pattern, "++++++++++-----+++++");
}

TEST(Gateway, TrapsNeverEnd) {
  Bench cookies(std::string(kModern) + "trap = \"changing-cookies\"\n");
  SaInitRequest opening = Opening(1);
  Bytes last;
  for (int i = 0; i < 5; ++i) {
    Bytes cookie = CookieIn(cookies.Ask(Write(opening)).at(0).bytes);
    EXPECT_NE(cookie, last);
    opening.cookie = last = cookie;
  }
  Bench groups(std::string(kModern) + "trap = \"invalid-ke-loop\"\n");
  opening = Opening(1);
  EXPECT_EQ(groups.Reply(Write(opening)), "v2 x34 r0; N17 0013");
  opening.group = 19;
  EXPECT_EQ(groups.Reply(Write(opening)), "v2 x34 r0; N17 000e");
}

// Kinds that a strict reader can still walk: what is wrong with them is elsewhere.
bool IsWellFormed(std::string_view kind) {
  static const std::set<std::string_view> kWalkable = {"header-only",
                                                       "endless-transforms",
                                                       "endless-proposals",
                                                       "transform-count-lies",
                                                       "spi-size-lies",
                                                       "proposal-length-lies",
                                                       "transform-length-lies",
                                                       "transform-length-zero",
                                                       "attribute-length-lies",
                                                       "notify-spi-lies",
                                                       "empty-sa",
                                                       "two-sas",
                                                       "not-offered",
                                                       "short-nonce",
                                                       "empty-ke",
                                                       "critical-unknown",
                                                       "encrypted",
                                                       "oversized-valid",
                                                       "many-vendor-ids",
                                                       "echo",
                                                       "old-reply",
                                                       "other-spi",
                                                       "zero-spi",
                                                       "zero-responder-spi",
                                                       "swapped-spi",
                                                       "other-message-id",
                                                       "other-exchange",
                                                       "other-version",
                                                       "minor-version",
                                                       "version-three",
                                                       "no-response-flag",
                                                       "initiator-flag",
                                                       "other-address",
                                                       "other-port",
                                                       "wrong-marker",
                                                       "icmp-true",
                                                       "icmp-other-spi",
                                                       "icmp-other-target"};
  return kWalkable.contains(kind);
}

TEST(Mischief, EveryKindIsWhatItsNameSaysToAStrictReader) {
  Phase1Request old;
  old.suites = {{7, 128, 2, 1, 2}};
  for (std::string_view kind : MischiefKinds()) {
    for (const Bytes& request : {Write(Opening(1)), Write(old)}) {
      Bench bench(std::string(kModern) + "ikev1 = [\"aes128-sha1-modp1024\"]\nmischief = [\"" +
                  std::string(kind) + "\"]\n");
      auto sent = bench.Ask(request);
      ASSERT_EQ(sent.size(), 1u) << kind;
      const Bytes& bytes = sent[0].bytes;
      EXPECT_LE(bytes.size(), 65507u) << kind;
      auto header = ReadHeader(bytes);
      std::vector<Payload> payloads;
      EXPECT_EQ(header && ReadPayloads(*header, bytes, payloads), IsWellFormed(kind)) << kind;
    }
  }
}

TEST(Mischief, TheHonestAnswerMayFollow) {
  Bench bench(std::string(kModern) +
              "mischief = [\"garbage\", \"other-spi\"]\nanswer_after_mischief = true\n");
  auto sent = bench.Ask(Write(Opening(1)));
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(Describe(sent[1].bytes), kAccepted);
}

TEST(Mischief, RepliesFromThePast) {
  Bench bench(std::string(kModern) + "mischief = [\"old-reply\"]\nanswer_after_mischief = true\n");
  Bytes first = bench.Ask(Write(Opening(1))).at(1).bytes;
  EXPECT_EQ(bench.Ask(Write(Opening(2))).at(0).bytes, first);
}

}  // namespace
}  // namespace responder::test
