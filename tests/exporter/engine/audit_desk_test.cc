// Who asks for an audit that runs joins it, and everybody hears of it once.
#include "exporter/engine/audit_desk.h"

#include <gtest/gtest.h>

#include "probes/audit_result.h"
#include "tests/support/simulated_gateway.h"

namespace exporter::test {
namespace {

class AuditDeskTest : public testing::Test {
 protected:
  AuditDeskTest()
      : gateway_("ikev2 = [\"aes256-sha256-modp2048\"]\ndelay = \"20ms\"\n"),
        engine_(&shares_, &gateway_),
        desk_(
            &engine_.services,
            [](const AuditRequest&, const AuditOutcome&, const std::string&) {
              return std::make_shared<const ike::AuditResult>();
            },
            [this](const EntryPtr& entry, const auto&) { heard_.push_back(entry); }) {
    gateway_.Attach(&engine_);
  }

  AuditJobPtr Ask(const EntryPtr& entry, const ike::IpAddress& address) {
    auto job = std::make_shared<AuditJob>();
    desk_.Start({"127.0.0.9", address, settings_, entry}, job);
    return job;
  }
  EntryPtr MakeEntry(const std::string& name) {
    auto target = std::make_shared<ike::Target>();
    target->name = name;
    target->host = "127.0.0.9";
    target->settings = settings_;
    return std::make_shared<TargetEntry>(target, false, nullptr);
  }
  void RunToTheEnd() {
    while (desk_.running() > 0) engine_.RunUntil(engine_.NextEvent());
  }

  static inline const ike::IpAddress kAddress = ike::IpAddress::V4(127, 0, 0, 9);
  std::shared_ptr<const ike::ProbeSettings> settings_ = std::make_shared<ike::ProbeSettings>();
  RealShares shares_;
  SimulatedGateway gateway_;
  VirtualEngine engine_;
  std::vector<EntryPtr> heard_;
  AuditDesk desk_;
};

TEST_F(AuditDeskTest, ATargetWhoseAuditIsDueAgainJoinsTheOneThatRuns) {
  EntryPtr hq = MakeEntry("hq");
  EntryPtr same_place = MakeEntry("same-place");
  AuditJobPtr first = Ask(hq, kAddress);
  AuditJobPtr again = Ask(hq, {});
  AuditJobPtr other = Ask(same_place, {});
  AuditJobPtr on_request = Ask(nullptr, kAddress);
  EXPECT_EQ(desk_.running(), 1u);
  RunToTheEnd();
  for (const AuditJobPtr& job : {first, again, other, on_request}) EXPECT_TRUE(job->done());
  EXPECT_EQ(heard_, (std::vector<EntryPtr>{hq, same_place}));
}

TEST_F(AuditDeskTest, AnotherAddressIsAnotherAudit) {
  Ask(nullptr, kAddress);
  Ask(nullptr, ike::IpAddress::V4(127, 0, 0, 10));
  EXPECT_EQ(desk_.running(), 2u);
  RunToTheEnd();
}

}  // namespace
}  // namespace exporter::test
