#include "exporter/page/sparkline.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Reason;

ProbeRecord Answered(float rtt, IkeVersion version = IkeVersion::kV2) {
  return {100, rtt, version, Reason::kNone, true, true};
}

ProbeRecord Failed() { return {100, 0, IkeVersion::kV2, Reason::kTimeout, false, false}; }

std::string Drawn(const std::vector<ProbeRecord>& records) {
  Html html;
  AddSparkline(records, &html);
  return html.Take();
}

TEST(Sparkline, NothingIsDrawnOfNothing) { EXPECT_EQ(Drawn({}), ""); }

TEST(Sparkline, TheSlowestTouchesTheTopAndTheLineGoesFromLeftToRight) {
  EXPECT_NE(Drawn({Answered(0.01f), Answered(0.02f)}).find("d=\"M0 10.5L96 2\""), std::string::npos)
      << Drawn({Answered(0.01f), Answered(0.02f)});
}

TEST(Sparkline, AFailureIsATickAndAGapInTheLine) {
  std::string picture = Drawn({Answered(0.02f), Failed(), Answered(0.02f), Answered(0.02f)});
  EXPECT_NE(picture.find("class=\"fail\" d=\"M32 20v-8\""), std::string::npos) << picture;
  EXPECT_NE(picture.find("d=\"M0 2h.1M64 2L96 2\""), std::string::npos) << picture;
}

TEST(Sparkline, SaysInWordsWhatItShows) {
  EXPECT_NE(Drawn({Answered(0.0081f), Failed(), Answered(0.012f)})
                .find("aria-label=\"the last 3 probes, 1 failed, 8.1 ms to 12.0 ms\""),
            std::string::npos);
  EXPECT_EQ(RecordsText(std::vector{Failed()}), "1 probe, 1 failed");
}

TEST(Sparkline, AnAnswerWithoutASampleIsNeitherLineNorTick) {
  std::string picture = Drawn({Answered(0)});
  EXPECT_EQ(picture.find("<path"), std::string::npos) << picture;
}

TEST(Sparkline, IsOfOneVersionAndNoLongerThanAsked) {
  std::vector<ProbeRecord> records;
  for (int i = 1; i <= 100; ++i) {
    records.push_back(Answered(static_cast<float>(i)));
    records.push_back(Answered(1000, IkeVersion::kV1));
  }
  auto chosen = RecordsOf(records, IkeVersion::kV2, 40);
  ASSERT_EQ(chosen.size(), 40u);
  EXPECT_EQ(chosen.front().rtt_seconds, 61);
  EXPECT_EQ(chosen.back().rtt_seconds, 100);
}

}  // namespace
}  // namespace exporter
