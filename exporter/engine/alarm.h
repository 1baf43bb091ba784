// Alarm: something that wants to be called at a time, on the engine's wheel. Arm it with
// TimerWheel::Arm; destruction cancels it. One thread.
#pragma once

#include "exporter/net/timer_wheel.h"
#include "probes/exchange/outcome.h"

namespace exporter {

class Alarm : public net::TimerNode {
 public:
  virtual ~Alarm() = default;
  virtual void OnAlarm(ike::TimePoint now) = 0;

 protected:
  Alarm() = default;
};

}  // namespace exporter
