#include "exporter/engine/engine.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/base/unix_time.h"
#include "exporter/engine/schedule.h"
#include "exporter/net/descriptor_limit.h"

namespace exporter {
namespace {

// Descriptors that are left to HTTP, names, logs and files; at most half of all.
constexpr size_t kOtherDescriptors = 256;

size_t ConnectionsOfEach(size_t engines) {
  size_t all = net::DescriptorLimit();
  return std::max<size_t>(1, (all - std::min(all / 2, kOtherDescriptors)) / engines);
}

// At most so long a probe starts late. Answers are read once in so long at most; arrivals have the
// kernel's time stamps. At 10,000 probes a second one takes 6.0 us of CPU with it, and 7.4 us with
// half of it.
constexpr ike::Duration kTick = std::chrono::milliseconds(2);

constexpr ike::Duration kProgressInterval = std::chrono::milliseconds(200);
constexpr ike::Duration kSparesPeriod = std::chrono::seconds(30);
constexpr size_t kTrimSlice = 500;  // objects, which takes about half a millisecond

// What the scheduled audits of all engines may take: of memory, and of the packets.
constexpr size_t kAuditMemory = size_t{128} << 20;
constexpr size_t kAuditBytes = size_t{16} << 10;  // of one that runs, as tests/bench measures it
constexpr size_t kAuditPackets = 2;               // a second, of one that waits for nothing

size_t MaxScheduledAudits(size_t packets_per_second, size_t engines) {
  const size_t fit = std::min(kAuditMemory / kAuditBytes, packets_per_second / kAuditPackets);
  return std::max<size_t>(1, fit / engines);
}

}  // namespace

// Lives from the request to its answer.
class Engine::RequestedProbe final : public ProbeRun::Owner {
 public:
  RequestedProbe(Engine* engine, ProbeRequest request, std::function<void(ProbeResult)> callback)
      : engine_(engine), callback_(std::move(callback)) {
    ProbeSpec order;
    order.host = std::move(request.host);
    order.addresses = std::move(request.addresses);
    order.openings = engine->openings_.For(request.settings);
    order.version = request.version;
    order.timeout = request.timeout;
    order.need_suite = request.need_suite;
    order.keep_details = true;
    order.keep_trace = request.trace;
    run_ = std::make_unique<ProbeRun>(&engine->services_, std::move(order), &memory_, this);
  }

  void Begin() { run_->Begin(); }

 private:
  void OnProbeDone(ProbeRun*, ProbeResult&& result) override {
    callback_(std::move(result));
    auto& requested = engine_->requested_;
    auto self = std::find_if(requested.begin(), requested.end(),
                             [this](const auto& probe) { return probe.get() == this; });
    engine_->ended_.push_back(std::move(*self));  // destroyed when nothing of it is on the stack
    requested.erase(self);
  }

