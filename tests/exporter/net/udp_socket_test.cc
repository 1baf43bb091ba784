#include "exporter/net/udp_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "config/host.h"

namespace exporter::net {
namespace {

using namespace std::chrono_literals;

ike::IpAddress Ip(const char* text) { return config::ParseIpAddress(text).value(); }
ike::ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
std::string AsText(ike::ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

struct Received {
  ike::Endpoint from;
  std::string text;
  ike::TimePoint arrival;
  ike::IpAddress local;
  bool unmarked;
};

std::vector<Received> ReceiveAll(UdpSocket* socket) {
  std::vector<Received> all;
  socket->Receive(
      [&](const Datagram& d) {
        all.push_back({d.from, AsText(d.bytes), d.arrival, d.local, d.unmarked});
      },
      1'000'000);
  return all;
}

std::vector<std::string> Texts(UdpSocket* socket) {
  std::vector<std::string> texts;
  for (const Received& received : ReceiveAll(socket)) texts.push_back(received.text);
  return texts;
}

// Loopback delivers within the sender's call, so nothing in these tests has to wait.
class UdpSocketTest : public ::testing::TestWithParam<IpFamily> {
 protected:
  void SetUp() override {
    if (!UdpSocket::Open(GetParam(), {loopback(), 0}, {})) {
      GTEST_SKIP() << ToString(loopback()) << " is absent on this system";
    }
  }
  ike::IpAddress loopback() const { return Ip(is_v4() ? "127.0.0.1" : "::1"); }
  bool is_v4() const { return GetParam() == IpFamily::kIpv4; }
  std::unique_ptr<UdpSocket> Open(const UdpOptions& options = {}) const {
    return UdpSocket::Open(GetParam(), {loopback(), 0}, options).value();
  }
  ike::Endpoint At(const std::unique_ptr<UdpSocket>& socket) const {
    return {loopback(), socket->local_port()};
  }
  ike::Endpoint ClosedPort() const { return At(Open()); }
};

INSTANTIATE_TEST_SUITE_P(Families, UdpSocketTest,
                         ::testing::Values(IpFamily::kIpv4, IpFamily::kIpv6),
                         [](const auto& family) {
                           return family.param == IpFamily::kIpv4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(UdpSocketTest, CarriesDatagramsBothWays) {
  auto a = Open();
  auto b = Open();
  const ike::TimePoint before = std::chrono::steady_clock::now();
  EXPECT_TRUE(a->Send({At(b), {}, AsBytes("ping"), 1}));
  EXPECT_EQ(a->queued(), 1u);
  EXPECT_TRUE(ReceiveAll(b.get()).empty());
  EXPECT_TRUE(a->Flush().empty());
  EXPECT_EQ(a->queued(), 0u);
  const auto received = ReceiveAll(b.get());
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].from, At(a));
  EXPECT_EQ(received[0].text, "ping");
  EXPECT_FALSE(received[0].unmarked);
  EXPECT_TRUE(received[0].local.empty());
  // The two clocks are read some nanoseconds apart.
  EXPECT_GE(received[0].arrival, before - 1ms);
  EXPECT_LE(received[0].arrival, std::chrono::steady_clock::now());
  EXPECT_TRUE(b->Send({received[0].from, {}, AsBytes("pong"), 1}));
  b->Flush();
  EXPECT_EQ(Texts(a.get()), std::vector<std::string>{"pong"});
}

// Linux begins to stamp some time after the first socket asked for it; until then the stamp is
// made when the datagram is read, and the first attempts tell nothing.
TEST_P(UdpSocketTest, ArrivalIsTheKernelsNotOurs) {
  auto a = Open();
  auto b = Open();
  bool was_early = false;
  for (int attempt = 0; attempt < 100 && !was_early; ++attempt) {
    a->Send({At(b), {}, AsBytes("early"), 0});
    a->Flush();
    const ike::TimePoint sent = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() < sent + 5ms) {
    }
    was_early = ReceiveAll(b.get()).at(0).arrival < sent + 2ms;
  }
  EXPECT_TRUE(was_early);
}

TEST_P(UdpSocketTest, PinsTheSourceAndTellsTheLocalAddress) {
  UdpOptions options;
  options.local_address = true;
  auto a = UdpSocket::Open(GetParam(), {}, {}).value();
  auto b = UdpSocket::Open(GetParam(), {}, options).value();
  const ike::IpAddress source = is_v4() ? Ip("127.0.0.2") : loopback();
  const ike::IpAddress destination = is_v4() ? Ip("127.0.0.3") : loopback();
  a->Send({{destination, b->local_port()}, source, AsBytes("x"), 0});
  EXPECT_TRUE(a->Flush().empty());
  const auto received = ReceiveAll(b.get());
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].from.address, source);
  EXPECT_EQ(received[0].local, destination);
}

