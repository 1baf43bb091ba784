// FreeList: objects that wait for their next use. The one that came last is taken first, while it
// is still in the cache, so that those at the other end are the ones that nobody needed; after a
// busy moment they are given back, a few at a time. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "probes/base/prefetch.h"

namespace exporter {

template <typename T>
class FreeList {
 public:
  // Null: there is none.
  std::unique_ptr<T> Take() {
    if (objects_.empty()) return nullptr;
    if (objects_.size() > kAhead) {
      ike::Prefetch(objects_[objects_.size() - 1 - kAhead].get(), sizeof(T));
    }
    std::unique_ptr<T> object = std::move(objects_.back());
    objects_.pop_back();
    idle_ = std::min(idle_, objects_.size());
    return object;
  }

  void Put(std::unique_ptr<T> object) { objects_.push_back(std::move(object)); }

  // What was not needed from here to the next call is to be given back after it.
  void BeginPeriod() { surplus_ = std::exchange(idle_, objects_.size()); }

  // Destroys at most `most` objects. Returns how many.
  size_t Trim(size_t most) {
    const size_t count = std::min({most, surplus_, objects_.size()});
    objects_.erase(objects_.begin(), objects_.begin() + static_cast<ptrdiff_t>(count));
    surplus_ -= count;
    idle_ -= std::min(idle_, count);
    return count;
  }

  size_t size() const { return objects_.size(); }

 private:
  static constexpr size_t kAhead = 3;  // how many objects ahead the memory of one is asked for

  std::vector<std::unique_ptr<T>> objects_;
  size_t idle_ = 0;     // the fewest that were here in this period
  size_t surplus_ = 0;  // of the last period, still to be given back
};

}  // namespace exporter
