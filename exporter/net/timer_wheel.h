// TimerWheel: a hierarchical timer wheel of 1 ms resolution; arming and cancelling are O(1) and
// allocate nothing, whether it holds ten timers or a million, for milliseconds or for years.
// Used by the event loop and the engine, one thread. Nodes are intrusive: the owner embeds or
// inherits TimerNode, and the destruction of a node cancels it.
// A timer never fires before its time, and at most 1 ms (plus the caller's own lateness) after it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

#include "probes/outcome.h"

namespace exporter::net {

class TimerNode {
 public:
  TimerNode() = default;
  ~TimerNode() { Cancel(); }
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;

  bool armed() const { return next_ != nullptr; }
  void Cancel() {
    if (!armed()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  friend class TimerWheel;
  TimerNode* next_ = nullptr;
  TimerNode* previous_ = nullptr;
  uint64_t due_ = 0;  // ticks since the wheel's start
};

class TimerWheel {
 public:
  explicit TimerWheel(ike::TimePoint start) : start_(start) {
    for (Level& level : levels_) {
      for (TimerNode& slot : level.slots) slot.next_ = slot.previous_ = &slot;
    }
  }
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Arms, or moves, `node`. A time that has passed fires at the next Advance that is at least 1 ms
  // further on, so a callback that arms again for "now" cannot hold Advance forever.
  void Arm(TimerNode* node, ike::TimePoint when) {
    node->Cancel();
    node->due_ = std::max(TicksUp(when), elapsed_ + 1);
    Insert(node);
  }

  // Calls fire(TimerNode&) for every timer that is due at `now`, in the order of their
  // milliseconds. The node is no longer armed; fire may arm, cancel or destroy any node.
  // A clock that went backwards does nothing.
  template <typename Fire>
  void Advance(ike::TimePoint now, Fire&& fire);

  // No timer fires before this time (it may be early, when only a cascade is due then);
  // TimePoint::max() = the wheel is empty.
  ike::TimePoint NextExpiry();

 private:
  static constexpr int kSlotBits = 6;
  static constexpr int kSlots = 1 << kSlotBits;
  static constexpr int kLevels = 8;  // 2^48 ms
  static constexpr uint64_t kHorizon = (uint64_t{1} << (kSlotBits * kLevels)) - 1;

  struct Level {
    std::array<TimerNode, kSlots> slots;  // list heads
    uint64_t occupied = 0;                // may have bits of slots that were emptied by Cancel
  };
  struct Position {
    uint64_t tick;  // kHorizon + 1 = none
    int level;
    int slot;
  };

  uint64_t TicksUp(ike::TimePoint when) const;
  uint64_t TicksDown(ike::TimePoint when) const;
  void Insert(TimerNode* node);
  Position NextOccupied();

  const ike::TimePoint start_;
  uint64_t elapsed_ = 0;  // every timer due up to here has fired
  std::array<Level, kLevels> levels_;
};

inline TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (TimerNode& slot : level.slots) {
      while (slot.next_ != &slot) slot.next_->Cancel();
      slot.next_ = slot.previous_ = nullptr;
    }
  }
}

}  // namespace exporter::net
