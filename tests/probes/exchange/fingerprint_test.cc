#include "probes/exchange/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "probes/algorithms/vendor_ids.h"
#include "probes/wire/vendor_id.h"
#include "tests/probes/exchange/replayed.h"

namespace ike::test {
namespace {

Outcome Ikev2Selected(std::vector<uint16_t> notifies) {
  Outcome outcome;
  outcome.answer = AnswerKind::kSelected;
  outcome.details.notifies = std::move(notifies);
  return outcome;
}

TEST(Fingerprint, NamesOnlyWhatTheTableHas) {
  const auto names = Implementations();
  for (std::string_view name :
       {Fingerprint(Outcome{}), Fingerprint(Ikev2Selected({16388, 16389, 16404})),
        Fingerprint(Ikev2Selected({16430, 16388, 16389}))}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

TEST(Fingerprint, OrderOfNotifies) {
  EXPECT_EQ(Fingerprint(Ikev2Selected({16388, 16389, 16430, 16431, 16418, 16404})), "strongSwan");
  EXPECT_EQ(Fingerprint(Ikev2Selected({16430, 16435, 16388, 16389, 16418})), "libreswan");
  EXPECT_EQ(Fingerprint(Ikev2Selected({16388, 16389, 16430})), "unknown");
  EXPECT_EQ(Fingerprint(Ikev2Selected({16430, 16431, 16418})), "unknown");
  EXPECT_EQ(Fingerprint(Ikev2Selected({16388, 16389})), "unknown");
  EXPECT_EQ(Fingerprint(Ikev2Selected({})), "unknown");
}

TEST(Fingerprint, WhatManyDaemonsSendIsNoEvidence) {
  Outcome outcome;
  outcome.version = IkeVersion::kV1;
  outcome.answer = AnswerKind::kSelected;
  const auto set = [&](std::initializer_list<ByteSpan> ids) {
    outcome.details.vendor_ids.clear();
    for (ByteSpan id : ids) outcome.details.vendor_ids.emplace_back(id.begin(), id.end());
    return Fingerprint(outcome);
  };
  using namespace wire;
  EXPECT_EQ(set({kVendorIdXauth, kVendorIdDpd, kVendorIdNatT}), "unknown") << "racoon";
  EXPECT_EQ(set({kVendorIdXauth, kVendorIdDpd}), "unknown");
  EXPECT_EQ(set({kVendorIdXauth, kVendorIdDpd, kVendorIdFragmentation}), "strongSwan");
  EXPECT_EQ(set({kVendorIdXauth, kVendorIdDpd, kVendorIdFragmentation, kVendorIdNatT}),
            "strongSwan");
}

TEST(Fingerprint, VendorIdsComeFirst) {
  Outcome outcome = Ikev2Selected({16388, 16389, 16404});
  const std::string text = "MS NT5 ISAKMPOAKLEY";
  outcome.details.vendor_ids = {{0x1e, 0x2b, 0x51, 0x69, 0x05, 0x99, 0x1c, 0x7d, 0x7c, 0x96,
                                 0xfc, 0xbf, 0xb5, 0x87, 0xe4, 0x61, 0,    0,    0,    9}};
  EXPECT_NE(Fingerprint(outcome).find("Windows"), std::string_view::npos) << Fingerprint(outcome);
}

TEST(Fingerprint, RecordedDaemonsAreNeverMistaken) {
  std::map<std::string, int> seen;
  for (const RecordedExchange& recorded : LoadRecorded()) {
    if (recorded.request.empty() || recorded.responses.empty()) continue;
    const std::optional<Opening> opening = OpeningOf(recorded.request);
    if (!opening) continue;
    ExchangeUnderTest t(*opening);
    t.seed.initiator_spi = Reader(recorded.request).U64();
    t.Begin();
    for (const Bytes& response : recorded.responses) t.Receive(response);
    t.RunToDeadline();
    const std::string name(Fingerprint(t.outcome()));
    const std::string truth = recorded.peer == "lw" ? "libreswan" : "strongSwan";
    if (name != "unknown") {
      EXPECT_EQ(name, truth) << recorded.peer << " " << recorded.name;
    }
    // What strongSwan sends to an opening without vendor ids, others send as well.
    const bool is_bare = t.outcome().version == IkeVersion::kV1 && truth == "strongSwan" &&
                         t.outcome().details.vendor_ids.size() < 3;
    if (t.outcome().selected() && !is_bare && recorded.name != "v2-nonatd") {
      EXPECT_EQ(name, truth) << recorded.peer << " " << recorded.name;
    }
    ++seen[name];
  }
  EXPECT_GT(seen["libreswan"], 20);
  EXPECT_GT(seen["strongSwan"], 20);
}

}  // namespace
}  // namespace ike::test