TEST_P(UdpSocketTest, ManyMessagesKeepTheirOrder) {
  auto a = Open();
  auto b = Open();
  std::vector<std::string> sent;
  for (int i = 0; i < 150; ++i) {
    sent.push_back(std::to_string(i));
    EXPECT_TRUE(a->Send({At(b), {}, AsBytes(sent.back()), 0}));
    if (i % 40 == 0) a->Flush();
  }
  a->Flush();
  EXPECT_EQ(Texts(b.get()), sent);
}

TEST_P(UdpSocketTest, ReceiveStopsNearTheMaximum) {
  auto a = Open();
  auto b = Open();
  for (int i = 0; i < 200; ++i) a->Send({At(b), {}, AsBytes("x"), 0});
  a->Flush();
  size_t handled = 0;
  EXPECT_EQ(b->Receive([&](const Datagram&) { ++handled; }, 100), 128u);
  EXPECT_EQ(handled, 128u);
  EXPECT_EQ(Texts(b.get()).size(), 72u);
}

TEST_P(UdpSocketTest, LargeMessagesGoInOrderAndArriveWhole) {
  auto a = Open();
  auto b = Open();
  const std::string fits(4097, 'f');
  const std::string large(65507, 'l');  // the most that IPv4 carries
  a->Send({At(b), {}, AsBytes("first"), 0});
  EXPECT_TRUE(a->Send({At(b), {}, AsBytes(fits), 0}));
  EXPECT_TRUE(a->Send({At(b), {}, AsBytes(large), 0}));
  a->Send({At(b), {}, AsBytes("last"), 0});
  EXPECT_TRUE(a->Flush().empty());
  const auto received = ReceiveAll(b.get());
  ASSERT_EQ(received.size(), 4u);
  EXPECT_EQ(received[0].text, "first");
  EXPECT_EQ(received[1].text, fits);
  EXPECT_EQ(received[2].text, large);
  EXPECT_EQ(received[3].text, "last");
}

// In pages of this process (proc(5)).
size_t ResidentPages() {
  size_t all = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

TEST_P(UdpSocketTest, WhatLargeMessagesFilledIsGivenBack) {
  auto a = Open();
  auto b = Open();
  const std::string large(65000, 'l');
  const auto receive = [&] { return b->Receive([](const Datagram&) {}, 1'000'000); };
  const auto send = [&] {
    a->Send({At(b), {}, AsBytes(large), 0});
    EXPECT_TRUE(a->Flush().empty());
  };
  send();
  EXPECT_EQ(receive(), 1u);
  EXPECT_EQ(receive(), 0u);
  send();
  send();
  EXPECT_EQ(receive(), 2u);
  const size_t filled = ResidentPages();
  EXPECT_EQ(receive(), 0u);
  EXPECT_LE(ResidentPages() + 8, filled);
}

TEST_P(UdpSocketTest, TooLargeMessagesFail) {
  auto a = Open();
  const std::string impossible(65536, 'i');
  EXPECT_TRUE(a->Send({ClosedPort(), {}, AsBytes(impossible), 9}));
  const auto failures = a->Flush();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].tag, 9u);
  EXPECT_EQ(failures[0].error, EMSGSIZE);
  EXPECT_TRUE(a->Flush().empty());
}

