// Store: what is known of every target, the only hand-over from the probing threads to the serving
// ones. A TargetTable is immutable and replaced whole by a reload; the TargetEntry objects in it
// are shared between tables, so a kept target keeps its state. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "exporter/targets/target_entry.h"

namespace exporter {

struct TargetTable {
  struct Name {
    uint32_t target = 0;  // index into config->targets
    uint32_t entry = 0;   // index into entries
  };

  std::shared_ptr<const config::Config> config;
  std::vector<EntryPtr> entries;  // in the order of the configuration
  std::vector<Name> by_name;      // sorted by the names

  // Null: no target is called that.
  EntryPtr Find(std::string_view name) const;
};

class Store {
 public:
  Store();
  std::shared_ptr<const TargetTable> table() const;
  // Makes the table of `config`, of this shard's targets only, taking over the entries that stay
  // (same name, host, port and transport). Returns the new table, which table() returns from now
  // on.
  std::shared_ptr<const TargetTable> Apply(std::shared_ptr<const config::Config> config,
                                           const std::function<bool(std::string_view)>& in_shard);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TargetTable> table_;
};

// A target's identity over reloads.
bool SameTarget(const ike::Target& a, const ike::Target& b);

}  // namespace exporter
