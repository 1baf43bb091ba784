// Prober: what is remembered of one target, and whole probes of it to their end, against a
// simulated gateway in virtual time. For tests; one thread.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/probe_run.h"
#include "tests/support/simulated_gateway.h"

namespace exporter::test {

inline constexpr char kStrongSwanLimits[] =
    "ikev2 = [\"aes256-sha256-modp2048\"]\nikev1 = [\"aes256-sha256-modp2048\"]\n"
    "cookie_after = 3\nblock_after = 5\n";

using Kinds = std::vector<ike::OpeningKind>;
inline constexpr ike::OpeningKind kFull = ike::OpeningKind::kFull;
inline constexpr ike::OpeningKind kPlainest = ike::OpeningKind::kPlainest;
inline constexpr ike::OpeningKind kRefusal = ike::OpeningKind::kRefusal;

class Prober final : public ProbeRun::Owner {
 public:
  explicit Prober(const std::string& keys) : gateway(keys), engine(&shares_, &gateway) {
    gateway.Attach(&engine);
  }

  ProbeSpec Order(ike::IkeVersion version = ike::IkeVersion::kV2) const {
    ProbeSpec order;
    order.address = ike::IpAddress::V4(127, 0, 0, 9);
    order.openings = openings;
    order.version = version;
    order.timeout = settings->timeout;
    order.scheduled = true;
    return order;
  }

  ProbeResult Probe(ProbeSpec order) {
    Begin(std::move(order));
    while (!result_) engine.RunUntil(engine.NextEvent());
    return std::move(*result_);
  }
  ProbeResult Probe(ike::IkeVersion version = ike::IkeVersion::kV2) {
    return Probe(Order(version));
  }

  void Begin(ProbeSpec order) {
    result_.reset();
    auto* remembered = &memory[static_cast<size_t>(order.version) - 1];
    run = std::make_unique<ProbeRun>(&engine.services, std::move(order), remembered, this);
    run->Begin();
  }

  const std::optional<ProbeResult>& result() const { return result_; }

  // The kinds of what has been sent since the last call.
  std::vector<ike::OpeningKind> TakeKinds() {
    std::vector<ike::OpeningKind> kinds;
    for (; seen_ < engine.exchanger.jobs().size(); ++seen_) {
      const PreparedPtr& opening = engine.exchanger.jobs()[seen_].opening;
      for (ike::OpeningKind kind : {kFull, kPlainest, kRefusal}) {
        bool is_it = false;
        for (bool alternate : {false, true}) {
          is_it |= opening == openings->ikev1.of(kind, alternate) ||
                   opening == openings->ikev2.of(kind, alternate);
        }
        if (is_it) kinds.push_back(kind);
      }
    }
    return kinds;
  }

  SimulatedGateway gateway;

 private:
  RealShares shares_;

 public:
  VirtualEngine engine;
  std::shared_ptr<const ike::ProbeSettings> settings = std::make_shared<ike::ProbeSettings>();
  std::shared_ptr<const OpeningSet> openings = MakeOpeningSet(settings);
  std::array<ike::LivenessMemory, 2> memory;
  std::unique_ptr<ProbeRun> run;

 private:
  void OnProbeDone(ProbeRun*, ProbeResult&& result) override { result_ = std::move(result); }

  std::optional<ProbeResult> result_;
  size_t seen_ = 0;
};

}  // namespace exporter::test