TEST_P(UdpSocketTest, EncapsulationMarksAndStrips) {
  UdpOptions encapsulated;
  encapsulated.udp_encap = true;
  auto marked = Open(encapsulated);
  auto plain = Open();
  const std::string marker(4, '\0');
  const std::string large(3000, 'l');
  marked->Send({At(plain), {}, AsBytes("ike"), 0});
  marked->Send({At(plain), {}, AsBytes(large), 0});
  marked->Flush();
  EXPECT_EQ(Texts(plain.get()), (std::vector<std::string>{marker + "ike", marker + large}));

  for (const std::string& text : {marker + "reply", std::string("\xff"), std::string("ESP!!"),
                                  std::string("\0\0", 2), std::string(), marker}) {
    plain->Send({At(marked), {}, AsBytes(text), 0});
  }
  plain->Flush();
  const auto received = ReceiveAll(marked.get());
  ASSERT_EQ(received.size(), 5u);  // the keepalive is gone
  EXPECT_EQ(received[0].text, "reply");
  EXPECT_FALSE(received[0].unmarked);
  EXPECT_EQ(received[1].text, "ESP!!");
  EXPECT_TRUE(received[1].unmarked);
  EXPECT_EQ(received[2].text.size(), 2u);
  EXPECT_TRUE(received[2].unmarked);
  EXPECT_TRUE(received[3].unmarked);
  EXPECT_EQ(received[4].text, "");
  EXPECT_FALSE(received[4].unmarked);
}

struct SeenError {
  ike::IpAddress offender;
  ike::Endpoint destination;
  int error;
  uint8_t type;
  uint8_t code;
  std::string quoted;
};

std::vector<SeenError> Errors(UdpSocket* socket, size_t max = 1000) {
  std::vector<SeenError> all;
  socket->ReadErrors(
      [&](const IcmpError& e) {
        all.push_back({e.offender, e.destination, e.error, e.type, e.code, AsText(e.quoted)});
      },
      max);
  return all;
}

TEST_P(UdpSocketTest, AClosedPortIsReportedWithWhatItQuotes) {
  for (const bool udp_encap : {false, true}) {
    UdpOptions options;
    options.udp_encap = udp_encap;
    auto a = Open(options);
    const ike::Endpoint closed = ClosedPort();
    a->Send({closed, {}, AsBytes("01234567 and more"), 5});
    EXPECT_TRUE(a->Flush().empty());
    const auto errors = Errors(a.get());
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].destination, closed);
    EXPECT_EQ(errors[0].offender, loopback());
    EXPECT_EQ(errors[0].error, ECONNREFUSED);
    EXPECT_EQ(errors[0].type, is_v4() ? 3 : 1);  // destination unreachable
    EXPECT_EQ(errors[0].code, is_v4() ? 3 : 4);  // port unreachable
    EXPECT_EQ(errors[0].quoted, "01234567 and more");
    EXPECT_TRUE(Errors(a.get()).empty());
    pollfd poll_error{a->fd(), POLLIN, 0};
    EXPECT_EQ(poll(&poll_error, 1, 0), 0) << "a read error would wake the loop again";
  }
}

TEST_P(UdpSocketTest, ErrorsAreReadUpToTheMaximum) {
  auto a = Open();
  const ike::Endpoint closed = ClosedPort();
  for (int i = 0; i < 5; ++i) a->Send({closed, {}, AsBytes("x"), 0});
  a->Flush();
  EXPECT_EQ(Errors(a.get(), 3).size(), 3u);
  EXPECT_EQ(Errors(a.get(), 3).size(), 2u);
}

