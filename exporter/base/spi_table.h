// SpiTable: initiator SPI to flight, open addressing with linear probing, O(1). SPIs are uniformly
// random, so they are their own hash. One thread; owns nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace exporter {

template <typename T>
class SpiTable {
 public:
  SpiTable() : slots_(1024) {}

  T* Find(uint64_t spi) const {
    for (size_t i = Home(spi);; i = Next(i)) {
      if (slots_[i].value == nullptr) return nullptr;
      if (slots_[i].spi == spi) return slots_[i].value;
    }
  }

  // `spi` will be looked up soon: brings its place towards the cache.
  void Prefetch(uint64_t spi) const { __builtin_prefetch(&slots_[Home(spi)]); }

  // REQUIRES: spi is not in the table.
  void Insert(uint64_t spi, T* value) {
    if ((size_ + 1) * 2 > slots_.size()) Grow();
    Place(spi, value);
    ++size_;
  }

  void Erase(uint64_t spi) {
    size_t hole = Home(spi);
    while (slots_[hole].value != nullptr && slots_[hole].spi != spi) hole = Next(hole);
    if (slots_[hole].value == nullptr) return;
    --size_;
    // Close the gap, so that later members of the run are still found.
    for (size_t i = Next(hole); slots_[i].value != nullptr; i = Next(i)) {
      size_t wanted = Home(slots_[i].spi);
      bool stays = hole <= i ? (hole < wanted && wanted <= i) : (hole < wanted || wanted <= i);
      if (stays) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = {};
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t spi = 0;
    T* value = nullptr;
  };

  size_t Home(uint64_t spi) const { return static_cast<size_t>(spi) & (slots_.size() - 1); }
  size_t Next(size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void Place(uint64_t spi, T* value) {
    size_t i = Home(spi);
    while (slots_[i].value != nullptr) i = Next(i);
    slots_[i] = {spi, value};
  }

  void Grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value != nullptr) Place(slot.spi, slot.value);
    }
  }

  std::vector<Slot> slots_;  // a power of two
  size_t size_ = 0;
};

}  // namespace exporter
