#include "exporter/page/list_page.h"

#include <gtest/gtest.h>

#include "exporter/page/list_selection.h"
#include "tests/exporter/metrics/sample_fleet.h"
#include "tests/exporter/page/html_check.h"

namespace exporter {
namespace {

using ike::IkeVersion;

constexpr double kNow = 1.7e9 + 4000;

using NameList = std::vector<std::string>;

std::vector<std::string> NamesOf(const ListSelection& selection) {
  std::vector<std::string> names;
  for (const EntryPtr& entry : selection.shown) names.push_back(entry->target()->name);
  return names;
}

class ListPageTest : public testing::Test {
 protected:
  ListPageTest() : table_(test::SampleFleet(&store_, config::MetricsDetail::kFull)) {}

  std::vector<std::string> Names(std::string_view query) const {
    return NamesOf(SelectTargets(*table_, ParseListQuery(query)));
  }
  std::string PageOf(std::string_view query) const {
    return ListPage({table_, kNow, "/metrics", false}, ParseListQuery(query));
  }

  Store store_;
  std::shared_ptr<const TargetTable> table_;
};

TEST_F(ListPageTest, TheWorstComesFirst) {
  EXPECT_EQ(Names(""), (NameList{"down", "unknown-name", "new", "legacy", "hq"}));
}

TEST_F(ListPageTest, OfThoseThatAreDownTheLatestComesFirst) {
  auto config = std::make_shared<config::Config>();
  for (const char* name : {"early", "late"}) {
    config->targets.push_back({name, "192.0.2.1", config->defaults, nullptr, nullptr});
  }
  auto table = store_.Apply(config, [](std::string_view) { return true; });
  for (size_t i = 0; i < 2; ++i) {
    for (bool up : {true, false}) {
      for (IkeVersion version : {IkeVersion::kV1, IkeVersion::kV2}) {
        ProbeReport report;
        report.outcome.version = version;
        report.outcome.version_answered = up;
        report.outcome.reason = up ? ike::Reason::kNone : ike::Reason::kTimeout;
        report.finished_at = 100 + 10 * static_cast<double>(i) + (up ? 0 : 1);
        table->entries[i]->Publish(report);
      }
    }
  }
  EXPECT_EQ(NamesOf(SelectTargets(*table, {})), (NameList{"late", "early"}));
}

// After a start IKEv1 may be refused before IKEv2 was asked: nothing is wrong yet.
TEST_F(ListPageTest, AVersionThatWasNotProbedYetIsWaitedFor) {
  auto config = std::make_shared<config::Config>();
  config->targets.push_back({"fresh", "192.0.2.1", config->defaults, nullptr, nullptr});
  auto table = store_.Apply(config, [](std::string_view) { return true; });
  auto count = [&](Show show) {
    return SelectTargets(*table, {}).counts[static_cast<size_t>(show)];
  };
  ProbeReport refused;
  refused.outcome.version = IkeVersion::kV1;
  refused.outcome.version_answered = true;
  refused.full_opening = true;
  refused.finished_at = 100;
  table->entries[0]->Publish(refused);
  EXPECT_EQ(count(Show::kWaiting), 1u);
  EXPECT_EQ(count(Show::kImpaired), 0u);
  refused.outcome.version = IkeVersion::kV2;
  table->entries[0]->Publish(refused);
  EXPECT_EQ(count(Show::kImpaired), 1u);
}

TEST_F(ListPageTest, EveryColumnSortsBothWaysAndWhatIsUnknownStaysLast) {
  EXPECT_EQ(Names("sort=name"), (NameList{"down", "hq", "legacy", "new", "unknown-name"}));
  EXPECT_EQ(Names("sort=name&order=desc").front(), "unknown-name");
  EXPECT_EQ(Names("sort=rtt&order=desc").front(), "legacy");
  EXPECT_EQ(Names("sort=rtt").front(), "hq");
  EXPECT_EQ(Names("sort=strength").front(), "legacy");
  for (const char* query : {"sort=rtt", "sort=rtt&order=desc", "sort=strength&order=desc"}) {
    auto names = Names(query);
    EXPECT_EQ((NameList{names[3], names[4]}), (NameList{"new", "unknown-name"})) << query;
  }
  EXPECT_EQ(Names("sort=rtt")[2], "down") << "what it took before it went down is not known now";
  EXPECT_EQ(Names("sort=suite").back(), "new");
  EXPECT_EQ(Names("sort=suite&order=desc").back(), "new");
  EXPECT_EQ(Names("sort=weak&order=desc").front(), "legacy");
  EXPECT_EQ(Names("sort=state&order=desc").back(), "unknown-name");
  EXPECT_EQ(Names("sort=change&order=desc").front(), "legacy");
}

TEST_F(ListPageTest, ShowsWhatIsAskedForAndCountsAll) {
  EXPECT_EQ(Names("show=down"), (NameList{"down", "unknown-name"}));
  EXPECT_EQ(Names("show=waiting"), (NameList{"new"}));
  EXPECT_EQ(Names("show=weak"), (NameList{"legacy"}));
  ListSelection selection = SelectTargets(*table_, ParseListQuery("show=up"));
  EXPECT_EQ(selection.matched, 2u);
  EXPECT_EQ(selection.counts[static_cast<size_t>(Show::kAll)], 5u);
  EXPECT_EQ(selection.counts[static_cast<size_t>(Show::kDown)], 2u);
}

TEST_F(ListPageTest, EveryWordMustBeFoundWhateverItsCase) {
  EXPECT_EQ(Names("q=VPN.example"), (NameList{"hq"}));
  EXPECT_EQ(Names("q=site%3Dber"), (NameList{"hq"}));
  EXPECT_EQ(Names("q=3des"), (NameList{"legacy"}));
  EXPECT_EQ(Names("q=tcp"), (NameList{"down"}));
  EXPECT_EQ(Names("q=resolve"), (NameList{"unknown-name"}));
  EXPECT_EQ(Names("q=aggressive+192.0.2.7"), (NameList{"legacy"}));
  EXPECT_TRUE(Names("q=aggressive+192.0.2.9").empty());
}

TEST_F(ListPageTest, ShowsWhatWasProbedOnRequest) {
  PageContext context{table_, kNow, "/metrics", false};
  EXPECT_EQ(ListPage(context, {}).find("Probed on request"), std::string::npos);
  context.recent_probes.push_back({7, kNow - 60, "<gw>:4500", "legacy", false, 5.0});
  std::string html = ListPage(context, {});
  EXPECT_NE(html.find("&lt;gw&gt;:4500"), std::string::npos);
  EXPECT_NE(html.find("href=\"/logs?id=7\""), std::string::npos);
  EXPECT_EQ(test::Malformed(html), "");
}

TEST_F(ListPageTest, ComesInPages) {
  EXPECT_EQ(Names("sort=name&rows=2&page=2"), (NameList{"legacy", "new"}));
  ListSelection beyond = SelectTargets(*table_, ParseListQuery("rows=2&page=99"));
  EXPECT_EQ(beyond.page, 3u);
  EXPECT_EQ(beyond.pages, 3u);
  EXPECT_EQ(beyond.shown.size(), 1u);
  std::string html = PageOf("rows=2&page=2");
  EXPECT_NE(html.find("Page 2 of 3"), std::string::npos);
  EXPECT_NE(html.find("href=\"/?rows=2&amp;page=3\""), std::string::npos);
  EXPECT_NE(html.find("href=\"/?rows=2\""), std::string::npos);
  EXPECT_EQ(PageOf("").find("Pages of the table"), std::string::npos);
}

TEST_F(ListPageTest, TellsWhatWokeSomebody) {
  std::string html = PageOf("");
  EXPECT_EQ(test::Malformed(html), "");
  EXPECT_EQ(test::Forbidden(html), "");
  EXPECT_NE(html.find("<title>2 down - ike_exporter</title>"), std::string::npos);
  EXPECT_NE(html.find("the name does not resolve"), std::string::npos);
  EXPECT_NE(html.find("1 broken"), std::string::npos);
  EXPECT_NE(html.find("192 bits"), std::string::npos);
  EXPECT_NE(html.find("ENCR_AES_GCM_16_256"), std::string::npos);
  EXPECT_NE(html.find("not audited yet"), std::string::npos);
}

TEST_F(ListPageTest, ARowSaysWhatIsSoNow) {
  std::string html = PageOf("q=down");
  EXPECT_EQ(html.find("class=\"figure\""), std::string::npos) << "an RTT of before";
  EXPECT_NE(PageOf("q=vpn.example").find("<span class=\"figure\">12.3 ms"), std::string::npos);
  EXPECT_NE(PageOf("q=unknown-name").find("never up</span><small>for 66 min"), std::string::npos);
  EXPECT_NE(PageOf("q=legacy").find("badge weak\">Aggressive Mode, group 2<"), std::string::npos);
}

TEST_F(ListPageTest, NothingIsUpWhileNothingIsKnown) {
  auto config = std::make_shared<config::Config>();
  config->targets.push_back({"fresh", "192.0.2.1", config->defaults, nullptr, nullptr});
  auto table = store_.Apply(config, [](std::string_view) { return true; });
  std::string html = ListPage({table, kNow, "/metrics", false}, {});
  EXPECT_NE(html.find("<title>1 waiting - ike_exporter</title>"), std::string::npos);
  EXPECT_NE(html.find(">1 target: 0 down, 0 impaired, 1 waiting, 0 up<"), std::string::npos);
}

TEST_F(ListPageTest, IsATableToWhoeverCannotSeeIt) {
  std::string html = PageOf("sort=rtt&order=desc");
  EXPECT_EQ(test::Count(html, "<th scope=\"row\""), 5u);
  EXPECT_EQ(test::Count(html, "<th scope=\"col\""), 7u);
  EXPECT_EQ(test::Count(html, "aria-sort="), 1u);
  EXPECT_NE(html.find("aria-sort=\"descending\"><a href=\"/?sort=rtt\">RTT"), std::string::npos);
  EXPECT_NE(html.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_NE(html.find("href=\"#main\">Skip"), std::string::npos);
  EXPECT_EQ(test::Count(html, "<svg"), test::Count(html, "role=\"img\" aria-label="));
}

TEST_F(ListPageTest, WhatOperatorsAndVisitorsWriteIsEscaped) {
  const std::string script = "<script>alert(1)</script>\"'&";
  auto config = std::make_shared<config::Config>();
  auto labels = std::make_shared<const ike::Labels>(ike::Labels{{"note", script}});
  auto module = std::make_shared<const std::string>(script);
  config->targets.push_back({"hq", script, config->defaults, module, labels});
  auto table = store_.Apply(config, [](std::string_view) { return true; });
  std::string html = ListPage({table, kNow, "/metrics", true},
                              ParseListQuery("q=%3Cscript%3E\"'&show=%3Cscript%3E"));
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("value=\"&lt;script&gt;&quot;&#39;\""), std::string::npos);
  EXPECT_EQ(test::Malformed(html), "");
  html = ListPage({table, kNow, "/metrics", true}, {});
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("note=&lt;script&gt;"), std::string::npos);
  EXPECT_NE(html.find("could not be reloaded"), std::string::npos);
}

TEST_F(ListPageTest, AnEmptyFleetAndABasicOneHavePagesToo) {
  auto none = store_.Apply(std::make_shared<config::Config>(), [](auto) { return true; });
  std::string html = ListPage({none, kNow, "/metrics", false}, {});
  EXPECT_EQ(test::Malformed(html), "");
  EXPECT_NE(html.find("No target fits"), std::string::npos);
  auto basic = test::SampleFleet(&store_, config::MetricsDetail::kBasic);
  html = ListPage({basic, kNow, "/metrics", false}, {});
  EXPECT_EQ(test::Malformed(html), "");
  EXPECT_EQ(test::Count(html, "<svg"), 0u);
}

}  // namespace
}  // namespace exporter
