// Datagrams that leave later: a heap of due times over reused buffers, so that a hundred thousand
// answers a second can be held for their round-trip time. Used by UdpService on the event loop's
// thread; times are monotonic nanoseconds.
#pragma once

#include <array>
#include <cstdint>
#include <queue>
#include <vector>

#include "tests/responder/udp_socket.h"

namespace responder {

class DelayQueue {
 public:
  struct Item {
    UdpSocket* socket = nullptr;
    Endpoint to;
    std::optional<Address> from;
    Bytes bytes;
  };

  // Returns an item to fill; its buffer keeps the capacity of an earlier one.
  Item& Push(int64_t due);

  // INT64_MAX when empty.
  int64_t NextDue() const { return heap_.empty() ? INT64_MAX : heap_.top().due; }

  // Sends what is due.
  void SendDue(int64_t now);

  // How late answers left, in microseconds: no more than this for such a share of them. Powers of
  // two, rounded up.
  int64_t Lateness(double share) const;

  // Forgets what would leave through this socket.
  void Drop(const UdpSocket* socket);

 private:
  struct Entry {
    int64_t due;
    uint64_t order;  // equal times leave in the order they came
    uint32_t item;

    bool operator>(const Entry& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  std::vector<Item> items_;
  std::vector<uint32_t> free_;
  uint64_t pushed_ = 0;
  std::array<uint64_t, 65> lateness_{};  // by the bits of the microseconds
};

}  // namespace responder
