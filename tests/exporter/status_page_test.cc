#include "exporter/page/status_page.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

std::shared_ptr<const TargetTable> TableWith(Store* store, const std::string& host) {
  auto config = std::make_shared<config::Config>();
  config->targets.push_back({"hq", host, config->defaults, nullptr, nullptr});
  config->targets.push_back({"branch", "192.0.2.2", config->defaults, nullptr, nullptr});
  return store->Apply(config, [](std::string_view) { return true; });
}

TEST(StatusPage, TheWorstComesFirst) {
  Store store;
  auto table = TableWith(&store, "192.0.2.1");
  ProbeReport report;
  report.outcome.version = ike::IkeVersion::kV2;
  report.outcome.answer = ike::AnswerKind::kSelected;
  report.outcome.version_answered = true;
  report.full_opening = true;
  report.finished_at = 100;
  table->entries[1]->Publish(report, table->config->metrics.rtt_buckets);
  std::string page = StatusPage(*table, 110);
  EXPECT_NE(page.find("2 targets, 1 down"), std::string::npos);
  EXPECT_LT(page.find("/targets/hq"), page.find("/targets/branch"));
}

TEST(StatusPage, WhatIsShownIsEscaped) {
  EXPECT_EQ(EscapeHtml("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  Store store;
  auto table = TableWith(&store, "<script>alert(1)</script>");
  EXPECT_EQ(StatusPage(*table, 1).find("<script"), std::string::npos);
  EXPECT_EQ(TargetPage(*table->entries[0], 1).find("<script"), std::string::npos);
}

}  // namespace
}  // namespace exporter
