// A timer stands at the level of the highest 6-bit digit in which its tick differs from the
// current one, in the slot of that digit. So every slot in use lies ahead, the lowest level in use
// holds the next timer, and no slot ever wraps around; when the current tick reaches a slot of a
// higher level, its timers are sorted anew and land below.
#include "exporter/net/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <chrono>

namespace exporter::net {
namespace {

constexpr ike::Duration kTick = std::chrono::milliseconds(1);

}  // namespace

TimerWheel::TimerWheel(ike::TimePoint start) : start_(start) {
  for (Level& level : levels_) {
    for (TimerNode& slot : level.slots) slot.next_ = slot.previous_ = &slot;
  }
}

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (TimerNode& slot : level.slots) {
      while (slot.next_ != &slot) slot.next_->Cancel();
    }
  }
}

void TimerWheel::Arm(TimerNode* node, ike::TimePoint when) {
  node->Cancel();
  node->due_ = std::max(TicksUp(when), target_ + 1);
  Insert(node);
}

ike::TimePoint TimerWheel::NextExpiry() {
  const Position next = NextOccupied();
  if (next.tick == kNever) return ike::TimePoint::max();
  return start_ + kTick * next.tick;
}

uint64_t TimerWheel::TicksUp(ike::TimePoint when) const {
  if (when <= start_) return 0;
  const auto since = static_cast<uint64_t>((when - start_).count());
  const auto tick = static_cast<uint64_t>(kTick.count());
  return std::min(since / tick + (since % tick != 0 ? 1 : 0), kHorizon);
}

void TimerWheel::Insert(TimerNode* node) {
  const uint64_t differing = (node->due_ ^ elapsed_) | 1;
  const int level_index = (static_cast<int>(std::bit_width(differing)) - 1) / kSlotBits;
  Level& level = levels_[static_cast<size_t>(level_index)];
  const uint64_t digit = node->due_ >> (level_index * kSlotBits) & (kSlots - 1);
  TimerNode& head = level.slots[digit];
  node->next_ = &head;
  node->previous_ = head.previous_;
  head.previous_->next_ = node;
  head.previous_ = node;
  level.occupied |= uint64_t{1} << digit;
}

TimerNode* TimerWheel::Take(TimerNode* slot) {
  TimerNode* node = slot->next_;
  if (node == slot) return nullptr;
  node->Cancel();
  return node;
}

TimerWheel::Position TimerWheel::NextOccupied() {
  for (int i = 0; i < kLevels; ++i) {
    Level& level = levels_[static_cast<size_t>(i)];
    for (; level.occupied != 0; level.occupied &= level.occupied - 1) {
      const int digit = std::countr_zero(level.occupied);
      TimerNode& slot = level.slots[static_cast<size_t>(digit)];
      if (slot.next_ == &slot) continue;
      const uint64_t above = elapsed_ >> ((i + 1) * kSlotBits) << kSlotBits;
      return Position{(above | static_cast<uint64_t>(digit)) << (i * kSlotBits), i, &slot};
    }
  }
  return Position{};
}

void TimerWheel::BeginAdvance(ike::TimePoint now) {
  if (now <= start_) return;
  const auto ticks = static_cast<uint64_t>((now - start_) / kTick);
  target_ = std::max(target_, std::min(ticks, kHorizon - 1));
}

TimerNode* TimerWheel::PopDue() {
  for (;;) {
    const Position next = NextOccupied();
    if (next.tick > target_) {
      elapsed_ = target_;
      return nullptr;
    }
    elapsed_ = next.tick;
    if (next.level == 0) return Take(next.slot);
    // What they differ in from now on is below this level.
    while (TimerNode* node = Take(next.slot)) Insert(node);
  }
}

}  // namespace exporter::net
