// RingQueue: first in, first out, in one block that only grows: unlike std::deque it takes nothing
// from the heap in the steady state. Of small values; one thread.
#pragma once

#include <cstddef>
#include <vector>

namespace exporter {

template <typename T>
class RingQueue {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // REQUIRES: !empty().
  T& front() { return places_[first_]; }

  // REQUIRES: index < size().
  const T& operator[](size_t index) const {
    return places_[(first_ + index) & (places_.size() - 1)];
  }

  void push_back(T value) {
    if (size_ == places_.size()) Grow();
    places_[(first_ + size_++) & (places_.size() - 1)] = value;
  }
  // REQUIRES: !empty().
  void pop_front() {
    first_ = (first_ + 1) & (places_.size() - 1);
    --size_;
  }

 private:
  void Grow() {
    std::vector<T> larger(places_.size() * 2);
    for (size_t i = 0; i < size_; ++i) larger[i] = places_[(first_ + i) & (places_.size() - 1)];
    places_.swap(larger);
    first_ = 0;
  }

  std::vector<T> places_ = std::vector<T>(64);  // a power of two
  size_t first_ = 0;
  size_t size_ = 0;
};

}  // namespace exporter
