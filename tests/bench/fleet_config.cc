#include "tests/bench/fleet_config.h"

#include <string>
#include <utility>

namespace bench {
namespace {

constexpr uint32_t kFirstHost = 0x7f010000;

std::string AddressText(uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!text.empty()) text.push_back('.');
    text += std::to_string(address >> shift & 0xff);
  }
  return text;
}

}  // namespace

std::shared_ptr<const config::Config> MakeFleet(const FleetOptions& options) {
  auto settings = std::make_shared<ike::ProbeSettings>();
  settings->interval = std::chrono::minutes(1);
  settings->audit_interval = std::chrono::milliseconds(0);
  settings->port = options.port;
  settings->ikev1 = options.ikev1;
  settings->ikev2 = options.ikev2;
  auto fleet = std::make_shared<config::Config>();
  fleet->metrics.detail = options.detail;
  if (options.detail == config::MetricsDetail::kBasic) fleet->metrics.rtt_buckets.clear();
  for (size_t i = 0; i < options.count; ++i) {
    ike::Target target;
    target.name = "gateway-" + std::to_string(i);
    target.host = AddressText(kFirstHost + static_cast<uint32_t>(i));
    target.settings = settings;
    fleet->targets.push_back(std::move(target));
  }
  return fleet;
}

}  // namespace bench
