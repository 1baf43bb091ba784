// RouteCache: which of our addresses the kernel sends from towards a destination; NAT detection
// hashes it and the UDP socket pins it. Used by one engine on its thread. Answers are forgotten
// when the kernel reports a change of addresses or routes, and after a while: ten minutes, or one
// where the kernel does not report.
#pragma once

#include <memory>
#include <span>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "exporter/net/event_loop.h"
#include "probes/base/ip_address.h"
#include "probes/base/time.h"

namespace exporter::net {

// Where the owner of a destination keeps the answer for it, so that a hundred thousand destinations
// need no search. Zero = none yet.
struct RouteHint {
  uint32_t generation = 0;
  uint16_t source = 0;  // index into the cache's sources
  ike::TimePoint until{};
};

class RouteCache {
 public:
  // `loop` (may be null: then only time and Forget refresh) outlives the cache.
  explicit RouteCache(EventLoop* loop);
  ~RouteCache();
  RouteCache(const RouteCache&) = delete;
  RouteCache& operator=(const RouteCache&) = delete;

  // The source address towards `destination`; or errno, such as ENETUNREACH.
  tl::expected<ike::IpAddress, int> SourceFor(const ike::IpAddress& destination,
                                              ike::TimePoint now);
  // The same where the answer is kept in `hint`, which belongs to this destination and cache alone.
  tl::expected<ike::IpAddress, int> SourceFor(const ike::IpAddress& destination, ike::TimePoint now,
                                              RouteHint* hint);
  // After a send to it failed.
  void Forget(const ike::IpAddress& destination);
  void Flush();
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    ike::IpAddress source;
    ike::TimePoint until;
  };
  tl::expected<ike::IpAddress, int> Ask(const ike::IpAddress& destination);
  ike::Duration Lifetime() const;
  void MakeRoom(ike::TimePoint now);
  void Watch();
  void DrainNotices();

  EventLoop* const loop_;
  int v4_fd_ = -1;  // opened when first needed, kept: one connect per question
  int v6_fd_ = -1;
  int notices_fd_ = -1;  // netlink
  std::unordered_map<ike::IpAddress, Entry> entries_;
  std::vector<ike::IpAddress> sources_;  // that hints point to; of the present generation
  uint32_t generation_ = 1;
};

// What there is to say of a name for which ChooseAddress finds none.
inline constexpr const char* kNoHost = "the name stands for no address that a host can have";

// Which of a name's addresses to probe, in their order: those that a route leads to, or the first
// alone where none does. None that is multicast, broadcast or unspecified, whatever a name server
// says; empty: there is no other. `routes` may be null.
std::vector<ike::IpAddress> UsableAddresses(RouteCache* routes, ike::TimePoint now,
                                            std::span<const ike::IpAddress> addresses);

// The first of them.
ike::IpAddress ChooseAddress(RouteCache* routes, ike::TimePoint now,
                             std::span<const ike::IpAddress> addresses);

}  // namespace exporter::net