// Nobody watches the socket: the calls that meet an error have to say so, a whole batch too.
TEST_P(UdpSocketTest, SaysThatErrorsWaitToBeRead) {
  auto a = Open();
  auto b = Open();
  const ike::Endpoint closed = ClosedPort();
  EXPECT_FALSE(a->has_errors());
  a->Send({closed, {}, AsBytes("x"), 0});
  a->Flush();
  Texts(a.get());
  EXPECT_TRUE(a->has_errors()) << "met by receiving";
  EXPECT_EQ(Errors(a.get()).size(), 1u);
  EXPECT_FALSE(a->has_errors());

  for (const ike::Endpoint& to : {At(b), closed, At(b), At(b)}) a->Send({to, {}, AsBytes("x"), 0});
  EXPECT_TRUE(a->Flush().empty());
  EXPECT_TRUE(a->has_errors()) << "met in the middle of a batch";
  EXPECT_EQ(Errors(a.get(), 1).size(), 1u);
  EXPECT_TRUE(a->has_errors()) << "there may be more";
  EXPECT_TRUE(Errors(a.get()).empty());
  EXPECT_FALSE(a->has_errors());
}

// A pending ICMP error makes the next call fail whatever it is about.
TEST_P(UdpSocketTest, OnePeersErrorCostsNoOtherItsMessage) {
  auto a = Open();
  auto b = Open();
  const ike::Endpoint closed = ClosedPort();
  size_t expected = 0;
  for (int i = 0; i < 100; ++i) {
    a->Send({i % 3 == 0 ? closed : At(b), {}, AsBytes("x"), 0});
    if (i % 3 != 0) ++expected;
    if (i % 7 == 0) {
      EXPECT_TRUE(a->Flush().empty());
    }
  }
  EXPECT_TRUE(a->Flush().empty());
  b->Send({At(a), {}, AsBytes("y"), 0});
  b->Flush();
  EXPECT_EQ(Texts(b.get()).size(), expected);
  EXPECT_EQ(Texts(a.get()).size(), 1u) << "a pending error must not hide a datagram";
  EXPECT_EQ(Errors(a.get()).size(), 34u);
}

TEST_P(UdpSocketTest, FailuresNameTheirMessageAndSpareTheRest) {
  auto a = UdpSocket::Open(GetParam(), {}, {}).value();
  auto b = Open();
  const ike::IpAddress foreign = Ip(is_v4() ? "192.0.2.1" : "2001:db8::1");
  const ike::IpAddress other_family = Ip(is_v4() ? "::1" : "127.0.0.1");
  a->Send({At(b), {}, AsBytes("one"), 1});
  a->Send({At(b), foreign, AsBytes("two"), 2});
  a->Send({{other_family, 500}, {}, AsBytes("three"), 3});
  a->Send({At(b), {}, AsBytes("four"), 4});
  auto failures = a->Flush();
  std::vector<uint64_t> tags;
  for (const SendFailure& failure : failures) tags.push_back(failure.tag);
  std::sort(tags.begin(), tags.end());
  EXPECT_EQ(tags, (std::vector<uint64_t>{2, 3}));
  EXPECT_EQ(Texts(b.get()), (std::vector<std::string>{"one", "four"}));
}

TEST_P(UdpSocketTest, CountsWhatTheKernelDropped) {
  UdpOptions small;
  small.receive_buffer_bytes = 64 * 1024;
  auto a = Open();
  auto b = Open(small);
  EXPECT_EQ(b->drops(), 0u);
  const std::string message(500, 'm');
  for (int i = 0; i < 2000; ++i) a->Send({At(b), {}, AsBytes(message), 0});
  a->Flush();
  const size_t held = Texts(b.get()).size();
  EXPECT_EQ(b->drops(), 2000 - held);
  EXPECT_GE(held, b->receive_capacity());
  EXPECT_LE(held, b->receive_capacity() * 3);
}

TEST_P(UdpSocketTest, SaysWhyItCannotOpen) {
  auto a = Open();
  const auto taken = UdpSocket::Open(GetParam(), At(a), {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().error, EADDRINUSE);
  EXPECT_EQ(taken.error().text, "cannot bind UDP " + ToString(At(a)) + ": Address already in use");
}

TEST_P(UdpSocketTest, Ipv6SocketsLeaveThePortToIpv4) {
  auto a = UdpSocket::Open(GetParam(), {}, {}).value();
  const IpFamily other = is_v4() ? IpFamily::kIpv6 : IpFamily::kIpv4;
  EXPECT_TRUE(UdpSocket::Open(other, {{}, a->local_port()}, {}));
}

}  // namespace
}  // namespace exporter::net
