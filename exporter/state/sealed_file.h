// SealedFile: a file of rows in the directory of --storage.path, sealed by a checksum
// (exporter/state/sealed_rows.h). It is replaced whole or stays as it was; one that cannot be used
// is set aside, and the newest few of those are kept. Nothing here is fatal: errors are values and
// name the step. Read and Write may run together, each on one thread at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace exporter {

class SealedFile {
 public:
  // What is wrong with the whole text, if anything is.
  using Parse = std::function<tl::expected<void, std::string>(std::string_view text)>;
  // Takes one row; returns whether it wants another one.
  using AddRow = std::function<bool(std::string_view row)>;
  using WriteEach = std::function<void(const AddRow& add)>;

  SealedFile(std::string directory, std::string_view name);

  // Whether a file can be made where Write will make one. REQUIRES: no Write at the same time.
  tl::expected<void, std::string> CheckWritable() const;
  // Without a file `parse` is not called, and that is no error.
  tl::expected<void, std::string> Read(const Parse& parse) const;
  // `head` as of SealedHead.
  tl::expected<void, std::string> Write(std::string_view head, const WriteEach& write_each) const;

  const std::string& path() const { return path_; }

 private:
  const std::string directory_;
  const std::string path_;
  const std::string temporary_;
};

}  // namespace exporter
