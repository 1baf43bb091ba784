// Preloaded into the exporter: its wall clock jumps as the file named by IKE_CLOCK says, the
// kernel's receive stamps with it, as they would if the machine's clock were set. The monotonic
// clock stays.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// The file: nanoseconds. Before `at` (true wall time) the clock is off by `before`, then by
// `after`.
struct Jump {
  int64_t before, at, after;
};

const volatile Jump* OpenJump() {
  static const Jump kNone{};
  const char* path = std::getenv("IKE_CLOCK");
  const int fd = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return &kNone;
  void* mapped = mmap(nullptr, sizeof(Jump), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  return mapped == MAP_FAILED ? &kNone : static_cast<const volatile Jump*>(mapped);
}

void Shift(timespec* time) {
  static const volatile Jump* const jump = OpenJump();
  int64_t wall = time->tv_sec * kSecond + time->tv_nsec;
  wall += wall < jump->at ? jump->before : jump->after;
  time->tv_sec = wall / kSecond;
  time->tv_nsec = wall % kSecond;
}

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void ShiftStamp(msghdr* header) {
  for (cmsghdr* control = CMSG_FIRSTHDR(header); control != nullptr;
       control = CMSG_NXTHDR(header, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp;
    std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
    Shift(&stamp);
    std::memcpy(CMSG_DATA(control), &stamp, sizeof stamp);
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static auto* const real = Real<int(clockid_t, timespec*)>("clock_gettime");
  const int result = real(clock, time);
  if (clock == CLOCK_REALTIME && result == 0) Shift(time);
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

ssize_t recvmsg(int fd, msghdr* header, int flags) {
  static auto* const real = Real<ssize_t(int, msghdr*, int)>("recvmsg");
  const ssize_t size = real(fd, header, flags);
  if (size >= 0) ShiftStamp(header);
  return size;
}

int recvmmsg(int fd, mmsghdr* headers, unsigned count, int flags, timespec* timeout) {
  static auto* const real = Real<int(int, mmsghdr*, unsigned, int, timespec*)>("recvmmsg");
  const int received = real(fd, headers, count, flags, timeout);
  for (int i = 0; i < received; ++i) ShiftStamp(&headers[i].msg_hdr);
  return received;
}

}  // extern "C"
