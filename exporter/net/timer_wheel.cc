// A timer stands at the level of the highest 9-bit digit in which its tick differs from the
// current one, in the slot of that digit. So every slot in use lies ahead, the lowest level in use
// holds the next timer, and no slot ever wraps around; when the current tick reaches a slot of a
// higher level, its timers are sorted anew and land below.
//
// A slot is a list of chunks with pointers to nodes, not a list of the nodes themselves: those lie
// all over the memory, and a list through them would wait for each before it knew the next.
#include "exporter/net/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>

#include "probes/base/prefetch.h"

namespace exporter::net {
namespace {

constexpr ike::Duration kTick = std::chrono::milliseconds(1);
constexpr size_t kChunkBytes = 128;
constexpr size_t kChunksPerBlock = 31;

// How many nodes ahead the memory of one is asked for, and how much of what is around it.
constexpr size_t kAhead = 10;
constexpr size_t kPrefetchBytes = 256;

}  // namespace

// Found from the place of a node in it by its alignment.
struct alignas(kChunkBytes) TimerWheel::Chunk {
  static constexpr size_t kNodes = 13;

  static Chunk* Of(Timer** place) {
    return reinterpret_cast<Chunk*>(reinterpret_cast<uintptr_t>(place) & ~(kChunkBytes - 1));
  }
  void Clear() {
    next = nullptr;
    taken = used = live = 0;
  }
  // nodes[index], also where it is one of the next chunk; null where there is none.
  const Timer* At(size_t index) const {
    if (index < used) return nodes[index];
    return next != nullptr && index < size_t{used} + next->used ? next->nodes[index - used]
                                                                : nullptr;
  }

