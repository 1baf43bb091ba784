// The whole engine in saturation: the real scheduler, probe runs, exchanges, half-open budget,
// sockets and store, with `window` probes under way at any time. The schedule's clock runs as fast
// as probes end; exchanges see the real one. Prints one line of JSON for each round.
//   bench_sweep PORT HOSTS WINDOW ROUNDS VERSIONS CLOCK
//     VERSIONS  1, 2 or 12
//     CLOCK     minute: rounds are a minute apart, as seen by the budget and the liveness plan, so
//               that every probe is a full opening; real: they follow at once, and the budget
//               leaves room only for openings that leave no state; lockstep: as minute, and the
//               other end is in this process and answers between two turns, so that every run
//               takes the same steps: for counting instructions
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string_view>

#include "exporter/engine/result_sink.h"
#include "exporter/engine/scheduler.h"
#include "exporter/transport/exchange_runner.h"
#include "tests/bench/allocations.h"
#include "tests/bench/answers.h"
#include "tests/bench/fleet_config.h"
#include "tests/responder/udp_socket.h"

namespace {

using std::chrono::milliseconds;

constexpr ike::Duration kInterval = std::chrono::minutes(1);  // of the fleet's targets

double ThreadCpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Tally {
  uint64_t probes = 0;
  uint64_t negotiated = 0;
  uint64_t up = 0;

  explicit Tally(const exporter::TargetTable& table) {
    for (const auto& entry : table.entries) {
      entry->With([this](const ike::Target&, const exporter::TargetState& state) {
        for (const exporter::VersionState& version : state.versions) {
          probes += version.probes;
          negotiated += version.negotiated ? 1 : 0;
          up += version.up ? 1 : 0;
        }
      });
    }
  }
};

// The other end of "lockstep".
class Mirror {
 public:
  explicit Mirror(uint16_t port) {
    auto answers = bench::Answers::Create();
    auto socket = responder::UdpSocket::Open({responder::Address::V4(0), port}, false);
    if (!answers || !socket) std::exit(1);
    answers_ = std::move(*answers);
    socket_ = std::move(*socket);
  }

  void Answer() {
    while (socket_->Receive([this](const responder::Arrival& arrival) {
      socket_->Queue(answers_->To(arrival.bytes, arrival.peer), arrival.peer, arrival.local);
    })) {
    }
    socket_->Flush();
  }

 private:
  std::unique_ptr<bench::Answers> answers_;
  std::unique_ptr<responder::UdpSocket> socket_;
};

class Sweep final : public exporter::net::Ticker {
 public:
  Sweep(exporter::net::EventLoop* loop, std::shared_ptr<const exporter::TargetTable> table,
        size_t window)
      : loop_(loop),
        table_(std::move(table)),
        window_(window),
        routes_(loop),
        runner_(loop, &routes_, &limits_),
        wheel_(loop->now()),
        schedule_clock_(loop->now()),
        scheduler_(&services_, &stats_, [](std::string_view) { return true; }) {
    services_ = {&runner_,
                 &limits_.budget,
                 &limits_.audited,
                 &limits_.answers,
                 &results_,
                 &wheel_,
                 nullptr,
                 &routes_,
                 [this] { return loop_->now() + shift_; },
                 [] { return 1.7e9; }};
    auto resolver = exporter::net::Resolver::Create(loop, {});
    if (resolver) resolver_ = std::move(*resolver);
    services_.resolver = resolver_.get();
    runner_.set_packets_per_second(100'000'000);
    scheduler_.Apply(table_, 100'000'000);
    while (scheduler_.Reconcile(loop_->now())) {
    }
  }

  // Every target once. `mirror` may be null: the other end is elsewhere.
  void Round(bool minute, Mirror* mirror) {
    if (minute) shift_ += std::chrono::seconds(61);
    round_end_ += kInterval;
    finished_ = false;
    while (!finished_) {
      Turn();
      if (mirror != nullptr) mirror->Answer();
    }
  }

  void BeforeTimers(ike::TimePoint now) override { runner_.Read(now); }
  ike::TimePoint OnTick(ike::TimePoint now) override {
    const auto steps = static_cast<int64_t>(table_->entries.size() / 16 + 1);
    const ike::Duration step = kInterval / steps;
    while (scheduler_.in_flight() < window_ && schedule_clock_ < round_end_) {
      schedule_clock_ += step;
      wheel_.Advance(schedule_clock_);
      scheduler_.StartDue(schedule_clock_);
    }
    runner_.Tick(now);
    finished_ = scheduler_.in_flight() == 0 && schedule_clock_ >= round_end_;
    return now + milliseconds(1);
  }

  uint64_t drops() { return runner_.dropped_packets(); }

 private:
  // What is counted: not to be inlined.
  [[gnu::noinline]] void Turn() { loop_->RunOnce(this, milliseconds(1)); }

  exporter::net::EventLoop* const loop_;
  const std::shared_ptr<const exporter::TargetTable> table_;
  const size_t window_;
  exporter::net::RouteCache routes_;
  exporter::SharedLimits limits_;
  exporter::ExchangeRunner runner_;
  exporter::net::TimerWheel wheel_;
  std::unique_ptr<exporter::net::Resolver> resolver_;
  exporter::ResultPublisher results_;
  exporter::Services services_;
  exporter::EngineStats stats_;
  ike::TimePoint schedule_clock_;
  ike::TimePoint round_end_ = schedule_clock_;
  ike::Duration shift_{};
  bool finished_ = false;
  exporter::Scheduler scheduler_;
};

// What a round took, between two of them.
struct Meter {
  double cpu = ThreadCpu();
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  uint64_t allocations = bench::Allocations();
};

void Print(const Meter& from, const Meter& to, const Tally& tally, uint64_t drops) {
  const double each = static_cast<double>(std::max<uint64_t>(tally.probes, 1));
  const double seconds = std::chrono::duration<double>(to.begun - from.begun).count();
  std::printf(
      "{\"probes\":%lu,\"up\":%lu,\"negotiated\":%lu,\"seconds\":%.6f,\"cpu_ns_per_probe\":%.1f,"
      "\"allocations_per_probe\":%.4f,\"drops\":%lu}\n",
      tally.probes, tally.up, tally.negotiated, seconds, (to.cpu - from.cpu) * 1e9 / each,
      static_cast<double>(to.allocations - from.allocations) / each, drops);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr,
                 "usage: bench_sweep PORT HOSTS WINDOW ROUNDS 1|2|12 minute|real|lockstep\n");
    return 2;
  }
  const std::string_view versions = argv[5];
  bench::FleetOptions options;
  options.port = static_cast<uint16_t>(std::atoi(argv[1]));
  options.count = static_cast<size_t>(std::atol(argv[2]));
  options.ikev1 = versions.find('1') != std::string_view::npos;
  options.ikev2 = versions.find('2') != std::string_view::npos;
  exporter::Store store;
  auto table = store.Apply(bench::MakeFleet(options), [](std::string_view) { return true; });
  auto loop = exporter::net::EventLoop::Create();
  if (!loop) return 1;
  Sweep sweep(loop->get(), table, static_cast<size_t>(std::atol(argv[3])));
  const std::string_view clock = argv[6];
  const auto mirror = clock == "lockstep" ? std::make_unique<Mirror>(options.port) : nullptr;
  for (int round = std::atoi(argv[4]); round > 0; --round) {
    const uint64_t probed = Tally(*table).probes;
    const Meter from;
    sweep.Round(clock != "real", mirror.get());
    const Meter to;
    Tally tally(*table);
    tally.probes -= probed;
    Print(from, to, tally, sweep.drops());
  }
}
