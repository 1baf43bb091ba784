// HeldConnections: TCP connections whose exchange is over and whose peer may still have state of
// it. They are closed by the peer, or once that state is gone: libreswan 4.10 forgets on our close
// that its half-open SA has the descriptor, and closes that number again when it deletes the SA, by
// when it is another connection's or its own. Where the peer selected something the half-open
// budget of its address counts the connection for as long as it stands. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "exporter/limits/half_open_budget.h"
#include "exporter/net/tcp_channel.h"

namespace exporter {

class HeldConnections {
 public:
  // What libreswan, which keeps it longest, needs to forget a half-open SA (60 s and 200 s, as
  // measured in the lab), and some time for the way.
  static constexpr ike::Duration LifetimeOf(ike::IkeVersion version) {
    return version == ike::IkeVersion::kV1 ? std::chrono::seconds(70) : std::chrono::seconds(210);
  }

  struct Peer {
    ike::IpAddress address;
    ike::IkeVersion version = ike::IkeVersion::kV2;
    bool selected = false;  // else it may have selected something and its answer be on the way
  };

  explicit HeldConnections(HalfOpenBudget* budget);
  ~HeldConnections();

  // Where there are too many whose peer selected nothing, `channel` is closed instead.
  void Hold(std::unique_ptr<net::TcpChannel> channel, const Peer& peer, ike::TimePoint now);

  // This process ends: leaves them to one of their own for as long as their time is.
  void LeaveInBackground(ike::TimePoint now);

  // Closes those whose time is over.
  void Advance(ike::TimePoint now);
  // When the next one's is; max() = there is none.
  ike::TimePoint NextEnd() const;

  // How many there may be. Half of the room is for peers that selected something.
  void set_limit(size_t limit) { limit_ = limit; }
  bool has_room() const { return held_.size() < limit_; }
  size_t size() const { return held_.size(); }

 private:
  struct Held;
  using ByEnd = std::multimap<ike::TimePoint, std::unique_ptr<Held>>;

  void Drop(ByEnd::iterator place);

  HalfOpenBudget* const budget_;
  ByEnd held_;
  size_t limit_ = SIZE_MAX;
  size_t unselected_ = 0;  // of held_
};

}  // namespace exporter
