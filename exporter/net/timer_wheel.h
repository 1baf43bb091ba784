// TimerWheel: a hierarchical timer wheel of 1 ms resolution; arming and cancelling are O(1) and
// allocate nothing in the steady state, whether it holds ten timers or a million, for milliseconds
// or for years. One thread. A timer is owned by what inherits Timer; its destruction cancels it.
// A timer never fires before its time, and at most 1 ms (plus the caller's own lateness) after it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "probes/base/time.h"

namespace exporter::net {

class Timer {
 public:
  Timer() = default;
  virtual ~Timer() { Cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Its time has come. It is no longer armed; it may arm, cancel or destroy any timer, itself
  // included.
  virtual void OnTimer(ike::TimePoint now) = 0;

  bool armed() const { return place_ != nullptr && due_ != kResting; }
  void Cancel();
  // Cancels, but keeps its place in the wheel, so that it is armed again for no cost. For
  // timers that are armed over and over.
  void Rest() { due_ = kResting; }

 private:
  friend class TimerWheel;
  static constexpr uint64_t kResting = UINT64_MAX;

  Timer** place_ = nullptr;  // in a chunk of the wheel; null = in none
  uint64_t due_ = 0;         // ticks since the wheel's start
};

class TimerWheel {
 public:
  explicit TimerWheel(ike::TimePoint start);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Arms, or moves, `node`. A time that has passed fires at the first later Advance that is at
  // least 1 ms further on, so a callback that arms for "now" cannot hold Advance forever.
  void Arm(Timer* node, ike::TimePoint when);

  // Calls OnTimer of every timer that is due at `now`, in the order of their milliseconds. A clock
  // that went backwards fires nothing.
  void Advance(ike::TimePoint now);

  // No timer fires before this time; it may be early, when timers are only to be sorted into a
  // finer level then, or were moved or rest. TimePoint::max() = the wheel is empty.
  ike::TimePoint NextExpiry();

 private:
  // So many that most of what is due in a minute, as probes are, is sorted anew once on its way.
  static constexpr int kSlotBits = 9;
  static constexpr int kSlots = 1 << kSlotBits;
  static constexpr uint64_t kHorizon = (uint64_t{1} << 42) - 1;  // 139 years fit ike::Duration
  static constexpr int kLevels = 5;                              // hold more than that
  static constexpr uint64_t kNever = kHorizon + 1;

  friend class Timer;
  struct Chunk;
  struct Block;
  struct Slot {
    Chunk* first = nullptr;
    Chunk* last = nullptr;
  };
  struct Level {
    std::array<Slot, kSlots> slots;
    // Bits of slots; a superset: Cancel leaves those of emptied slots behind.
    std::array<uint64_t, kSlots / 64> occupied{};
  };
  struct Position {
    uint64_t tick = kNever;  // when the slot begins
    int level = 0;
    Slot* slot = nullptr;
  };

  uint64_t TicksUp(ike::TimePoint when) const;
  void Insert(Timer* node);
  Chunk* NewChunk();
  void DropFirst(Slot* slot);
  bool IsEmpty(Slot* slot);
  Position NextOccupied();
  void BeginAdvance(ike::TimePoint now);
  Timer* PopDue();
  Timer* TakeDue(Slot* slot);
  void SortAnew(Slot* slot);

  const ike::TimePoint start_;
  uint64_t elapsed_ = 0;  // every timer due before this tick has fired
  uint64_t target_ = 0;   // how far the latest Advance goes; nothing new is put at or before it
  std::array<Level, kLevels> levels_;
  std::vector<std::unique_ptr<Block>> blocks_;
  Chunk* free_ = nullptr;
};

}  // namespace exporter::net
