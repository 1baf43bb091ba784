#include "exporter/page/runbook_page.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "exporter/page/markdown.h"
#include "exporter/page/pages.h"
#include "tests/exporter/metrics/sample_fleet.h"
#include "tests/exporter/page/html_check.h"
#include "tests/support/test_path.h"

namespace exporter {
namespace {

std::string Rendered(std::string_view text) {
  Html html;
  AddMarkdown(text, &html);
  std::string rendered = html.Take();
  EXPECT_EQ(test::Malformed(rendered), "");
  EXPECT_EQ(test::Forbidden(rendered), "");
  return rendered;
}

TEST(Markdown, BlocksAreSeparatedByWhatTheyBeginWith) {
  EXPECT_EQ(Rendered("# A\nb\nc\n\n## D\n"), "<h1>A</h1><p>b c</p><h2>D</h2>");
  EXPECT_EQ(Rendered("```sh\na <b>  # *c*\n\nd\n```\ne"),
            "<pre>a &lt;b&gt;  # *c*\n\nd\n</pre><p>e</p>");
  EXPECT_EQ(Rendered("a:\n- b\n  c\n- d\n"), "<p>a:</p><ul><li>b c<li>d</ul>");
  EXPECT_EQ(Rendered("1. a\n   b\n10. c"), "<ol><li>a b<li>c</ol>");
}

TEST(Markdown, SpansNestAndAreClosed) {
  EXPECT_EQ(Rendered("`a*b*` **c `d`** *e*"),
            "<p><code>a*b*</code> <strong>c <code>d</code></strong> <em>e</em></p>");
  EXPECT_EQ(Rendered("2 * 3 * 4, `a, **b, [c"), "<p>2 * 3 * 4, `a, **b, [c</p>");
}

TEST(Markdown, LinksLeadToRunbooksOnly) {
  EXPECT_EQ(Rendered("[a](IKETargetDown.md)"), "<p><a href=\"/runbooks/IKETargetDown\">a</a></p>");
  EXPECT_EQ(Rendered("[a](https://b.example/c.md) [d](javascript:e)"), "<p>a d</p>");
  EXPECT_EQ(Rendered("[a](\"><script>.md)"),
            "<p><a href=\"/runbooks/&quot;&gt;&lt;script&gt;\">a</a></p>");
}

TEST(Markdown, TablesHoldEscapedBars) {
  EXPECT_EQ(Rendered("| a | b |\n| --- | --- |\n| c | `d \\| e` |\n"),
            "<table><thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead><tbody>"
            "<tr><th scope=\"row\">c</th><td><code>d | e</code></td></tr></tbody></table>");
  EXPECT_EQ(Rendered("| | |\n| --- | --- |\n| c | |\n"),
            "<table><tbody><tr><th scope=\"row\">c</th><td></td></tr></tbody></table>");
}

class RunbookPageTest : public testing::Test {
 protected:
  RunbookPageTest() : table_(test::SampleFleet(&store_, config::MetricsDetail::kFull)) {}

  HttpReply Get(const std::string& path) const {
    return ServePage({table_, 1.7e9, "/metrics", false}, path, "");
  }

  Store store_;
  std::shared_ptr<const TargetTable> table_;
};

TEST_F(RunbookPageTest, EveryRunbookOfTheTreeHasAPage) {
  size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(TestPath("../dashboards/runbooks"))) {
    if (file.path().extension() != ".md") continue;
    std::string name = file.path().stem();
    HttpReply page = Get("/runbooks/" + name);
    EXPECT_EQ(page.status, 200) << name;
    EXPECT_EQ(page.type, "text/html; charset=utf-8");
    EXPECT_EQ(test::Malformed(page.body), "") << name;
    EXPECT_EQ(test::Forbidden(page.body), "") << name;
    EXPECT_EQ(test::Count(page.body, "<h1>"), 1u) << name;
    EXPECT_EQ(page.body.find("**"), std::string::npos) << name;
    EXPECT_EQ(page.body.find("```"), std::string::npos) << name;
    ++count;
  }
  EXPECT_EQ(AllRunbooks().size(), count);
}

TEST_F(RunbookPageTest, NoLinkOfARunbookIsDead) {
  static const std::regex kLink("href=\"(/runbooks/[^\"]*)\"");
  for (const Runbook& runbook : AllRunbooks()) {
    std::string body = Get("/runbooks/" + std::string(runbook.name)).body;
    for (auto link = std::sregex_iterator(body.begin(), body.end(), kLink);
         link != std::sregex_iterator(); ++link) {
      EXPECT_EQ(Get((*link)[1]).status, 200) << runbook.name << ": " << (*link)[1];
    }
  }
}

TEST_F(RunbookPageTest, TheOverviewListsThemAll) {
  std::string overview = Get("/runbooks/README").body;
  EXPECT_NE(overview.find("<title>Runbooks - ike_exporter</title>"), std::string::npos);
  EXPECT_NE(overview.find("<a href=\"/runbooks/IKETargetDown\">IKETargetDown</a>"),
            std::string::npos);
}

TEST_F(RunbookPageTest, AnUnknownNameIs404WithALinkHome) {
  for (const char* name : {"IKENothing", "IKETargetDown.md", "../README", "<b>"}) {
    HttpReply page = Get("/runbooks/" + std::string(name));
    EXPECT_EQ(page.status, 404) << name;
    EXPECT_NE(page.body.find("no runbook of that name"), std::string::npos);
    EXPECT_NE(page.body.find("<a href=\"/\">"), std::string::npos);
    EXPECT_EQ(page.body.find("<b>"), std::string::npos);
  }
}

}  // namespace
}  // namespace exporter
