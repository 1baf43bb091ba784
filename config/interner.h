// Interner: makes one object of equal probe settings and equal label sets, so that 100,000 targets
// that say the same cost the memory of one. Lives while a configuration is loaded. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "config/config.h"

namespace config {

class Interner {
 public:
  SettingsPtr Settings(ike::ProbeSettings settings);
  // Null for no labels. REQUIRES: sorted by name.
  std::shared_ptr<const ike::Labels> Labels(ike::Labels labels);

 private:
  std::unordered_multimap<size_t, SettingsPtr> settings_;  // by hash
  std::map<ike::Labels, std::shared_ptr<const ike::Labels>> labels_;
};

}  // namespace config
