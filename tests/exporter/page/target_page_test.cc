#include "exporter/page/target_page.h"

#include <gtest/gtest.h>

#include "exporter/page/format.h"
#include "exporter/page/pages.h"
#include "tests/exporter/metrics/sample_fleet.h"
#include "tests/exporter/page/html_check.h"
#include "tests/support/hex.h"

namespace exporter {
namespace {

constexpr double kNow = 1.7e9 + 4000;

class TargetPageTest : public testing::Test {
 protected:
  TargetPageTest() : table_(test::SampleFleet(&store_, config::MetricsDetail::kFull)) {}

  HttpReply Get(const std::string& path, std::string_view query = "") const {
    return ServePage({table_, kNow, "/metrics", false}, path, query);
  }
  std::string PageOf(const std::string& name) const {
    HttpReply page = Get("/targets/" + name);
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(test::Malformed(page.body), "") << name;
    EXPECT_EQ(test::Forbidden(page.body), "") << name;
    return page.body;
  }
  static bool Holds(const std::string& html, const std::string& part) {
    return html.find(part) != std::string::npos;
  }

  Store store_;
  std::shared_ptr<const TargetTable> table_;
};

TEST_F(TargetPageTest, TheMatrixHoldsWhatIsAcceptedRefusedAndUnknown) {
  std::string html = PageOf("hq");
  size_t matrix = html.find("class=\"cards matrix\"");
  ASSERT_NE(matrix, std::string::npos);
  size_t row = html.find("<th role=\"rowheader\" scope=\"row\">Encryption</th>", matrix);
  std::string encryption = html.substr(row, html.find("</tr>", row) - row);
  size_t refused = encryption.find("class=\"refused\"><details><summary>");
  EXPECT_LT(encryption.find("ENCR_AES_GCM_16_256"), refused);
  EXPECT_GT(encryption.find("ENCR_3DES"), refused);
  EXPECT_NE(encryption.find("ENCR_3DES"), std::string::npos);
  EXPECT_TRUE(Holds(html, "post-quantum key exchange accepted"));
  EXPECT_TRUE(Holds(html, "384-bit random ECP group (20)"));
}

TEST_F(TargetPageTest, FindingsComeWithReasonReferenceAndAdvice) {
  std::string html = PageOf("legacy");
  EXPECT_TRUE(Holds(html, " findings against bsi</h2>"));
  EXPECT_TRUE(Holds(html, "Cisco ASA: crypto ikev1 am-disable"));
  EXPECT_TRUE(Holds(html, "Aggressive Mode"));
  EXPECT_TRUE(Holds(html, "aggressive = no")) << "advice";
  EXPECT_TRUE(Holds(html, "<span class=\"badge broken\">broken</span>"));
  EXPECT_TRUE(Holds(html, "Changed since the audit before"));
  EXPECT_TRUE(Holds(html, "module=aggressive&amp;debug=true"));
}

TEST_F(TargetPageTest, ATargetThatIsDownSaysWhy) {
  std::string html = PageOf("down");
  EXPECT_TRUE(Holds(html,
                    "IKEv2: port unreachable or connection refused; IKEv1: the answer is "
                    "not IKE"));
  EXPECT_TRUE(Holds(html, "Nothing answered it"));
  EXPECT_TRUE(Holds(html, "target=%5B2001%3Adb8%3A%3A1%5D%3A4500"));
}

TEST_F(TargetPageTest, WhatNoVersionHasNeedsNoRow) {
  std::string up = PageOf("hq");
  std::string silent = PageOf("unknown-name");
  for (const char* heading : {"Encryption", "Key exchange", "Features"}) {
    std::string row = "<tr><th scope=\"row\">" + std::string(heading) + "</th>";
    EXPECT_TRUE(Holds(up.substr(0, up.find("id=\"history\"")), row)) << heading;
    EXPECT_FALSE(Holds(silent, row)) << heading;
  }
  EXPECT_TRUE(Holds(silent, "<th scope=\"row\">Last answer</th>"));
}

// What wakes somebody is answered first: what, since when, what to do, then the audit's verdict.
TEST_F(TargetPageTest, TheOrderIsThatOfTheQuestions) {
  std::string html = PageOf("down");
  size_t last = 0;
  for (const char* part :
       {"<h1>down</h1>", "What is wrong", "badge down", "For how long",
        "<strong>66 min</strong>, since <time", "What to do", "href=\"/runbooks/IKETargetDown\"",
        "id=\"findings\"", "id=\"details\"", "id=\"rtt\"", "id=\"versions\"", "id=\"history\""}) {
    size_t at = html.find(part);
    ASSERT_NE(at, std::string::npos) << part;
    EXPECT_GT(at, last) << part;
    last = at;
  }
}

TEST_F(TargetPageTest, NeverUpHasLastedSinceTheFirstProbe) {
  EXPECT_TRUE(Holds(PageOf("unknown-name"), "never up for <strong>66 min</strong>, since <time"));
}

TEST_F(TargetPageTest, UptimeIsThatOfTheLastDayAndWeek) {
  TargetEntry& entry = *table_->entries[0];
  for (double at : {10.0, 20.0, 30.0}) {
    ProbeReport report;
    report.outcome.version = ike::IkeVersion::kV2;
    report.outcome.version_answered = true;
    report.finished_at = kNow - 100 + at;
    entry.Publish(report);
  }
  std::string html = PageOf("hq");
  EXPECT_TRUE(
      Holds(html, "<dt>Uptime</dt><dd>100.00 % of the last 24 h, 100.00 % of the last 7 days"));
  EXPECT_FALSE(Holds(PageOf("new"), "<dt>Uptime</dt>")) << "nothing is known";
}

TEST_F(TargetPageTest, WhatIsUpNeedsNoRunbook) {
  std::string html = PageOf("hq");
  std::string situation = html.substr(0, html.find("id=\"findings\""));
  EXPECT_TRUE(Holds(situation, "</span> nothing "));
  EXPECT_FALSE(Holds(situation, "/runbooks/IKE"));
  EXPECT_TRUE(Holds(html, "Audit: complies with ietf</h2>"));
  EXPECT_TRUE(Holds(PageOf("legacy"), "findings of the audit</a>"));
}

TEST_F(TargetPageTest, TheDashboardIsLinkedWhereOneIsConfigured) {
  EXPECT_FALSE(Holds(PageOf("hq"), ">Dashboard</a>"));
  auto config = std::make_shared<config::Config>(*table_->config);
  config->web.dashboard_url = "https://grafana.example.com/d/ike?a={target}&b={target}";
  auto table = store_.Apply(config, [](std::string_view) { return true; });
  std::string html = TargetPage({table, kNow, "/metrics", false}, *table->Find("hq"));
  EXPECT_TRUE(Holds(html, "href=\"https://grafana.example.com/d/ike?a=hq&amp;b=hq\">Dashboard"));
}

// IKEv1 is refused where IKEv2 agrees: by design, so no failure, but said.
TEST_F(TargetPageTest, ARefusalOfWhatIsNotConfiguredIsNoFailure) {
  std::string html = PageOf("hq");
  std::string failures = html.substr(html.find("id=\"history\""));
  failures = failures.substr(0, failures.find("<details>"));
  EXPECT_FALSE(Holds(failures, "answered, but refused"));
  EXPECT_TRUE(Holds(failures, "IKEv1 is refused, as it is where only the other version"));
  EXPECT_TRUE(Holds(html, "refuses: not configured"));
  EXPECT_TRUE(Holds(html, "<td>0 of 1 probe</td>"));
  EXPECT_TRUE(Holds(failures, "no answer")) << "IKEv2's own failure is one";
}

TEST_F(TargetPageTest, AnRttOfTheTimeBeforeIsNoPresentOne) {
  EXPECT_TRUE(Holds(PageOf("down"), "<td>was 12.3 ms</td>"));
  EXPECT_TRUE(Holds(PageOf("hq"), "<td>12.3 ms</td>"));
}

TEST_F(TargetPageTest, EveryRunbookThatIsNamedExists) {
  for (const char* name : {"IKETargetDown", "IKEVersionStoppedAnswering", "IKENegotiationRefused",
                           "IKEPolicyNotCompliant"}) {
    EXPECT_EQ(Get("/runbooks/" + std::string(name)).status, 200) << name;
  }
}

TEST_F(TargetPageTest, ATargetThatWasNeverProbedHasAPage) {
  std::string html = PageOf("new");
  EXPECT_TRUE(Holds(html, "badge waiting"));
  EXPECT_TRUE(Holds(html, "Not audited yet"));
  EXPECT_TRUE(Holds(html, "Nothing was sent yet"));
}

TEST_F(TargetPageTest, TheLastExchangeIsDecoded) {
  TargetEntry& entry = *table_->entries[0];
  ProbeReport report;
  report.full_opening = true;
  report.outcome.version = ike::IkeVersion::kV2;
  report.outcome.version_answered = true;
  report.finished_at = kNow - 5;
  auto trace = std::make_shared<Trace>();
  ike::Bytes message = ike::test::FromHex(
      "0102030405060708"
      "1112131415161718"
      "29202220"
      "00000000"
      "00000024"
      "000000080000000e");
  trace->Add({true, false, {}, message});
  trace->Add({true, true, std::chrono::milliseconds(11), {}});
  trace->Add({false, false, std::chrono::milliseconds(12), message});
  trace->Add({false, false, std::chrono::milliseconds(13), {}});
  report.trace = trace;
  entry.Publish(report);
  std::string html = PageOf("hq");
  EXPECT_TRUE(Holds(html, "NO_PROPOSAL_CHOSEN"));
  EXPECT_TRUE(Holds(html, "sent again <small>after 11.000 ms</small>"));
  EXPECT_TRUE(Holds(html, "after 12.000 ms"));
  EXPECT_TRUE(Holds(html, "01020304 05060708"));
  EXPECT_TRUE(Holds(html, "bytes not shown"));
}

TEST_F(TargetPageTest, WithoutHistoryItSaysSo) {
  auto basic = test::SampleFleet(&store_, config::MetricsDetail::kBasic);
  std::string html = TargetPage({basic, kNow, "/metrics", false}, *basic->entries[0]);
  EXPECT_EQ(test::Malformed(html), "");
  EXPECT_TRUE(Holds(html, "None is kept with"));
  EXPECT_FALSE(Holds(html, "Last exchange</h2>"));
}

TEST_F(TargetPageTest, WhatThereIsNotIs404) {
  for (const char* path : {"/targets/nobody", "/targets/<b>", "/assets/", "/assets/x", "/x"}) {
    HttpReply page = Get(path);
    EXPECT_EQ(page.status, 404) << path;
    EXPECT_EQ(test::Malformed(page.body), "");
    EXPECT_FALSE(Holds(page.body, "<b>"));
  }
}

TEST_F(TargetPageTest, AssetsAreCachedByTheirVersion) {
  std::string html = PageOf("hq");
  size_t begin = html.find("/assets/page.css?v=");
  ASSERT_NE(begin, std::string::npos);
  HttpReply css = Get("/assets/page.css", html.substr(begin + 17, 18));
  EXPECT_EQ(css.status, 200);
  EXPECT_EQ(css.type, "text/css; charset=utf-8");
  EXPECT_EQ(css.fields.front().value, "public, max-age=31536000, immutable");
  EXPECT_EQ(Get("/assets/page.css").fields.front().value, "no-cache");
  EXPECT_TRUE(Holds(css.body, "prefers-color-scheme"));
  EXPECT_FALSE(Holds(css.body, "url("));
  EXPECT_TRUE(Holds(Get("/assets/page.js").body, "use strict"));
  EXPECT_EQ(Get("/assets/icon.svg").type, "image/svg+xml");
}

TEST(Format, TimesAndFigures) {
  EXPECT_EQ(DurationText(119.9), "119 s");
  EXPECT_EQ(DurationText(120), "2 min");
  EXPECT_EQ(DurationText(7200), "2.0 h");
  EXPECT_EQ(DurationText(86400 * 3), "3 days");
  EXPECT_EQ(AgoText(0, 5), "never");
  EXPECT_EQ(AgoText(10, 5), "0 s ago");
  EXPECT_EQ(IsoTime(1.7e9), "2023-11-14T22:13:20Z");
  EXPECT_EQ(RttText(0.00841), "8.4 ms");
  EXPECT_EQ(RttText(1.2345), "1234 ms");
  EXPECT_EQ(RttText(kNotYet), "");
}

}  // namespace
}  // namespace exporter
