// SlotPool: makes and destroys objects of one type in slots that are kept, so that in the steady
// state none is taken from the heap. One thread. REQUIRES: every object is destroyed before the
// pool.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace exporter {

template <typename T>
class SlotPool {
 public:
  template <typename... Args>
  T* Make(Args&&... args) {
    if (free_.empty()) {
      slots_.push_back(std::make_unique<Slot>());
      free_.push_back(slots_.back().get());
      free_.reserve(slots_.capacity());
    }
    Slot* slot = free_.back();
    free_.pop_back();
    return std::construct_at(reinterpret_cast<T*>(slot->bytes), std::forward<Args>(args)...);
  }

  void Destroy(T* object) {
    std::destroy_at(object);
    free_.push_back(reinterpret_cast<Slot*>(object));
  }

 private:
  struct Slot {
    alignas(T) std::byte bytes[sizeof(T)];
  };

  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;  // the latest first, while it is still in the cache
};

}  // namespace exporter
