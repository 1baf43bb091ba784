// An hour of audits in virtual time: `count` targets, both versions with liveness beside them, half
// of them simulated strongSwan, half libreswan, each with its limits, by one engine's scheduler and
// audit queue. Prints one line of JSON.
//
//   bench_audits COUNT MAX_RUNNING
//
// "cpu_share": the CPU time of everything but the gateways, as a share of the hour; the exchanger
// is a virtual one, so what the kernel takes for packets is not in it. "bytes_per_audit": the heap
// that the audits running after 20 minutes give back when they are destroyed.
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "exporter/engine/audit_judge.h"
#include "exporter/engine/audit_queue.h"
#include "exporter/engine/scheduler.h"
#include "probes/algorithms/key_share.h"
#include "probes/audit/audit_result.h"
#include "tests/bench/fleet_config.h"
#include "tests/responder/fleet.h"
#include "tests/support/virtual_engine.h"

namespace bench {
namespace {

using exporter::test::VirtualEngine;
using std::chrono::hours;
using std::chrono::minutes;

// strongSwan asks for cookies from the third half-open SA of one source on and blocks it from the
// fifth; libreswan has no such limit, and keeps them for minutes.
constexpr char kGateways[] = R"(
[[gateway]]
name = "strongswan"
addresses = ["127.1.0.0-127.1.19.135"]
ikev2 = ["aes256-sha256-modp2048-ecp256", "aes128-sha256-modp2048"]
ikev1 = ["aes256-sha256-modp2048", "aes128-sha1-modp1024"]
cookie_after = 3
block_after = 5
delay = "20ms"
[[gateway]]
name = "libreswan"
addresses = ["127.1.19.136-127.1.40.0"]
dialect = "libreswan"
ikev2 = ["aes256-sha256-modp2048-ecp256", "aes128-sha256-modp2048"]
ikev1 = ["aes256-sha256-modp2048", "aes128-sha1-modp1024"]
half_open_lifetime = "200s"
delay = "20ms"
)";

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

class Shares final : public ike::KeyShares {
 public:
  ike::ByteSpan PublicValue(uint16_t group) override {
    auto known = values_.find(group);
    if (known == values_.end()) {
      auto value = ike::GeneratePublicValue(group).value_or(ike::Bytes{});
      known = values_.emplace(group, std::move(value)).first;
    }
    return known->second;
  }

 private:
  std::map<uint16_t, ike::Bytes> values_;
};

class Gateways final : public exporter::test::VirtualPeer, private responder::Sink {
 public:
  Gateways() {
    auto script = responder::ParseScript(kGateways, "bench");
    if (!script) throw std::runtime_error(script.error());
    auto fleet = responder::Fleet::Build(std::move(*script));
    if (!fleet) throw std::runtime_error(fleet.error());
    fleet_ = std::move(*fleet);
  }

  void Attach(VirtualEngine* engine) { engine_ = engine; }
  double cpu() const { return cpu_; }

  void OnSent(exporter::ExchangeHandle handle, const exporter::ExchangeJob& job,
              ike::ByteSpan message) override {
    const double begun = CpuSeconds();
    const auto& octets = job.remote.address.octets;
    responder::Request request;
    request.message = {message.data(), message.size()};
    request.peer = {responder::Address::V4(0x7f000001), 40000};
    request.local = {responder::Address::V4(uint32_t{octets[0]} << 24 | uint32_t{octets[1]} << 16 |
                                            uint32_t{octets[2]} << 8 | octets[3]),
                     500};
    const responder::Fleet::Place place = fleet_->Find(request.local.address);
    request.slot = place.slot;
    request.now = engine_->now().time_since_epoch().count();
    handle_ = handle;
    if (place.gateway != nullptr) place.gateway->Handle(request, *this, log_);
    cpu_ += CpuSeconds() - begun;
  }
  ike::TimePoint NextDelivery() const override {
    return answers_.empty() ? ike::TimePoint::max() : answers_.begin()->first;
  }
  void DeliverDue(ike::TimePoint now) override {
    while (!answers_.empty() && answers_.begin()->first <= now) {
      const auto answer = std::move(answers_.extract(answers_.begin()).mapped());
      engine_->exchanger.Deliver(answer.first, answer.second);
    }
  }

 private:
  void Send(const responder::Request&, responder::View bytes,
            const responder::Departure& departure) override {
    answers_.emplace(engine_->now() + ike::Duration(departure.delay),
                     std::pair(handle_, ike::Bytes(bytes.begin(), bytes.end())));
  }

