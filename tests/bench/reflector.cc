// The other end of the benchmarks: answers every address of 127.0.0.0/8 as fast as one core can,
// the same (answers.h) for the prober, ike-scan and the raw loop. `--dns` answers A queries
// instead. It never sleeps: waking it up would be charged to whoever sends, unlike with a gateway
// at the other end of a network. SIGUSR1 prints what has arrived since the last one as one line of
// JSON; SIGTERM stops it.
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string_view>

#include "tests/bench/answers.h"
#include "tests/responder/udp_socket.h"

namespace {

using responder::Bytes;
using responder::View;

// One question, answered by 127.0.0.1 (RFC 1035 section 4).
Bytes DnsAnswer(View query) {
  constexpr uint8_t kAddress[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1};
  size_t at = 12;
  while (at < query.size() && query[at] != 0) at += size_t{query[at]} + 1;
  size_t end = at + 5;
  if (end > query.size()) return {};
  Bytes answer(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(end));
  const uint8_t kHead[] = {0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0};
  std::copy(std::begin(kHead), std::end(kHead), answer.begin() + 2);
  answer.insert(answer.end(), std::begin(kAddress), std::end(kAddress));
  return answer;
}

// What arrived since the last report; times from the kernel.
struct Tally {
  uint64_t packets = 0;
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  int64_t first = 0;
  int64_t last = 0;
  int64_t longest_gap = 0;

  void Count(const responder::Arrival& arrival) {
    ++packets;
    bytes_in += arrival.bytes.size();
    if (first == 0) first = arrival.at;
    if (last != 0) longest_gap = std::max(longest_gap, arrival.at - last);
    last = arrival.at;
  }

  void Print() {
    timespec cpu{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    double count = static_cast<double>(std::max<uint64_t>(packets, 1));
    std::printf(
        "{\"packets\":%lu,\"first\":%.6f,\"last\":%.6f,\"longest_gap\":%.6f,\"request_bytes\":%.0f,"
        "\"answer_bytes\":%.0f,\"cpu\":%.6f}\n",
        packets, static_cast<double>(first) * 1e-9, static_cast<double>(last) * 1e-9,
        static_cast<double>(longest_gap) * 1e-9, static_cast<double>(bytes_in) / count,
        static_cast<double>(bytes_out) / count,
        static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) * 1e-9);
    std::fflush(stdout);
    *this = {};
  }
};

int BlockedSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_CLOEXEC);
}

class Reflector {
 public:
  Reflector(responder::UdpSocket* socket, bench::Answers* answers, bool dns)
      : socket_(socket), answers_(answers), dns_(dns) {}

  void Run() {
    pollfd wait[2] = {{socket_->fd(), POLLIN, 0}, {BlockedSignals(), POLLIN, 0}};
    std::printf("ready\n");
    std::fflush(stdout);
    for (;;) {
      poll(wait, 2, 0);
      signalfd_siginfo info{};
      if (wait[1].revents != 0 && read(wait[1].fd, &info, sizeof info) == sizeof info) {
        tally_.Print();
        if (info.ssi_signo != SIGUSR1) return;
      }
      socket_->Receive([this](const responder::Arrival& arrival) { Answer(arrival); });
      socket_->Flush();
    }
  }

 private:
  void Answer(const responder::Arrival& arrival) {
    tally_.Count(arrival);
    Bytes name;
    if (dns_) name = DnsAnswer(arrival.bytes);
    View answer = dns_ ? View(name) : answers_->To(arrival.bytes, arrival.peer);
    tally_.bytes_out += answer.size();
    if (!answer.empty()) socket_->Queue(answer, arrival.peer, arrival.local);
  }

  responder::UdpSocket* const socket_;
  bench::Answers* const answers_;
  const bool dns_;
  Tally tally_;
};

}  // namespace

int main(int argc, char** argv) {
  uint16_t port = 0;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), port);
  const bool dns = argc > 2 && std::string_view(argv[2]) == "--dns";
  if (port == 0) {
    std::fprintf(stderr, "usage: bench_reflector PORT [--dns]\n");
    return 2;
  }
  auto answers = bench::Answers::Create();
  auto socket = responder::UdpSocket::Open({responder::Address::V4(0), port}, true);
  if (!answers || !socket) {
    std::fprintf(stderr, "%s\n", answers ? socket.error().c_str() : answers.error().c_str());
    return 1;
  }
  Reflector(socket->get(), answers->get(), dns).Run();
}
