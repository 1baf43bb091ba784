#include "exporter/net/tcp_channel.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/host.h"
#include "exporter/net/address.h"

namespace exporter::net {
namespace {

using namespace std::chrono_literals;

const ike::IpAddress kLoopback = ike::IpAddress::V4(127, 0, 0, 1);

ike::ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string AsText(ike::ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

// An IKE header with the length field right, and `body`.
std::string IkeMessage(const std::string& body) {
  std::string message(28, '\x11');
  const auto size = static_cast<uint32_t>(28 + body.size());
  for (int i = 0; i < 4; ++i)
    message[24 + static_cast<size_t>(i)] = static_cast<char>(size >> (24 - 8 * i));
  return message + body;
}

std::string Frame(const std::string& message) {
  const size_t size = message.size() + 6;
  return std::string{static_cast<char>(size >> 8), static_cast<char>(size), 0, 0, 0, 0} + message;
}

// The gateway's end: plain blocking calls, never made before there is something for them.
class Server {
 public:
  explicit Server(const ike::IpAddress& address) {
    sockaddr_storage storage{};
    socklen_t size = ToSockaddr({address, 0}, &storage);
    listener_ = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    is_listening_ = bind(listener_, reinterpret_cast<sockaddr*>(&storage), size) == 0 &&
                    listen(listener_, 8) == 0;
    size = sizeof storage;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&storage), &size);
    endpoint_ = FromSockaddr(storage);
  }
  ~Server() {
    Close();
    close(listener_);
  }
  bool is_listening() const { return is_listening_; }
  const ike::Endpoint& endpoint() const { return endpoint_; }

  ike::Endpoint Accept() {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    fd_ = accept(listener_, reinterpret_cast<sockaddr*>(&storage), &size);
    return FromSockaddr(storage);
  }
  void Write(const std::string& text) {
    EXPECT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  std::string Read() {
    char buffer[200000];
    const ssize_t size = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(buffer, static_cast<size_t>(size));
  }
  void Reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Close();
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int listener_ = -1;
  int fd_ = -1;
  bool is_listening_ = false;
  ike::Endpoint endpoint_;
};

class Recorder : public TcpHandler {
 public:
  void OnConnected() override { ++connected; }
  void OnMessage(ike::ByteSpan message, ike::TimePoint arrival) override {
    messages.push_back(AsText(message));
    arrivals.push_back(arrival);
    if (on_message) on_message();
  }
  void OnClosed(const TcpClosed& how) override {
    EXPECT_FALSE(closed) << "closed twice";
    closed = how;
    if (on_closed) on_closed();
  }

  int connected = 0;
  std::vector<std::string> messages;
  std::vector<ike::TimePoint> arrivals;
  std::optional<TcpClosed> closed;
  std::function<void()> on_message;
  std::function<void()> on_closed;
};

class TcpChannelTest : public ::testing::Test {
 protected:
  void Connect(TcpFraming framing, const ike::Endpoint& from = {}) {
    auto connecting = TcpChannel::Connect(loop_.get(), {server_.endpoint(), from, framing}, &seen_);
    ASSERT_TRUE(connecting);
    channel_ = std::move(*connecting);
  }
  void Established(TcpFraming framing) {
    Connect(framing);
    server_.Accept();
    RunUntil([&] { return seen_.connected > 0; });
  }
  template <typename Condition>
  void RunUntil(Condition done) {
    for (int i = 0; i < 1000 && !done(); ++i) loop_->RunOnce(nullptr, 10ms);
    EXPECT_TRUE(done());
  }
  void RunIdle() {
    for (int i = 0; i < 20; ++i) loop_->RunOnce(nullptr, 0ns);
  }
  void ExpectClosed(TcpEnd end, int error) {
    RunUntil([&] { return seen_.closed.has_value(); });
    EXPECT_EQ(seen_.closed->end, end);
    EXPECT_EQ(seen_.closed->error, error);
    EXPECT_FALSE(channel_->Send(AsBytes("late")));
    RunIdle();
  }