  Engine* const engine_;
  const std::function<void(ProbeResult)> callback_;
  ike::LivenessMemory memory_;
  std::unique_ptr<ProbeRun> run_;
};

tl::expected<std::unique_ptr<Engine>, std::string> Engine::Create(EngineOptions options) {
  auto loop = net::EventLoop::Create();
  if (!loop) return tl::make_unexpected(loop.error());
  auto resolver = net::Resolver::Create(loop->get(), options.resolver);
  if (!resolver) return tl::make_unexpected(resolver.error());
  std::unique_ptr<Engine> engine(new Engine(std::move(options), std::move(*loop)));
  engine->resolver_ = std::move(*resolver);
  engine->services_.resolver = engine->resolver_.get();
  engine->runner_.set_max_connections(ConnectionsOfEach(engine->options_.count));
  return engine;
}

Engine::Engine(EngineOptions options, std::unique_ptr<net::EventLoop> loop)
    : options_(std::move(options)),
      loop_(std::move(loop)),
      routes_(loop_.get()),
      runner_(loop_.get(), &routes_, options_.limits),
      services_{
          .exchanger = &runner_,
          .budget = &options_.limits->budget,
          .audited = &options_.limits->audited,
          .answers = &options_.limits->answers,
          .results = options_.results,
          .timers = loop_->timers(),
          .resolver = nullptr,
          .routes = &routes_,
          .now = [this] { return loop_->now(); },
          .unix_time = [this] { return UnixTime(); },
      },
      audits_(&services_, options_.judge, [this] { return TakeDueAudit(); }),
      scheduler_(&services_, &stats_, [this](std::string_view host) { return Owns(host); }) {}

Engine::~Engine() { Stop(ike::Duration::zero()); }

bool Engine::Owns(std::string_view host) const {
  return options_.count == 1 || StableHash(host) % options_.count == options_.index;
}

void Engine::Start() {
  thread_ = std::thread([this] { loop_->Run(this, kTick); });
}

void Engine::Stop(ike::Duration patience) {
  if (!thread_.joinable()) return;
  loop_->Post([this, patience] {
    draining_ = true;
    drain_until_ = loop_->now() + patience;
    scheduler_.Drain();
  });
  thread_.join();
  runner_.held_connections()->LeaveInBackground(loop_->now());
}

void Engine::Apply(std::shared_ptr<const TargetTable> table) {
  loop_->Post([this, table = std::move(table)] {
    const config::PacketRates& rates = table->config->packet_rates;
    const uint32_t rate = std::max(1u, rates.exporter / options_.count);
    runner_.set_packets_per_second(rate);
    audits_.set_max_scheduled(MaxScheduledAudits(rates.exporter, options_.count));
    options_.limits->networks.set_rate(rates.network);
    resolver_->FlushCache();
    scheduler_.Apply(table, rate);
  });
}

void Engine::Resolve(std::string host, ike::AddressFamily family,
                     net::Resolver::Callback callback) {
  loop_->Post([this, host = std::move(host), family, callback = std::move(callback)]() mutable {
    resolver_->Resolve(host, FamilyOf(family), std::move(callback));
  });
}

void Engine::Probe(ProbeRequest request, std::function<void(ProbeResult)> callback) {
  loop_->Post([this, request = std::move(request), callback = std::move(callback)]() mutable {
    requested_.push_back(
        std::make_unique<RequestedProbe>(this, std::move(request), std::move(callback)));
    requested_.back()->Begin();
  });
}

AuditJobPtr Engine::Audit(AuditRequest request) {
  auto job = std::make_shared<AuditJob>();
  loop_->Post([this, request = std::move(request), job]() mutable {
    audits_.Start(std::move(request), std::move(job));
  });
  return job;
}

ike::TimePoint Engine::OnTick(ike::TimePoint now) {
  ended_.clear();
  stats_.turns.fetch_add(1, std::memory_order_relaxed);
  bool more = scheduler_.Reconcile(now);
  if (!more && scheduler_.targets() > 0) scheduled_.store(true, std::memory_order_release);
  scheduler_.StartDue(now);
  const bool more_audits = audits_.BeginWaiting();
  ike::TimePoint next = runner_.Tick(now);
  if (now >= next_progress_) {
    next_progress_ = now + kProgressInterval;
    audits_.UpdateProgress();
    PublishStats();
    Trim(now);
  }
  stats_.in_flight.store(scheduler_.in_flight() + requested_.size() + audits_.running(),
                         std::memory_order_relaxed);
  if (draining_) CheckDrained(now);
  if (more || more_audits || !ended_.empty()) return now;
  next = std::min(next, now + std::chrono::seconds(1));
  return draining_ ? std::min(next, drain_until_) : next;
}

std::optional<AuditRequest> Engine::TakeDueAudit() {
  EntryPtr entry = scheduler_.TakeDueAudit();
  if (!entry) return std::nullopt;
  const TargetPtr target = entry->target();
  return AuditRequest{target->host, {}, target->settings, std::move(entry)};
}

// Read once for all that ends within a turn of the loop.
double Engine::UnixTime() {
  if (loop_->now() != unix_read_at_) {
    unix_read_at_ = loop_->now();
    unix_time_ = UnixNow();
  }
  return unix_time_;
}

void Engine::CheckDrained(ike::TimePoint now) {
  if (now >= drain_until_ || (scheduler_.in_flight() == 0 && requested_.empty())) loop_->Stop();
}

// What a burst needed goes again once half a minute did without it.
void Engine::Trim(ike::TimePoint now) {
  if (now >= next_period_) {
    next_period_ = now + kSparesPeriod;
    runner_.BeginPeriod();
    scheduler_.BeginPeriod();
  }
  const size_t given = runner_.Trim(kTrimSlice) + scheduler_.Trim(kTrimSlice);
  if (given > 0) stats_.given_back.fetch_add(given, std::memory_order_relaxed);
}

void Engine::PublishStats() {
  stats_.unmatched_packets.store(runner_.unmatched_packets(), std::memory_order_relaxed);
  stats_.audits_running.store(audits_.running(), std::memory_order_relaxed);
  stats_.audits_waiting.store(audits_.waiting() + scheduler_.audits_due(),
                              std::memory_order_relaxed);
  stats_.dropped_packets.store(runner_.dropped_packets(), std::memory_order_relaxed);
  for (size_t i = 0; i < kPaceNames.size(); ++i) {
    stats_.delayed_packets[i].store(runner_.delayed_packets()[i], std::memory_order_relaxed);
  }
}

}  // namespace exporter
