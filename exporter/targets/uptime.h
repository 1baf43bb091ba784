// Uptime: how much of the last day and week a target was up, by the hour and by the day, in little
// memory. Kept over restarts; time that nothing is known of counts neither way. Written and read
// under its TargetEntry's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace exporter {

class Uptime {
 public:
  static constexpr size_t kHours = 24;
  static constexpr size_t kDays = 7;

  struct Share {
    double known = 0;  // seconds
    double down = 0;   // of those
  };
  struct Bucket {
    uint16_t known = 0;
    uint16_t down = 0;
  };
  // Everything, as it is kept over restarts.
  struct Parts {
    uint32_t hour = 0;  // the one in progress, since 1970; 0 = nothing is known yet
    float known = 0;    // seconds of it
    float down = 0;
    std::array<Bucket, kHours> hours{};  // by hour % kHours, in seconds
    std::array<Bucket, kDays> days{};    // by day % kDays, in units of two seconds
  };

  // The target was up, or down, between two moments in Unix time, the first of which is not before
  // the last call's second.
  void Add(double from, double to, bool up);

  // Of the hour in progress at `now` and the 23 before it.
  Share LastDay(double now) const;
  // Of the day in progress, in UTC, and the six before it.
  Share LastWeek(double now) const;

  const Parts& parts() const { return parts_; }
  void Restore(const Parts& parts) { parts_ = parts; }

 private:
  void EnterHour(uint32_t hour);

  Parts parts_;
};

}  // namespace exporter