  Chunk* next;
  uint64_t tick;   // when its slot begins
  uint16_t taken;  // nodes[0..taken) have been taken out in their turn
  uint16_t used;   // nodes[used..] were never filled
  uint16_t live;   // how many are neither taken nor cancelled
  Timer* nodes[kNodes];
};

struct TimerWheel::Block {
  std::array<Chunk, kChunksPerBlock> chunks;
};

void Timer::Cancel() {
  if (place_ == nullptr) return;
  TimerWheel::Chunk* chunk = TimerWheel::Chunk::Of(place_);
  --chunk->live;
  *place_ = nullptr;
  // So that nodes which are armed and cancelled over and over do not fill the slot.
  if (place_ == &chunk->nodes[chunk->used - 1]) --chunk->used;
  if (chunk->live == 0) chunk->used = chunk->taken;
  place_ = nullptr;
}

TimerWheel::TimerWheel(ike::TimePoint start) : start_(start) {}

TimerWheel::~TimerWheel() {
  for (Level& level : levels_) {
    for (Slot& slot : level.slots) {
      for (Chunk* chunk = slot.first; chunk != nullptr; chunk = chunk->next) {
        for (size_t i = chunk->taken; i < chunk->used; ++i) {
          if (chunk->nodes[i] != nullptr) chunk->nodes[i]->place_ = nullptr;
        }
      }
    }
  }
}

void TimerWheel::Arm(Timer* node, ike::TimePoint when) {
  const uint64_t due = std::max(TicksUp(when), target_ + 1);
  node->due_ = due;
  // One that waits for an earlier time stays there and is moved when that comes.
  if (node->place_ != nullptr && Chunk::Of(node->place_)->tick <= due) return;
  node->Cancel();
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
  return std::min((since + tick - 1) / tick, kHorizon);
}

TimerWheel::Chunk* TimerWheel::NewChunk() {
  if (free_ == nullptr) {
    blocks_.push_back(std::make_unique_for_overwrite<Block>());
    for (Chunk& chunk : blocks_.back()->chunks) chunk.next = std::exchange(free_, &chunk);
  }
  Chunk* chunk = std::exchange(free_, free_->next);
  chunk->Clear();
  return chunk;
}

void TimerWheel::DropFirst(Slot* slot) {
  Chunk* chunk = std::exchange(slot->first, slot->first->next);
  if (slot->first == nullptr) slot->last = nullptr;
  chunk->next = std::exchange(free_, chunk);
}

bool TimerWheel::IsEmpty(Slot* slot) {
  while (slot->first != nullptr && slot->first->live == 0) DropFirst(slot);
  return slot->first == nullptr;
}

void TimerWheel::Insert(Timer* node) {
  const uint64_t differing = (node->due_ ^ elapsed_) | 1;
  const int level_index = (static_cast<int>(std::bit_width(differing)) - 1) / kSlotBits;
  const int shift = level_index * kSlotBits;
  Level& level = levels_[static_cast<size_t>(level_index)];
  const uint64_t digit = node->due_ >> shift & (kSlots - 1);
  Slot& slot = level.slots[digit];
  level.occupied[digit / 64] |= uint64_t{1} << digit % 64;
  if (slot.last == nullptr || slot.last->used == Chunk::kNodes) {
    Chunk* fresh = NewChunk();
    fresh->tick = node->due_ >> shift << shift;
    (slot.last == nullptr ? slot.first : slot.last->next) = fresh;
    slot.last = fresh;
  }
  Chunk* chunk = slot.last;
  node->place_ = &chunk->nodes[chunk->used++];
  *node->place_ = node;
  ++chunk->live;
}

TimerWheel::Position TimerWheel::NextOccupied() {
  for (int i = 0; i < kLevels; ++i) {
    Level& level = levels_[static_cast<size_t>(i)];
    for (size_t word = 0; word < level.occupied.size(); ++word) {
      uint64_t& bits = level.occupied[word];
      for (; bits != 0; bits &= bits - 1) {
        const size_t digit = word * 64 + static_cast<size_t>(std::countr_zero(bits));
        Slot& slot = level.slots[digit];
        if (IsEmpty(&slot)) continue;
        const uint64_t above = elapsed_ >> ((i + 1) * kSlotBits) << kSlotBits;
        return Position{(above | digit) << (i * kSlotBits), i, &slot};
      }
    }
  }
  return Position{};
}

void TimerWheel::Advance(ike::TimePoint now) {
  BeginAdvance(now);
  while (Timer* timer = PopDue()) timer->OnTimer(now);
}

void TimerWheel::BeginAdvance(ike::TimePoint now) {
  if (now <= start_) return;
  const auto ticks = static_cast<uint64_t>((now - start_) / kTick);
  target_ = std::max(target_, std::min(ticks, kHorizon - 1));
}

Timer* TimerWheel::PopDue() {
  for (;;) {
    const Position next = NextOccupied();
    if (next.tick > target_) {
      elapsed_ = target_;
      return nullptr;
    }
    elapsed_ = next.tick;
    if (next.level > 0) {
      SortAnew(next.slot);
    } else if (Timer* node = TakeDue(next.slot)) {
      return node;
    }
  }
}

// The next node of the first chunk that is due; null: there is none left in it.
Timer* TimerWheel::TakeDue(Slot* slot) {
  Chunk* chunk = slot->first;
  while (chunk->taken < chunk->used) {
    Timer* node = chunk->nodes[chunk->taken++];
    ike::Prefetch(chunk->At(chunk->taken + kAhead), kPrefetchBytes);
    if (node == nullptr) continue;
    --chunk->live;
    node->place_ = nullptr;
    if (node->due_ <= elapsed_) return node;
    if (node->due_ != Timer::kResting) Insert(node);
  }
  return nullptr;
}

// What they differ in from now on is below this level.
void TimerWheel::SortAnew(Slot* slot) {
  for (Slot rest = std::exchange(*slot, Slot{}); rest.first != nullptr; DropFirst(&rest)) {
    Chunk* chunk = rest.first;
    for (size_t i = 0; i < chunk->used; ++i) {
      ike::Prefetch(chunk->At(i + kAhead), sizeof(Timer));
      Timer* node = chunk->nodes[i];
      if (node == nullptr) continue;
      node->place_ = nullptr;
      if (node->due_ != Timer::kResting) Insert(node);
    }
  }
}

}  // namespace exporter::net
