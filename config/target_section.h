// [[target]] tables: reading them over the modules, from the main file and from included ones. Used
// by load.cc, once per load. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/interner.h"
#include "config/probe_section.h"

namespace config {

// A module (or [probe] itself) as targets build upon it.
struct ModuleEntry {
  ProbeLayer layer;
  SettingsPtr settings;                     // layer.settings, interned
  std::shared_ptr<const std::string> name;  // null: [probe]
  bool pace_reported = false;
};

class TargetReader {
 public:
  TargetReader(const PolicyNames& policies, Interner& interner, ModuleEntry defaults)
      : policies_(policies), interner_(interner), defaults_(std::move(defaults)) {}

  // REQUIRES: it has a name.
  void AddModule(ModuleEntry module) { modules_[*module.name] = std::move(module); }

  // `value`: what stands under the key `target`, to be an array of tables.
  void ReadTargets(const Value& value);

  std::vector<ike::Target> Take() {
    targets_.shrink_to_fit();
    return std::move(targets_);
  }

 private:
  struct Draft;
  struct Place {
    uint32_t file = 0;  // index in files_
    Position position;
  };

  void ReadTarget(const Value& value);
  void ReadMember(const Member& member, Draft& draft, Problems& problems);
  ModuleEntry* FindModule(const Node& table, Problems& problems);
  void ReadName(const Value& value, Draft& draft);
  void CheckModulePace(const Node& table, ModuleEntry& module, Draft& draft, Problems& problems);
  SettingsPtr SettingsOf(const ModuleEntry& module, const Draft& draft);

  const PolicyNames& policies_;
  Interner& interner_;
  ModuleEntry defaults_;
  std::map<std::string, ModuleEntry, std::less<>> modules_;
  std::vector<std::string> files_;
  std::unordered_map<std::string, Place> names_;
  std::vector<ike::Target> targets_;
};

}  // namespace config
