// HashTable: entries by a key of 64 bits in one block: open addressing with linear probing, at most
// three quarters full. Keys are uniformly distributed already, such as SPIs and hashes, and not
// zero. Entries move when one is made or erased. One thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace exporter {

// Entry has `uint64_t key = 0`; zero = an empty place.
template <typename Entry>
class HashTable {
 public:
  // Null: there is none.
  Entry* Find(uint64_t key) {
    Entry& place = places_[PlaceOf(key)];
    return place.key == 0 ? nullptr : &place;
  }
  const Entry* Find(uint64_t key) const {
    const Entry& place = places_[PlaceOf(key)];
    return place.key == 0 ? nullptr : &place;
  }

  // One with its initial values where there is none. A table that is full is rebuilt before.
  template <typename Keep>
  Entry& FindOrMake(uint64_t key, Keep&& keep) {
    size_t place = PlaceOf(key);
    if (places_[place].key != 0) return places_[place];
    if ((size_ + 1) * 4 > places_.size() * 3) {
      Rebuild(keep);
      place = PlaceOf(key);
    }
    places_[place].key = key;
    ++size_;
    return places_[place];
  }

  void Erase(uint64_t key) {
    size_t hole = PlaceOf(key);
    if (places_[hole].key == 0) return;
    --size_;
    // Close the gap, so that later members of the run are still found.
    for (size_t i = Next(hole); places_[i].key != 0; i = Next(i)) {
      const size_t wanted = Home(places_[i].key);
      const bool stays = hole <= i ? hole < wanted && wanted <= i : hole < wanted || wanted <= i;
      if (stays) continue;
      places_[hole] = places_[i];
      hole = i;
    }
    places_[hole] = {};
  }

  // Makes the table anew of the entries for which keep(const Entry&), larger or smaller as needed.
  template <typename Keep>
  void Rebuild(Keep&& keep) {
    const auto kept = [&](const Entry& entry) { return entry.key != 0 && keep(entry); };
    size_ = static_cast<size_t>(std::ranges::count_if(places_, kept));
    std::vector<Entry> old(std::bit_ceil(std::max(kLeast, (size_ + 1) * 3 / 2)));
    old.swap(places_);
    for (const Entry& entry : old) {
      if (kept(entry)) places_[PlaceOf(entry.key)] = entry;
    }
  }

  size_t size() const { return size_; }
  // All places, empty ones included; a power of two. Where a key's entry is, or near it.
  std::span<Entry> places() { return places_; }
  void Prefetch(uint64_t key) const { __builtin_prefetch(&places_[Home(key)]); }

 private:
  static constexpr size_t kLeast = 64;

  size_t Home(uint64_t key) const { return static_cast<size_t>(key) & (places_.size() - 1); }
  size_t Next(size_t i) const { return (i + 1) & (places_.size() - 1); }
  size_t PlaceOf(uint64_t key) const {
    size_t place = Home(key);
    while (places_[place].key != 0 && places_[place].key != key) place = Next(place);
    return place;
  }

  std::vector<Entry> places_ = std::vector<Entry>(kLeast);
  size_t size_ = 0;
};

}  // namespace exporter
