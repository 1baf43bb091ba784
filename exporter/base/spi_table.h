// SpiTable: initiator SPI, or another random key, to object. Owns nothing; one thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "exporter/base/hash_table.h"

namespace exporter {

template <typename T>
class SpiTable {
 public:
  // Null: there is none.
  T* Find(uint64_t spi) const {
    const Entry* entry = table_.Find(spi);
    return entry == nullptr ? nullptr : entry->value;
  }
  // REQUIRES: `spi` is not zero, and not in the table.
  void Insert(uint64_t spi, T* value) {
    table_.FindOrMake(spi, [](const Entry&) { return true; }).value = value;
  }
  void Erase(uint64_t spi) { table_.Erase(spi); }
  // `spi` will be looked up soon: brings its place towards the cache.
  void Prefetch(uint64_t spi) const { table_.Prefetch(spi); }
  size_t size() const { return table_.size(); }

 private:
  struct Entry {
    uint64_t key = 0;
    T* value = nullptr;
  };
  HashTable<Entry> table_;
};

}  // namespace exporter
