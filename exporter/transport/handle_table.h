// HandleTable: the objects in use, each with a handle that finds it in O(1) and is void once the
// object is released. What was released waits for its next use: see FreeList. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "exporter/base/free_list.h"

namespace exporter {

// T has `index` and `generation`, which are kept here, and `handle()`, made of them by HandleOf.
template <typename T>
class HandleTable {
 public:
  static uint64_t HandleOf(uint32_t index, uint32_t generation) {
    return (uint64_t{index} + 1) << 32 | generation;
  }

  // As its last user left it, or new from `make`.
  template <typename Make>
  T* Acquire(Make make) {
    std::unique_ptr<T> object = free_list_.Take();
    if (!object) object = make();
    if (vacant_.empty()) {
      vacant_.push_back(static_cast<uint32_t>(objects_.size()));
      objects_.emplace_back();
    }
    object->index = vacant_.back();
    vacant_.pop_back();
    object->generation = ++generation_;
    return (objects_[object->index] = std::move(object)).get();
  }

  // Null: it has been released.
  T* Find(uint64_t handle) const {
    const size_t index = static_cast<size_t>(handle >> 32) - 1;
    if (index >= objects_.size()) return nullptr;
    T* object = objects_[index].get();
    return object != nullptr && object->handle() == handle ? object : nullptr;
  }

  void Release(T* object) {
    vacant_.push_back(object->index);
    free_list_.Put(std::move(objects_[object->index]));
  }

  FreeList<T>* free_list() { return &free_list_; }

 private:
  std::vector<std::unique_ptr<T>> objects_;  // null where vacant
  std::vector<uint32_t> vacant_;             // places in objects_
  FreeList<T> free_list_;
  uint32_t generation_ = 0;  // of the latest use
};

}  // namespace exporter
