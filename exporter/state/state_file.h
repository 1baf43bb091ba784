// StateFile: the audits of all targets in one file, audits.json in the directory of --storage.path,
// so that a restart neither forgets what is accepted nor audits everything at once. Load is called
// by the reloader, Save by the saver's thread; each by one thread at a time, both may run together.
// Nothing here is fatal: what cannot be read is set aside, what cannot be written is an error
// value.
#pragma once

#include <cstddef>
#include <string>
#include <tl/expected.hpp>

#include "exporter/state/sealed_file.h"
#include "exporter/state/state_json.h"
#include "exporter/targets/store.h"

namespace exporter {

class StateFile {
 public:
  explicit StateFile(std::string directory);

  tl::expected<void, std::string> CheckWritable() const { return file_.CheckWritable(); }

  // Gives every target of `table` that has no audit yet the one of the file, if it is of the same
  // endpoint; returns how many. The first call reads the file; a damaged one is set aside then, and
  // the error says so.
  tl::expected<size_t, std::string> Load(const TargetTable& table);

  // Replaces the file by what `table` knows, or leaves it as it is. The error names the step.
  tl::expected<void, std::string> Save(const TargetTable& table);

  const std::string& path() const { return file_.path(); }

 private:
  const SealedFile file_;
  bool read_ = false;
  SavedAudits saved_;  // those of the file that no target has taken yet
};

}  // namespace exporter
