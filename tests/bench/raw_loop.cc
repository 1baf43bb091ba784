// The floor: what the kernel alone asks for a datagram out and one back. One unconnected socket,
// sendmmsg and recvmmsg of 64, `window` in flight over `hosts` destinations from 127.1.0.0 on,
// no book-keeping at all. Prints one line of JSON.
//   bench_raw_loop PORT HOSTS WINDOW SECONDS FILE [RATE]
//     FILE  holds the request's bytes
//     RATE  so many a second, whatever is in flight, as many as are due every 2 ms: as the
//           exporter's engine wakes up
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace {

constexpr size_t kBatch = 64;
constexpr uint32_t kFirstHost = 0x7f010000;
constexpr long kTickNanoseconds = 2'000'000;

double Clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Loop {
 public:
  Loop(uint16_t port, size_t hosts, std::vector<char> request)
      : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), request_(std::move(request)) {
    int size = 64 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    for (size_t i = 0; i < hosts; ++i) {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      to.sin_addr.s_addr = htonl(kFirstHost + static_cast<uint32_t>(i));
      hosts_.push_back(to);
    }
  }

  void Run(size_t window, double seconds) {
    const double end = Clock(CLOCK_MONOTONIC) + seconds;
    while (Clock(CLOCK_MONOTONIC) < end) {
      while (in_flight_ + kBatch <= window && Send(kBatch)) {
      }
      while (in_flight_ + kBatch > window && (Receive() > 0 || Wait())) {
      }
    }
  }

  void RunPaced(double rate, double seconds) {
    timespec next{};
    clock_gettime(CLOCK_MONOTONIC, &next);
    const double begun = Clock(CLOCK_MONOTONIC);
    for (double now = begun; now < begun + seconds; now = Clock(CLOCK_MONOTONIC)) {
      while (Receive() == kBatch) {
      }
      const auto due = static_cast<size_t>((now - begun) * rate);
      while (sent_ < due && Send(std::min(kBatch, due - sent_))) {
      }
      next.tv_nsec += kTickNanoseconds;
      next.tv_sec += next.tv_nsec / 1'000'000'000;
      next.tv_nsec %= 1'000'000'000;
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
    }
    while (in_flight_ > 0 && (Receive() > 0 || Wait())) {
    }
  }

  size_t received() const { return received_; }
  size_t lost() const { return lost_; }

 private:
  bool Send(size_t count) {
    std::array<mmsghdr, kBatch> messages{};
    iovec vector{request_.data(), request_.size()};
    for (size_t i = 0; i < count; ++i) {
      messages[i].msg_hdr.msg_name = &hosts_[next_];
      messages[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      messages[i].msg_hdr.msg_iov = &vector;
      messages[i].msg_hdr.msg_iovlen = 1;
      next_ = (next_ + 1) % hosts_.size();
    }
    int sent = sendmmsg(fd_, messages.data(), static_cast<unsigned>(count), 0);
    if (sent <= 0) return false;
    sent_ += static_cast<size_t>(sent);
    in_flight_ += static_cast<size_t>(sent);
    return true;
  }

  size_t Receive() {
    std::array<mmsghdr, kBatch> messages{};
    std::array<iovec, kBatch> vectors{};
    for (size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {buffers_[i].data(), buffers_[i].size()};
      messages[i].msg_hdr.msg_name = &from_[i];
      messages[i].msg_hdr.msg_namelen = sizeof from_[i];
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(fd_, messages.data(), kBatch, 0, nullptr);
    const auto came = static_cast<size_t>(std::max(count, 0));
    received_ += came;
    in_flight_ -= std::min(in_flight_, came);
    return came;
  }

  bool Wait() {
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, 200) > 0) return true;
    lost_ += in_flight_;
    in_flight_ = 0;
    return false;
  }

  const int fd_;
  std::vector<char> request_;
  std::vector<sockaddr_in> hosts_;
  std::array<std::array<char, 2048>, kBatch> buffers_;
  std::array<sockaddr_in, kBatch> from_;
  size_t next_ = 0;
  size_t sent_ = 0;
  size_t in_flight_ = 0;
  size_t received_ = 0;
  size_t lost_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    std::fprintf(stderr, "usage: bench_raw_loop PORT HOSTS WINDOW SECONDS FILE [RATE]\n");
    return 2;
  }
  std::ifstream file(argv[5], std::ios::binary);
  std::vector<char> request{std::istreambuf_iterator<char>(file), {}};
  auto loop = std::make_unique<Loop>(static_cast<uint16_t>(std::atoi(argv[1])),
                                     static_cast<size_t>(std::atol(argv[2])), std::move(request));
  const double cpu = Clock(CLOCK_PROCESS_CPUTIME_ID);
  const double begun = Clock(CLOCK_MONOTONIC);
  const double seconds = std::atof(argv[4]);
  if (argc == 6) loop->Run(static_cast<size_t>(std::atol(argv[3])), seconds);
  if (argc == 7) loop->RunPaced(std::atof(argv[6]), seconds);
  const double pairs = static_cast<double>(std::max<size_t>(loop->received(), 1));
  std::printf("{\"pairs\":%zu,\"lost\":%zu,\"seconds\":%.6f,\"cpu_ns_per_pair\":%.1f}\n",
              loop->received(), loop->lost(), Clock(CLOCK_MONOTONIC) - begun,
              (Clock(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e9 / pairs);
}
