// ExchangeRunnerTest: an ExchangeRunner, a simulated gateway that answers as each test says, and
// both on one loop and thread, over real sockets on loopback.
#pragma once

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <functional>
#include <optional>
#include <vector>

#include "exporter/engine/openings.h"
#include "exporter/transport/exchange_runner.h"
#include "tests/exporter/transport/loopback_socket.h"
#include "tests/responder/test_support.h"

namespace exporter::test {

using ike::Bytes;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class Outcomes final : public ExchangeHandler {
 public:
  void OnExchangeDone(const ike::Outcome& outcome) override { all.push_back(outcome); }
  void OnLateAnswer(ExchangeHandle, const ike::Outcome& outcome) override {
    late.push_back(outcome);
  }
  std::vector<ike::Outcome> all;
  std::vector<ike::Outcome> late;
};

// The runner and what it talks to, on one loop and thread.
class ExchangeRunnerTest : public testing::Test, private net::Ticker {
 protected:
  struct Heard {
    Bytes bytes;
    sockaddr_in from;
    Clock::time_point at;
  };

  ExchangeRunnerTest() {
    loop_->AddFd(server_.fd(), EPOLLIN, [this](uint32_t) { Hear(); });
  }
  ~ExchangeRunnerTest() override { loop_->RemoveFd(server_.fd()); }

  ExchangeJob Job(ike::Transport transport = ike::Transport::kUdp) {
    ExchangeJob job;
    job.remote = server_.endpoint();
    job.transport = transport;
    job.opening = openings_->ikev2.full;
    job.timeout = seconds(4);
    return job;
  }

  void Start(const ExchangeJob& job) { runner_.Start(job, &outcomes_, nullptr); }
  const ike::Outcome& Outcome(const ExchangeJob& job) {
    Start(job);
    RunUntil([this] { return !outcomes_.all.empty(); });
    static const ike::Outcome kNone;
    return outcomes_.all.empty() ? kNone : outcomes_.all.back();
  }

  void RunUntil(const std::function<bool()>& done) {
    const auto limit = Clock::now() + seconds(20);
    while (!done() && Clock::now() < limit) loop_->RunOnce(this, milliseconds(20));
    ASSERT_TRUE(done());
  }

  void Hear() {
    Bytes buffer(4096);
    Heard heard;
    socklen_t size = sizeof heard.from;
    const ssize_t length = recvfrom(server_.fd(), buffer.data(), buffer.size(), 0,
                                    reinterpret_cast<sockaddr*>(&heard.from), &size);
    if (length < 0) return;
    buffer.resize(static_cast<size_t>(length));
    heard.bytes = std::move(buffer);
    heard.at = Clock::now();
    heard_.push_back(heard);
    answer_(heard_.back());
  }

  Bytes AnswerTo(const Bytes& message) {
    const auto sent = gateway_->Ask({message.begin(), message.end()});
    EXPECT_EQ(sent.size(), 1u);
    return sent.empty() ? Bytes{} : Bytes(sent[0].bytes.begin(), sent[0].bytes.end());
  }
  void Reply(const Heard& heard, const Bytes& bytes) { ReplyFrom(server_, heard, bytes); }
  static void ReplyFrom(const Socket& socket, const Heard& heard, const Bytes& bytes) {
    sendto(socket.fd(), bytes.data(), bytes.size(), 0,
           reinterpret_cast<const sockaddr*>(&heard.from), sizeof heard.from);
  }

  std::optional<responder::test::Bench> gateway_{"ikev2 = [\"aes256-sha256-modp2048\"]\n"};
  std::unique_ptr<net::EventLoop> loop_ = std::move(*net::EventLoop::Create());
  net::RouteCache routes_{loop_.get()};
  SharedLimits limits_;
  ExchangeRunner runner_{loop_.get(), &routes_, &limits_};
  Socket server_{SOCK_DGRAM};
  std::vector<Heard> heard_;
  // What the server does with a message.
  std::function<void(const Heard&)> answer_ = [this](const Heard& heard) {
    Reply(heard, AnswerTo(heard.bytes));
  };
  std::shared_ptr<const OpeningSet> openings_ =
      MakeOpeningSet(std::make_shared<ike::ProbeSettings>());
  Outcomes outcomes_;

 private:
  void BeforeTimers(ike::TimePoint now) override { runner_.Read(now); }
  ike::TimePoint OnTick(ike::TimePoint now) override { return runner_.Tick(now); }
};

}  // namespace exporter::test
