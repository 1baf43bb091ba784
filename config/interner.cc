#include "config/interner.h"

#include <functional>
#include <string_view>
#include <utility>

namespace config {
namespace {

// Over the keys that targets override in practice; operator== decides.
size_t Hash(const ike::ProbeSettings& settings) {
  size_t hash = 0;
  const auto mix = [&hash](size_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  };
  mix(static_cast<size_t>(settings.interval.count()));
  mix(static_cast<size_t>(settings.timeout.count()));
  mix(static_cast<size_t>(settings.audit_interval.count()));
  mix(settings.port);
  mix(static_cast<size_t>(settings.transport));
  mix((settings.ikev1 ? 1u : 0u) | (settings.ikev2 ? 2u : 0u));
  mix(static_cast<size_t>(settings.exchange));
  mix(std::hash<std::string_view>()(settings.aggressive_id));
  mix(std::hash<ike::IpAddress>()(settings.source_address));
  mix(settings.source_port);
  mix(std::hash<std::string_view>()(settings.policy));
  return hash;
}

}  // namespace

SettingsPtr Interner::Settings(ike::ProbeSettings settings) {
  const size_t hash = Hash(settings);
  const auto [begin, end] = settings_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (*it->second == settings) return it->second;
  }
  auto made = std::make_shared<const ike::ProbeSettings>(std::move(settings));
  settings_.emplace(hash, made);
  return made;
}

std::shared_ptr<const ike::Labels> Interner::Labels(ike::Labels labels) {
  if (labels.empty()) return nullptr;
  const auto found = labels_.find(labels);
  if (found != labels_.end()) return found->second;
  auto made = std::make_shared<const ike::Labels>(labels);
  labels_.emplace(std::move(labels), made);
  return made;
}

}  // namespace config
