#include "exporter/state/sealed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "exporter/state/sealed_rows.h"

namespace exporter {
namespace {

constexpr std::string_view kDamaged = ".damaged-";
constexpr size_t kDamagedKept = 3;
constexpr size_t kChunk = size_t{64} << 10;
constexpr off_t kLargest = off_t{4} << 30;  // bytes; 100,000 targets need a tenth of it

using Failure = tl::unexpected<std::string>;

Failure Failed(const std::string& what, int error) {
  return Failure(what + ": " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  const int fd_;
};

// Collects the text in chunks; the first failure is kept and ends the writing.
class ChunkWriter {
 public:
  explicit ChunkWriter(int fd) : fd_(fd) {}

  void Add(std::string_view text) {
    buffer_.append(text);
    if (buffer_.size() >= kChunk) Flush();
  }

  void Flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && error_ == 0) {
      ssize_t written = write(fd_, rest.data(), rest.size());
      if (written >= 0) {
        rest.remove_prefix(static_cast<size_t>(written));
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
    buffer_.clear();
  }

  int error() const { return error_; }

 private:
  const int fd_;
  int error_ = 0;
  std::string buffer_;
};

// A new file, or -1. What an earlier process left unfinished goes.
int CreateTemporary(const std::string& path) {
  unlink(path.c_str());
  return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int WriteRows(std::string_view head, const SealedFile::WriteEach& write_each, int fd) {
  ChunkWriter writer(fd);
  ike::Fnv1a checksum;
  auto add = [&](std::string_view text) {
    checksum.Add(text);
    writer.Add(text);
  };
  add(head);
  bool first = true;
  write_each([&](std::string_view row) {
    add(first ? "\n" : ",\n");
    first = false;
    add(row);
    return writer.error() == 0;
  });
  writer.Add(SealedTail(checksum));
  writer.Flush();
  return writer.error();
}

// Written and on the disk.
tl::expected<void, std::string> WriteTemporary(std::string_view head,
                                               const SealedFile::WriteEach& write_each,
                                               const std::string& path) {
  Descriptor file(CreateTemporary(path));
  if (!file.valid()) return Failed("cannot create " + path, errno);
  int error = WriteRows(head, write_each, file.get());
  if (error == 0 && fsync(file.get()) != 0) error = errno;
  if (error == 0) return {};
  unlink(path.c_str());
  return Failed("cannot write " + path, error);
}

// Makes the renaming itself survive a power cut.
void SyncDirectory(const std::string& directory) {
  Descriptor opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) fsync(opened.get());
}

tl::expected<std::string, std::string> ReadAll(int fd, size_t size) {
  std::string text(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    ssize_t got = read(fd, text.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed("cannot read it", errno);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  text.resize(filled);
  return text;
}

// The times in the names of the files that were set aside, the oldest first.
std::vector<int64_t> DamagedTimes(const std::string& directory, std::string_view prefix) {
  std::vector<int64_t> times;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end;
       file.increment(error)) {
    std::string name = file->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    int64_t time = 0;
    const char* last = name.data() + name.size();
    auto parsed = std::from_chars(name.data() + prefix.size(), last, time);
    if (parsed.ec == std::errc() && parsed.ptr == last) times.push_back(time);
  }
  std::sort(times.begin(), times.end());
  return times;
}

// Returns where the file is now. The newest few are kept.
tl::expected<std::string, std::string> SetAside(const std::string& directory,
                                                const std::string& path) {
  const std::string prefix = path + std::string(kDamaged);
  std::vector<int64_t> times =
      DamagedTimes(directory, std::string_view(prefix).substr(directory.size() + 1));
  int64_t now = std::time(nullptr);
  if (!times.empty() && times.back() < INT64_MAX) now = std::max(now, times.back() + 1);
  std::string aside = prefix + std::to_string(now);
  if (rename(path.c_str(), aside.c_str()) != 0) return Failed("cannot rename it", errno);
  for (size_t i = 0; i + kDamagedKept <= times.size(); ++i) {
    unlink((prefix + std::to_string(times[i])).c_str());
  }
  return aside;
}

}  // namespace

SealedFile::SealedFile(std::string directory, std::string_view name)
    : directory_(std::move(directory)),
      path_(directory_ + "/" + std::string(name)),
      temporary_(path_ + ".new") {}

tl::expected<void, std::string> SealedFile::CheckWritable() const {
  mkdir(directory_.c_str(), 0700);
  Descriptor file(CreateTemporary(temporary_));
  if (!file.valid()) return Failed("cannot create " + temporary_, errno);
  unlink(temporary_.c_str());
  return {};
}

tl::expected<void, std::string> SealedFile::Read(const Parse& parse) const {
  // Without O_NONBLOCK a pipe in its place would hold up the start for ever.
  Descriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid() && errno == ENOENT) return {};
  if (!file.valid()) return Failed("cannot open " + path_, errno);
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Failure(path_ + " is no regular file");
  }
  if (status.st_size > kLargest) return Failure(path_ + " is too large");
  auto text = ReadAll(file.get(), static_cast<size_t>(status.st_size));
  if (!text) return Failure(path_ + ": " + text.error());
  auto parsed = parse(*text);
  if (parsed) return parsed;
  auto aside = SetAside(directory_, path_);
  std::string where = aside ? "it is now " + *aside : aside.error();
  return Failure(path_ + " cannot be used: " + parsed.error() + "; " + where);
}

tl::expected<void, std::string> SealedFile::Write(std::string_view head,
                                                  const WriteEach& write_each) const {
  // The directory may be new; whether it is there shows in the next step.
  mkdir(directory_.c_str(), 0700);
  auto written = WriteTemporary(head, write_each, temporary_);
  if (!written) return written;
  if (rename(temporary_.c_str(), path_.c_str()) != 0) {
    int error = errno;
    unlink(temporary_.c_str());
    return Failed("cannot replace " + path_, error);
  }
  SyncDirectory(directory_);
  return {};
}

}  // namespace exporter