  std::unique_ptr<EventLoop> loop_ = EventLoop::Create().value();
  Server server_{kLoopback};
  Recorder seen_;
  std::unique_ptr<TcpChannel> channel_;
};

TEST_F(TcpChannelTest, FramesAsRfc9329) {
  Connect(TcpFraming::kRfc9329);
  EXPECT_TRUE(channel_->Send(AsBytes("early")));
  const ike::Endpoint peer = server_.Accept();
  RunUntil([&] { return seen_.connected == 1; });
  EXPECT_EQ(channel_->local(), peer);
  EXPECT_TRUE(channel_->Send(AsBytes("second")));
  EXPECT_EQ(server_.Read(), "IKETCP" + Frame("early") + Frame("second"));

  const ike::TimePoint before = std::chrono::steady_clock::now();
  server_.Write(Frame("one") + Frame("two"));
  RunUntil([&] { return seen_.messages.size() == 2; });
  EXPECT_EQ(seen_.messages, (std::vector<std::string>{"one", "two"}));
  EXPECT_GE(seen_.arrivals[0], before - 1ms);
  EXPECT_LE(seen_.arrivals[0], std::chrono::steady_clock::now());
}

TEST_F(TcpChannelTest, SendsRawMessagesBare) {
  Established(TcpFraming::kRaw);
  channel_->Send(AsBytes(IkeMessage("hello")));
  RunIdle();
  EXPECT_EQ(server_.Read(), IkeMessage("hello"));
}

TEST_F(TcpChannelTest, AssemblesWhateverTheSegments) {
  Established(TcpFraming::kRaw);
  const std::string stream = IkeMessage("a") + IkeMessage("") + IkeMessage(std::string(5000, 'b'));
  for (size_t i = 0; i < stream.size(); i += 7) {
    server_.Write(stream.substr(i, 7));
    loop_->RunOnce(nullptr, 10ms);
  }
  RunUntil([&] { return seen_.messages.size() == 3; });
  EXPECT_EQ(seen_.messages[2].size(), 5028u);
}

TEST_F(TcpChannelTest, PinsAddressAndPort) {
  ike::Endpoint from{ike::IpAddress::V4(127, 0, 0, 2), 0};
  Connect(TcpFraming::kRaw, from);
  EXPECT_EQ(server_.Accept().address, from.address);
  const Server port_donor(kLoopback);
  from = {ike::IpAddress::V4(127, 0, 0, 3), port_donor.endpoint().port};
  Connect(TcpFraming::kRaw, from);
  EXPECT_EQ(server_.Accept(), from);
}

TEST_F(TcpChannelTest, ConnectsOverIpv6) {
  Server server(config::ParseIpAddress("::1").value());
  if (!server.is_listening()) GTEST_SKIP() << "::1 is absent on this system";
  auto channel =
      TcpChannel::Connect(loop_.get(), {server.endpoint(), {}, TcpFraming::kRfc9329}, &seen_);
  ASSERT_TRUE(channel);
  server.Accept();
  RunUntil([&] { return seen_.connected == 1; });
  EXPECT_TRUE((*channel)->local().address.is_v6());
}

TEST_F(TcpChannelTest, ReportsARefusal) {
  ike::Endpoint closed;
  { closed = Server(kLoopback).endpoint(); }
  auto channel = TcpChannel::Connect(loop_.get(), {closed, {}, TcpFraming::kRaw}, &seen_);
  ASSERT_TRUE(channel);
  channel_ = std::move(*channel);
  ExpectClosed(TcpEnd::kRefused, ECONNREFUSED);
  EXPECT_EQ(seen_.connected, 0);
}

TEST_F(TcpChannelTest, ReportsAReset) {
  Established(TcpFraming::kRaw);
  server_.Reset();
  ExpectClosed(TcpEnd::kReset, ECONNRESET);
}

TEST_F(TcpChannelTest, DeliversWhatCameBeforeTheEnd) {
  Established(TcpFraming::kRaw);
  server_.Write(IkeMessage("last words") + "half a messa");
  server_.Close();
  ExpectClosed(TcpEnd::kEof, 0);
  EXPECT_EQ(seen_.messages, std::vector<std::string>{IkeMessage("last words")});
}

TEST_F(TcpChannelTest, GarbageEndsIt) {
  Established(TcpFraming::kRaw);
  server_.Write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  ExpectClosed(TcpEnd::kProtocol, 0);
  EXPECT_TRUE(seen_.messages.empty());
}

TEST_F(TcpChannelTest, FailuresOfOurOwnSystemAreImmediate) {
  const ike::Endpoint foreign{ike::IpAddress::V4(192, 0, 2, 1), 0};
  const auto refused =
      TcpChannel::Connect(loop_.get(), {server_.endpoint(), foreign, TcpFraming::kRaw}, &seen_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().end, TcpEnd::kLocal);
  EXPECT_EQ(refused.error().error, EADDRNOTAVAIL);
}

TEST_F(TcpChannelTest, BoundsWhatWaits) {
  Connect(TcpFraming::kRfc9329);
  const std::string message(20000, 'm');
  EXPECT_TRUE(channel_->Send(AsBytes(message)));
  EXPECT_TRUE(channel_->Send(AsBytes(message)));
  EXPECT_TRUE(channel_->Send(AsBytes(message)));
  EXPECT_FALSE(channel_->Send(AsBytes(message)));
  EXPECT_FALSE(channel_->Send(AsBytes(std::string(65536, 'm'))));
}

TEST_F(TcpChannelTest, ASlowReaderGetsItAllInTheEnd) {
  Established(TcpFraming::kRfc9329);
  const std::string message(60000, 'm');
  size_t sent = 0;
  while (sent < 1000 && channel_->Send(AsBytes(message))) ++sent;
  ASSERT_LT(sent, 1000u) << "the kernel's buffers have no end here";
  std::string received;
  RunUntil([&] {
    const std::string more = server_.Read();
    if (more != "nothing") received += more;
    return received.size() == 6 + sent * (message.size() + 6);
  });
  EXPECT_TRUE(channel_->Send(AsBytes(message)));
}

TEST_F(TcpChannelTest, MayBeDestroyedInItsCallbacks) {
  Established(TcpFraming::kRaw);
  seen_.on_message = [&] { channel_.reset(); };
  server_.Write(IkeMessage("one") + IkeMessage("two"));
  RunUntil([&] { return !seen_.messages.empty(); });
  RunIdle();
  EXPECT_EQ(seen_.messages.size(), 1u);
  EXPECT_FALSE(seen_.closed);
  EXPECT_EQ(server_.Read(), "") << "destruction closes the connection";

  Established(TcpFraming::kRaw);
  seen_.on_closed = [&] { channel_.reset(); };
  server_.Close();
  RunUntil([&] { return channel_ == nullptr; });
}

TEST_F(TcpChannelTest, DestructionWhileConnectingIsSilent) {
  Connect(TcpFraming::kRaw);
  channel_.reset();
  RunIdle();
  EXPECT_EQ(seen_.connected, 0);
  EXPECT_FALSE(seen_.closed);
}

}  // namespace
}  // namespace exporter::net
