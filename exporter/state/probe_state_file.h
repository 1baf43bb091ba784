// ProbeStateFile: what probes have shown of all targets in one file, probes.json in the directory
// of --storage.path, so that a restart neither forgets since when a target is up or down nor takes
// what it learns again for news. It changes with every probe, unlike the audits (state_file.h),
// which are many times larger. Load is called by the reloader, Save by the saver's thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <tl/expected.hpp>

#include "exporter/state/sealed_file.h"
#include "exporter/state/state_json.h"
#include "exporter/targets/store.h"

namespace exporter {

class ProbeStateFile {
 public:
  explicit ProbeStateFile(std::string directory);

  // Gives every target of `table` that was not probed yet what the file knows of the same endpoint;
  // returns how many. The first call reads the file; one that cannot be used is set aside then, and
  // the error says so.
  tl::expected<size_t, std::string> Load(const TargetTable& table);

  // Replaces the file by what `table` knows, or leaves it as it is. The error names the step.
  tl::expected<void, std::string> Save(const TargetTable& table);

  const std::string& path() const { return file_.path(); }

 private:
  const SealedFile file_;
  bool read_ = false;
  std::map<AuditKey, ProbedPast> saved_;  // what no target has taken yet
};

}  // namespace exporter
