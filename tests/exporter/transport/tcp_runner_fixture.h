// TcpRunnerTest: an ExchangeRunnerTest whose server takes TCP connections.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/exporter/transport/exchange_runner_fixture.h"

namespace exporter::test {

// Accepts connections and does with each message what the test says.
class TcpRunnerTest : public ExchangeRunnerTest {
 protected:
  TcpRunnerTest() {
    listen(listener_.fd(), 8);
    loop_->AddFd(listener_.fd(), EPOLLIN, [this](uint32_t) { Accept(); });
  }
  ~TcpRunnerTest() override {
    loop_->RemoveFd(listener_.fd());
    for (int fd : connections_) {
      loop_->RemoveFd(fd);
      close(fd);
    }
  }

  ExchangeJob TcpJob() {
    ExchangeJob job = Job(ike::Transport::kTcpRaw);
    job.remote = listener_.endpoint();
    return job;
  }

  static void Write(int fd, ike::ByteSpan bytes) {
    EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  void OnEnd(int fd) {
    ++ended_;
    loop_->RemoveFd(fd);
  }

  void Accept() {
    const int fd = accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    connections_.push_back(fd);
    loop_->AddFd(fd, EPOLLIN, [this, fd](uint32_t) {
      Bytes buffer(4096);
      const ssize_t length = read(fd, buffer.data(), buffer.size());
      if (length <= 0) return OnEnd(fd);
      buffer.resize(static_cast<size_t>(length));
      serve_(fd, buffer);
    });
  }

  std::function<void(int fd, const Bytes& message)> serve_ = [](int, const Bytes&) {};
  Socket listener_{SOCK_STREAM};
  std::vector<int> connections_;
  size_t ended_ = 0;  // those that the runner closed, or shut down here
};

}  // namespace exporter::test