  std::unique_ptr<responder::Fleet> fleet_;
  responder::EventLog log_;
  VirtualEngine* engine_ = nullptr;
  exporter::ExchangeHandle handle_ = 0;
  std::multimap<ike::TimePoint, std::pair<exporter::ExchangeHandle, ike::Bytes>> answers_;
  double cpu_ = 0;
};

std::shared_ptr<const config::Config> Fleet(size_t count) {
  FleetOptions options;
  options.count = count;
  auto fleet = std::make_shared<config::Config>(*MakeFleet(options));
  auto settings = std::make_shared<ike::ProbeSettings>(*fleet->targets.front().settings);
  settings->audit_interval = hours(1);
  for (ike::Target& target : fleet->targets) target.settings = settings;
  return fleet;
}

class Hour final : private exporter::ResultSink {
 public:
  Hour(size_t count, size_t max_running) : config_(Fleet(count)), engine_(&shares_, &gateways_) {
    gateways_.Attach(&engine_);
    engine_.exchanger.ForgetJobs();
    engine_.services.resolver = resolver_.get();
    engine_.services.results = this;
    queue_ = std::make_unique<exporter::AuditQueue>(
        &engine_.services, exporter::MakeAuditJudge(config_), [this] { return TakeDue(); });
    queue_->set_max_scheduled(max_running);
    scheduler_.Apply(store_.Apply(config_, [](std::string_view) { return true; }), 10000);
    while (scheduler_.Reconcile(engine_.now())) {
    }
  }

  void RunFor(ike::Duration duration) {
    const double begun = CpuSeconds();
    const double elsewhere = gateways_.cpu();
    for (const ike::TimePoint end = engine_.now() + duration; engine_.now() < end;) {
      engine_.RunUntil(std::min(end, engine_.NextEvent()));
      scheduler_.StartDue(engine_.now());
      while (queue_->BeginWaiting()) {
      }
      most_ = std::max(most_, queue_->running());
    }
    cpu_ += CpuSeconds() - begun - (gateways_.cpu() - elsewhere);
  }

  double BytesPerAudit() {
    const size_t running = queue_->running();
    const size_t before = mallinfo2().uordblks;
    queue_.reset();
    return static_cast<double>(before - mallinfo2().uordblks) / static_cast<double>(running);
  }

  void Print(double bytes_per_audit) {
    std::ranges::sort(durations_);
    std::printf(
        "{\"audited\":%zu,\"complete\":%zu,\"longest_seconds\":%.0f,\"median_seconds\":%.0f,"
        "\"requests\":%zu,\"most_running\":%zu,\"waiting\":%zu,\"cpu_share\":%.4f,"
        "\"bytes_per_audit\":%.0f}\n",
        audited_.size(), complete_, durations_.empty() ? 0 : durations_.back(),
        durations_.empty() ? 0 : durations_[durations_.size() / 2], requests_, most_,
        scheduler_.audits_due(), cpu_ / 3600, bytes_per_audit);
  }

 private:
  std::optional<exporter::AuditRequest> TakeDue() {
    exporter::EntryPtr entry = scheduler_.TakeDueAudit();
    if (!entry) return std::nullopt;
    const exporter::TargetPtr target = entry->target();
    return exporter::AuditRequest{target->host, {}, target->settings, std::move(entry)};
  }
  void OnProbeResult(exporter::TargetEntry* entry, const exporter::ProbeResult& result) override {
    publisher_.OnProbeResult(entry, result);
  }
  void OnAuditResult(exporter::TargetEntry* entry,
                     const std::shared_ptr<const ike::AuditResult>& result) override {
    ++audited_[entry];
    complete_ += result->complete ? 1 : 0;
    durations_.push_back(std::chrono::duration<double>(result->duration).count());
    for (const auto& version : result->versions) requests_ += version ? version->requests : 0;
  }

  exporter::ResultPublisher publisher_;
  std::shared_ptr<const config::Config> config_;
  Shares shares_;
  Gateways gateways_;
  VirtualEngine engine_;
  std::unique_ptr<exporter::net::EventLoop> loop_ = exporter::net::EventLoop::Create().value();
  std::unique_ptr<exporter::net::Resolver> resolver_ =
      exporter::net::Resolver::Create(loop_.get()).value();
  exporter::EngineStats stats_;
  exporter::Store store_;
  exporter::Scheduler scheduler_{&engine_.services, &stats_, [](std::string_view) { return true; }};
  std::unique_ptr<exporter::AuditQueue> queue_;
  std::unordered_map<const exporter::TargetEntry*, int> audited_;
  std::vector<double> durations_;
  size_t complete_ = 0;
  size_t requests_ = 0;
  size_t most_ = 0;
  double cpu_ = 0;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const size_t count = std::strtoul(argv[1], nullptr, 10);
  const size_t max_running = std::strtoul(argv[2], nullptr, 10);
  double bytes = 0;
  {
    bench::Hour beginning(count, max_running);
    beginning.RunFor(std::chrono::minutes(20));
    bytes = beginning.BytesPerAudit();
  }
  bench::Hour hour(count, max_running);
  hour.RunFor(std::chrono::hours(1));
  hour.Print(bytes);
  return 0;
}
