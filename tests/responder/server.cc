#include "tests/responder/server.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace responder {
namespace {

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  return set;
}

std::string SystemError(const char* what) {
  return std::string(what) + ": " + std::strerror(errno);
}

}  // namespace

Server::~Server() {
  if (epoll_ >= 0) close(epoll_);
  if (signals_ >= 0) close(signals_);
}

std::string Server::Run() {
  std::string error = Start();
  if (!error.empty()) return error;
  Announce();
  while (!stopping_) Turn();
  WriteLog();
  return "";
}

void Server::Announce() const {
  auto lines = udp_.Describe();
  std::ranges::copy(tcp_.Describe(), std::back_inserter(lines));
  for (const std::string& line : lines) std::printf("listening on %s\n", line.c_str());
  std::printf("ready\n");
  std::fflush(stdout);
}

std::string Server::Start() {
  sigset_t set = HandledSignals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // Delays are kept to microseconds.
  prctl(PR_SET_TIMERSLACK, 1000);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (epoll_ < 0 || signals_ < 0) return SystemError("epoll");
  if (!options_.events.empty() && !events_.Open(options_.events)) {
    return SystemError(options_.events.c_str());
  }
  std::string error = Watch(signals_);
  if (error.empty()) error = Watch(tcp_.fd());
  return error.empty() ? Load() : error;
}

std::string Server::Load() {
  auto script = LoadScript(options_.config);
  if (!script) return script.error();
  auto fleet = Fleet::Build(std::move(*script));
  if (!fleet) return options_.config + ": " + fleet.error();
  if (fleet_) (*fleet)->TakeCountersFrom(*fleet_);
  std::string error = udp_.Listen(**fleet);
  if (error.empty()) error = tcp_.Listen(**fleet);
  fleet_ = std::move(*fleet);
  if (!error.empty()) return error;
  for (int fd : udp_.Descriptors()) {
    error = Watch(fd);
    if (!error.empty()) return error;
  }
  return "";
}

// Closed descriptors leave the epoll set by themselves; those kept over a reload are there already.
std::string Server::Watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0 || errno == EEXIST) return "";
  return SystemError("epoll_ctl");
}

void Server::Turn() {
  std::array<epoll_event, 64> events;
  timespec wait{};
  int64_t due = std::min(udp_.NextDue(), tcp_.NextDue());
  if (due != INT64_MAX) {
    int64_t left = std::max<int64_t>(0, due - MonotonicNow());
    wait = {left / 1'000'000'000, left % 1'000'000'000};
  }
  int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()),
                           due == INT64_MAX ? nullptr : &wait, nullptr);
  udp_.SendDue();
  tcp_.SendDue();
  for (int i = 0; i < count; ++i) {
    int fd = events[static_cast<size_t>(i)].data.fd;
    if (fd == signals_) {
      HandleSignal();
      return;  // a reload may have closed the other descriptors
    }
    if (fd == tcp_.fd()) {
      tcp_.Serve(*fleet_, events_);
      continue;
    }
    udp_.Serve(fd, *fleet_, events_);
  }
}

void Server::HandleSignal() {
  signalfd_siginfo info;
  if (read(signals_, &info, sizeof info) != sizeof info) return;
  if (info.ssi_signo == SIGUSR1) return WriteLog();
  if (info.ssi_signo != SIGHUP) {
    stopping_ = true;
    return;
  }
  std::string error = Load();
  if (!error.empty()) std::fprintf(stderr, "ike_responder: not reloaded: %s\n", error.c_str());
  if (error.empty()) std::printf("reloaded\n");
  std::fflush(stdout);
}

// Only those that were asked.
void Server::WriteAddresses(std::FILE* file) const {
  for (const AddressRange& range : fleet_->ranges()) {
    Address address = range.first;
    for (uint64_t i = 0; i < range.size(); ++i) {
      if (i > 0) address = Address::V4(static_cast<uint32_t>(range.first.v4() + i));
      Fleet::Place place = fleet_->Find(address);
      const AddressCounters& counters = place.gateway->counters().by_address[place.slot];
      if (counters.requests == 0) continue;
      std::fprintf(
          file,
          "{\"address\":\"%s\",\"gateway\":\"%s\",\"requests\":%u,\"answers\":%u,\"lost\":%u}\n",
          ToText(address).c_str(), place.gateway->posture().name.c_str(), counters.requests,
          counters.answers, counters.lost);
    }
  }
}

void Server::WriteLog() {
  events_.Flush();
  if (options_.log.empty()) return;
  std::string scratch = options_.log + ".new";
  std::FILE* file = std::fopen(scratch.c_str(), "w");
  if (file == nullptr) return;
  for (const auto& gateway : fleet_->gateways()) {
    std::fprintf(file, "%s\n", gateway->CountersAsJson().c_str());
  }
  if (options_.by_address) WriteAddresses(file);
  auto late = [&](double share) { return static_cast<long long>(udp_.later().Lateness(share)); };
  std::fprintf(file, "{\"lateness_us\":{\"p50\":%lld,\"p99\":%lld,\"max\":%lld}}\n", late(0.5),
               late(0.99), late(1));
  std::fclose(file);
  std::rename(scratch.c_str(), options_.log.c_str());
}

}  // namespace responder
