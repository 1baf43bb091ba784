// The packet path allocates nothing once a socket is open: counted by replacing operator new for
// the whole test program.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <vector>

#include "exporter/net/udp_socket.h"

namespace {

thread_local size_t allocations = 0;

}  // namespace

void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace exporter::net {
namespace {

size_t AllocationsOfExchange(UdpSocket* a, UdpSocket* b, const ike::Bytes& message) {
  const ike::IpAddress loopback = ike::IpAddress::V4(127, 0, 0, 1);
  const size_t before = allocations;
  size_t received = 0;
  for (int i = 0; i < 1000; ++i) {
    a->Send({{loopback, b->local_port()}, loopback, message, 1});
    if (i % 100 == 0) a->Flush();
    if (i % 50 == 0) b->Receive([&](const Datagram&) { ++received; }, 1000);
  }
  a->Flush();
  b->Receive([&](const Datagram&) { ++received; }, 1000);
  const size_t made = allocations - before;
  EXPECT_EQ(received, 1000u);
  return made;
}

TEST(UdpAllocation, PacketsCostNone) {
  const ike::IpAddress loopback = ike::IpAddress::V4(127, 0, 0, 1);
  auto a = UdpSocket::Open(IpFamily::kIpv4, {loopback, 0}, {}).value();
  auto b = UdpSocket::Open(IpFamily::kIpv4, {loopback, 0}, {}).value();
  EXPECT_GT(allocations, 0u) << "the counter does not count";
  EXPECT_EQ(AllocationsOfExchange(a.get(), b.get(), ike::Bytes(500)), 0u);
  EXPECT_EQ(AllocationsOfExchange(a.get(), b.get(), ike::Bytes(3000)), 0u) << "alone, unbatched";
}

}  // namespace
}  // namespace exporter::net
