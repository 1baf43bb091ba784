// A request for an audit that runs joins it, and every requester hears of it once; scheduled audits
// wait for room, and however many end at once take no stack.
#include "exporter/engine/audit_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "exporter/net/event_loop.h"
#include "exporter/net/resolver.h"
#include "probes/audit/audit_result.h"
#include "tests/support/simulated_gateway.h"

namespace exporter::test {
namespace {

struct Results final : ResultSink {
  void OnProbeResult(TargetEntry*, const ProbeResult&) override {}
  void OnAuditResult(TargetEntry* entry, const std::shared_ptr<const ike::AuditResult>&) override {
    heard.push_back(entry);
  }
  std::vector<TargetEntry*> heard;
};

class AuditQueueTest : public testing::Test {
 protected:
  AuditQueueTest()
      : gateway_("ikev2 = [\"aes256-sha256-modp2048\"]\ndelay = \"20ms\"\n"),
        engine_(&shares_, &gateway_),
        queue_(
            &engine_.services,
            [this](const AuditRequest&, const AuditOutcome&, const std::string&) {
              const char here = 0;
              stack_ends_.push_back(reinterpret_cast<uintptr_t>(&here));
              return std::make_shared<const ike::AuditResult>();
            },
            [this] { return TakeDue(); }) {
    gateway_.Attach(&engine_);
    engine_.services.results = &results_;
  }

  AuditJobPtr Ask(const EntryPtr& entry, const ike::IpAddress& address) {
    auto job = std::make_shared<AuditJob>();
    queue_.Start({"127.0.0.9", address, settings_, entry}, job);
    queue_.BeginWaiting();
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
    while (queue_.running() > 0) {
      engine_.RunUntil(engine_.NextEvent());
      queue_.BeginWaiting();
    }
  }
  std::optional<AuditRequest> TakeDue() {
    if (due_.empty()) return std::nullopt;
    AuditRequest next = std::move(due_.front());
    due_.pop_front();
    return next;
  }

  static inline const ike::IpAddress kAddress = ike::IpAddress::V4(127, 0, 0, 9);
  std::shared_ptr<const ike::ProbeSettings> settings_ = std::make_shared<ike::ProbeSettings>();
  RealShares shares_;
  SimulatedGateway gateway_;
  VirtualEngine engine_;
  Results results_;
  std::vector<uintptr_t> stack_ends_;  // at each judgement
  std::deque<AuditRequest> due_;
  AuditQueue queue_;
};

TEST_F(AuditQueueTest, ATargetWhoseAuditIsDueAgainJoinsTheOneThatRuns) {
  EntryPtr hq = MakeEntry("hq");
  EntryPtr same_place = MakeEntry("same-place");
  AuditJobPtr first = Ask(hq, kAddress);
  AuditJobPtr again = Ask(hq, {});
  AuditJobPtr other = Ask(same_place, {});
  AuditJobPtr on_request = Ask(nullptr, kAddress);
  EXPECT_EQ(queue_.running(), 1u);
  RunToTheEnd();
  for (const AuditJobPtr& job : {first, again, other, on_request}) EXPECT_TRUE(job->done());
  EXPECT_EQ(results_.heard, (std::vector<TargetEntry*>{hq.get(), same_place.get()}));
}

TEST_F(AuditQueueTest, AnotherAddressIsAnotherAudit) {
  Ask(nullptr, kAddress);
  Ask(nullptr, ike::IpAddress::V4(127, 0, 0, 10));
  EXPECT_EQ(queue_.running(), 2u);
  RunToTheEnd();
}

TEST_F(AuditQueueTest, ScheduledAuditsWaitForRoomAndRequestsDoNotWaitForThem) {
  queue_.set_max_scheduled(2);
  std::vector<EntryPtr> entries;
  for (uint8_t i = 0; i < 5; ++i) {
    entries.push_back(MakeEntry("target-" + std::to_string(i)));
    due_.push_back({"10.0.0." + std::to_string(i), ike::IpAddress::V4(10, 0, 0, i), settings_,
                    entries.back()});
  }
  EXPECT_FALSE(queue_.BeginWaiting()) << "no more now";
  EXPECT_EQ(queue_.running(), 2u);
  EXPECT_EQ(due_.size(), 3u);
  AuditJobPtr on_request = Ask(nullptr, kAddress);
  EXPECT_EQ(queue_.running(), 3u);
  while (queue_.running() > 0) {
    engine_.RunUntil(engine_.NextEvent());
    queue_.BeginWaiting();
    EXPECT_LE(queue_.running(), on_request->done() ? 2u : 3u);
  }
  EXPECT_TRUE(on_request->done());
  EXPECT_TRUE(std::ranges::is_permutation(results_.heard, entries, {}, {}, &EntryPtr::get));
}

TEST_F(AuditQueueTest, MoreRequestsThanRoomWaitAndNoneIsDropped) {
  std::vector<AuditJobPtr> jobs;
  for (int i = 0; i < 5000; ++i) {
    const auto octet = [i](int shift) { return static_cast<uint8_t>(i >> shift); };
    jobs.push_back(Ask(nullptr, ike::IpAddress::V4(10, 0, octet(8), octet(0))));
  }
  EXPECT_EQ(queue_.running(), AuditQueue::kMaxRequested);
  EXPECT_EQ(queue_.waiting(), 5000 - AuditQueue::kMaxRequested);
  for (const AuditJobPtr& job : jobs) EXPECT_FALSE(job->done());
}

// As with names of which the negative DNS cache knows that they do not exist.
TEST_F(AuditQueueTest, ThousandsThatEndAtOnceTakeNoStack) {
  constexpr size_t kCount = 20000;
  auto loop = net::EventLoop::Create().value();
  auto resolver = net::Resolver::Create(loop.get()).value();
  engine_.services.resolver = resolver.get();
  const EntryPtr entry = MakeEntry("nowhere");
  for (size_t i = 0; i < kCount; ++i) due_.push_back({"no..name", {}, settings_, entry});
  size_t slices = 1;
  while (queue_.BeginWaiting()) ++slices;
  EXPECT_EQ(results_.heard.size(), kCount);
  EXPECT_EQ(queue_.running(), 0u);
  EXPECT_GE(slices, kCount / AuditQueue::kSlice) << "other work has its turn in between";
  const auto [low, high] = std::ranges::minmax(stack_ends_);
  EXPECT_LT(high - low, 4096u);
}

}  // namespace
}  // namespace exporter::test
