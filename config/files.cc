#include "config/files.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace config {
namespace {

// Far above a million targets; a device or an endless pipe must not eat the memory.
constexpr size_t kMaxFileSize = 512u << 20;
constexpr size_t kReadSize = 64u << 10;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<std::string> SystemError() { return tl::unexpected<std::string>(strerror(errno)); }

}  // namespace

tl::expected<std::string, std::string> ReadFile(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemError();
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return SystemError();
  std::string text;
  if (S_ISREG(status.st_mode)) text.reserve(static_cast<size_t>(status.st_size) + kReadSize);
  while (true) {
    const size_t filled = text.size();
    text.resize(filled + kReadSize);
    const ssize_t got = read(file.get(), text.data() + filled, kReadSize);
    text.resize(filled + static_cast<size_t>(got > 0 ? got : 0));
    if (got == 0) return text;
    if (got < 0 && errno != EINTR) return SystemError();
    if (text.size() > kMaxFileSize) return tl::unexpected<std::string>("is larger than 512 MiB");
  }
}

std::string RelativeTo(const std::string& main_file, std::string_view pattern) {
  const size_t slash = main_file.rfind('/');
  if (pattern.starts_with('/') || slash == std::string::npos) return std::string(pattern);
  return main_file.substr(0, slash + 1).append(pattern);
}

bool HasWildcard(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

tl::expected<std::vector<std::string>, std::string> Glob(const std::string& pattern) {
  glob_t found{};
  const int result = glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
  const std::unique_ptr<glob_t, decltype(&globfree)> owner(&found, globfree);
  if (result == GLOB_NOMATCH) return std::vector<std::string>{};
  if (result == GLOB_NOSPACE) return tl::unexpected<std::string>("out of memory");
  const bool missing = errno == ENOENT || errno == ENOTDIR;
  if (result != 0 && missing) return std::vector<std::string>{};  // drop-in folders are optional
  if (result != 0) return SystemError();
  return std::vector<std::string>(found.gl_pathv, found.gl_pathv + found.gl_pathc);
}

bool IsSpecialFile(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

std::optional<FileId> IdOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

}  // namespace config
