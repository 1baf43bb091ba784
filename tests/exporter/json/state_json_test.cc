#include "exporter/json/state_json.h"

#include <gtest/gtest.h>

#include "probes/audit_result.h"

namespace exporter {
namespace {

std::string FileOf(const std::string& row) {
  const std::string head(StateHead());
  Checksum checksum;
  checksum.Add(head);
  checksum.Add(row);
  return head + row + StateTail(checksum);
}

AuditHistory Audited() {
  auto result = std::make_shared<ike::AuditResult>();
  result->success = true;
  result->requests = 77;
  result->duration = std::chrono::seconds(61);
  AuditHistory history;
  history.last = std::move(result);
  // Of a later audit, which nothing answered.
  history.last_requests = 24;
  history.last_duration = std::chrono::seconds(70);
  return history;
}

AuditHistory ReadBack(const std::string& row) {
  auto parsed = ParseState(FileOf(row));
  if (!parsed || parsed->size() != 1) return {};
  return std::move(parsed->begin()->second);
}

TEST(StateJsonTest, KeepsTheCostOfAnAuditThatNothingAnswered) {
  AuditHistory history = ReadBack(StateRow({"hq", "vpn.example", 500, {}}, Audited()));
  EXPECT_EQ(history.last_requests, 24u);
  EXPECT_EQ(history.last_duration, std::chrono::seconds(70));
}

TEST(StateJsonTest, TakesTheNewestAuditsCostWhereAnOlderFileKnowsNoOther) {
  std::string row = StateRow({"hq", "vpn.example", 500, {}}, Audited());
  const size_t cost = row.find("\"lastRequests\"");
  row.erase(cost, row.find("\"changes\"") - cost);
  AuditHistory history = ReadBack(row);
  EXPECT_EQ(history.last_requests, 77u);
  EXPECT_EQ(history.last_duration, std::chrono::seconds(61));
}

}  // namespace
}  // namespace exporter
