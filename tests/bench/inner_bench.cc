// The inner functions of a probe, each alone, with Google Benchmark: encode, parse, match, schedule
// and write a sample. `bench_inner --benchmark_filter=...`
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "exporter/base/spi_table.h"
#include "exporter/metrics/page.h"
#include "exporter/net/timer_wheel.h"
#include "probes/algorithms/offers.h"
#include "probes/exchange/exchange.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/nat_detection.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "tests/bench/fleet_config.h"

namespace {

namespace v2 = ike::wire::v2;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint16_t kGroup = 14;
constexpr uint64_t kResponderSpi = 0x1122334455667788;

class Shares final : public ike::KeyShares {
 public:
  ike::ByteSpan PublicValue(uint16_t) override { return value_; }

 private:
  const ike::Bytes value_ = ike::Bytes(256, 0x55);
};

ike::ExchangeSeed Seed() {
  return {0x0102030405060708,
          {},
          {ike::IpAddress::V4(192, 0, 2, 1), 500},
          {ike::IpAddress::V4(192, 0, 2, 2), 500}};
}

const ike::PreparedOpening& Opening() {
  static const ike::PreparedOpening opening(ike::MakeIkev2Opening(ike::ProposalSet::kBroad));
  return opening;
}

// What a daemon answers that takes AES-256-GCM, SHA2-256 and MODP-2048.
ike::Bytes Answer(const ike::ExchangeSeed& seed) {
  ike::Bytes bytes;
  ike::wire::MessageBuilder builder(&bytes, {.initiator_spi = seed.initiator_spi,
                                             .responder_spi = kResponderSpi,
                                             .exchange_type = v2::exchange::kIkeSaInit,
                                             .flags = v2::flag::kResponse});
  const ike::OfferedProposal chosen{{{v2::transform::kEncr, 20, 256},
                                     {v2::transform::kPrf, 5, 0},
                                     {v2::transform::kKe, kGroup, 0}}};
  ike::wire::WriteIkev2Sa({&chosen, 1}, builder.Begin(v2::payload::kSa));
  ike::wire::WriteIkev2Ke(kGroup, ike::Bytes(256, 0x66), builder.Begin(v2::payload::kKe));
  builder.Begin(v2::payload::kNonce)->Zeros(32);
  for (auto [type, end] : {std::pair(v2::notify::kNatDetectionSourceIp, seed.remote),
                           std::pair(v2::notify::kNatDetectionDestinationIp, seed.local)}) {
    const auto hash = ike::wire::HashNatDetection({seed.initiator_spi, kResponderSpi, end});
    ike::wire::WriteIkev2Notify({.protocol = 0, .type = type, .spi = {}, .data = hash},
                                builder.Begin(v2::payload::kNotify));
  }
  builder.Finish();
  return bytes;
}

void Encode(benchmark::State& state) {
  Shares shares;
  ike::Exchange exchange;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        exchange.Begin(Opening(), {&shares, kGroup}, Seed(), {{}, {}, seconds(1)}));
  }
}
BENCHMARK(Encode);

void EncodeAndParse(benchmark::State& state) {
  Shares shares;
  ike::Exchange exchange;
  const ike::ExchangeTiming timing{{}, ike::TimePoint(seconds(5)), seconds(1)};
  const ike::Bytes answer = Answer(Seed());
  for (auto _ : state) {
    exchange.Begin(Opening(), {&shares, kGroup}, Seed(), timing);
    exchange.OnMessage(answer, ike::TimePoint(milliseconds(1)));
    if (!exchange.done() || !exchange.outcome().selected()) state.SkipWithError("not selected");
  }
}
BENCHMARK(EncodeAndParse);

// An SPI goes in, is found and goes out, with state.range(0) others in flight.
void Match(benchmark::State& state) {
  std::mt19937_64 random(1);
  exporter::SpiTable<int> table;
  int value = 0;
  for (int64_t i = 0; i < state.range(0); ++i) table.Insert(random() | 1, &value);
  for (auto _ : state) {
    const uint64_t spi = random() | 1;
    table.Insert(spi, &value);
    benchmark::DoNotOptimize(table.Find(spi));
    table.Erase(spi);
  }
}
BENCHMARK(Match)->Arg(100)->Arg(10000);

// Arms itself for a minute later whenever it fires.
struct MinuteTimer final : exporter::net::Timer {
  void OnTimer(ike::TimePoint now) override {
    wheel->Arm(this, now + seconds(60));
    ++fired;
  }
  static inline exporter::net::TimerWheel* wheel = nullptr;
  static inline size_t fired = 0;
};

// With state.range(0) of them in the wheel.
void Schedule(benchmark::State& state) {
  const auto count = static_cast<size_t>(state.range(0));
  ike::TimePoint now{seconds(1)};
  exporter::net::TimerWheel wheel(now);
  MinuteTimer::wheel = &wheel;
  MinuteTimer::fired = 0;
  std::vector<MinuteTimer> timers(count);
  for (size_t i = 0; i < count; ++i) {
    wheel.Arm(&timers[i], now + i * ike::Duration(seconds(60)) / count);
  }
  for (auto _ : state) {
    now += milliseconds(1);
    wheel.Advance(now);
  }
  state.counters["timers"] =
      benchmark::Counter(static_cast<double>(MinuteTimer::fired),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(Schedule)->Arg(10000)->Arg(100000)->MinTime(0.1);

void WriteSamples(benchmark::State& state) {
  exporter::Store store;
  bench::FleetOptions options;
  options.count = static_cast<size_t>(state.range(0));
  const auto table = store.Apply(bench::MakeFleet(options), [](std::string_view) { return true; });
  std::string piece;
  size_t samples = 0;
  for (auto _ : state) {
    exporter::MetricsPage page(table);
    for (bool more = true; more;) {
      piece.clear();
      more = page.Next(64 * 1024, &piece);
      samples += static_cast<size_t>(std::count(piece.begin(), piece.end(), '\n'));
    }
  }
  state.counters["lines"] = benchmark::Counter(
      static_cast<double>(samples), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(WriteSamples)->Arg(1000);

}  // namespace
