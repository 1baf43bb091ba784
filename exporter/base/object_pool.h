// ObjectPool: makes and destroys objects of one type in slots that are kept, so that in the steady
// state none is taken from the heap. One thread. REQUIRES: every object is destroyed before the
// pool.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "exporter/base/free_list.h"

namespace exporter {

template <typename T>
class ObjectPool {
 public:
  template <typename... Args>
  T* Make(Args&&... args) {
    std::unique_ptr<Slot> slot = free_.Take();
    if (!slot) slot = std::make_unique<Slot>();
    return std::construct_at(reinterpret_cast<T*>(slot.release()->bytes),
                             std::forward<Args>(args)...);
  }

  void Destroy(T* object) {
    std::destroy_at(object);
    free_.Put(std::unique_ptr<Slot>(reinterpret_cast<Slot*>(object)));
  }

  // See FreeList.
  void BeginPeriod() { free_.BeginPeriod(); }
  size_t Trim(size_t most) { return free_.Trim(most); }

 private:
  struct Slot {
    alignas(T) std::byte bytes[sizeof(T)];
  };

  FreeList<Slot> free_;
};

}  // namespace exporter
