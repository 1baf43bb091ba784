#include "exporter/web/recent_probes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exporter {
namespace {

using testing::ElementsAre;

KeptProbe Probe(std::string target, bool success, std::string module = "") {
  KeptProbe probe;
  probe.target = std::move(target);
  probe.module = std::move(module);
  probe.success = success;
  return probe;
}

std::vector<uint64_t> Ids(const RecentProbes& recent) {
  std::vector<uint64_t> ids;
  for (const KeptProbePtr& probe : recent.All()) ids.push_back(probe->id);
  return ids;
}

TEST(RecentProbes, KeepsTheNewestAndTheFailuresBeforeThem) {
  RecentProbes recent(2);
  recent.Add(Probe("a", false));
  recent.Add(Probe("b", true));
  recent.Add(Probe("c", true));
  recent.Add(Probe("d", true));
  EXPECT_THAT(Ids(recent), ElementsAre(4, 3, 1));
  EXPECT_EQ(recent.Find(2), nullptr);
  EXPECT_EQ(recent.Find(1)->target, "a");
}

TEST(RecentProbes, IsBoundedWhereEverythingFails) {
  RecentProbes recent(3);
  for (int i = 0; i < 100; ++i) recent.Add(Probe("a", false));
  EXPECT_THAT(Ids(recent), ElementsAre(100, 99, 98, 97, 96, 95));
}

TEST(RecentProbes, FindsTheNewestOfATargetAndModule) {
  RecentProbes recent(5);
  recent.Add(Probe("a", true));
  recent.Add(Probe("a", true, "legacy"));
  recent.Add(Probe("a", false));
  EXPECT_EQ(recent.Find("a", "")->id, 3u);
  EXPECT_EQ(recent.Find("a", "legacy")->id, 2u);
  EXPECT_EQ(recent.Find("b", ""), nullptr);
}

TEST(RecentProbes, MayKeepNothing) {
  RecentProbes recent(0);
  recent.Add(Probe("a", false));
  EXPECT_FALSE(recent.keeps());
  EXPECT_TRUE(recent.All().empty());
}

}  // namespace
}  // namespace exporter
