// ReceiveClock: the kernel's receive stamps, which are wall-clock time, as points of our steady
// clock. A wall clock that is set (a jump, not NTP's slewing, which both clocks share) must not
// become a wrong RTT: what may have been stamped before the jump counts as arriving when it is
// read. Used by the sockets, one thread; pure but for ReadClocks.
#pragma once

#include <chrono>
#include <optional>

#include "probes/base/time.h"

namespace exporter::net {

struct ClockReading {
  ike::TimePoint before;  // steady
  ike::Duration wall;     // since the Unix epoch, read between the two
  ike::TimePoint after;   // steady
};

ClockReading ReadClocks();

class ReceiveClock {
 public:
  // Once per batch, right after it was read.
  void Update(const ClockReading& reading);
  // The socket is empty: whatever comes later is stamped by the clock as it is now.
  void Drained() { is_distrusted_ = false; }

  ike::TimePoint Arrival(std::optional<ike::Duration> stamp) const;

 private:
  bool is_known_ = false;
  bool is_distrusted_ = false;
  ike::Duration offset_{};  // steady minus wall
  ike::TimePoint now_;
};

}  // namespace exporter::net
