// ReceiveClock: the kernel's receive stamps, which are wall-clock time, as points of our steady
// clock. A wall clock that is set (a jump, not NTP's slewing, which both clocks share) must not
// become a wrong RTT: datagrams that may have been stamped before the jump count as arriving when
// they are read. Used by ReceiveBatch, one thread; pure, the readings are arguments.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "probes/outcome.h"

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
  void Update(const ClockReading& reading) {
    const ike::TimePoint middle = reading.before + (reading.after - reading.before) / 2;
    const ike::Duration offset = middle.time_since_epoch() - reading.wall;
    const ike::Duration tolerance = std::chrono::milliseconds(1) + (reading.after - reading.before);
    const ike::Duration change = offset - offset_;
    if (known_ && (change > tolerance || change < -tolerance)) distrusted_ = true;
    known_ = true;
    offset_ = offset;
    now_ = reading.after;
  }

  // The socket is empty: whatever comes later is stamped by the clock as it is now.
  void Drained() { distrusted_ = false; }

  ike::TimePoint Arrival(std::optional<ike::Duration> stamp) const {
    if (!stamp || distrusted_) return now_;
    const ike::TimePoint arrival{*stamp + offset_};
    return arrival < now_ ? arrival : now_;
  }

 private:
  bool known_ = false;
  bool distrusted_ = false;
  ike::Duration offset_{};  // steady minus wall
  ike::TimePoint now_;
};

}  // namespace exporter::net
