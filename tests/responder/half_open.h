// Half-open SAs of one gateway table: how many each of its addresses holds, in all and by source,
// now and at the peak; each lives for a fixed time. The truth that politeness is measured against.
// Called by Gateway on the event loop's thread; `now` is nanoseconds of the monotonic clock.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tests/responder/endpoint.h"

namespace responder {

class HalfOpenTable {
 public:
  HalfOpenTable(size_t addresses, int64_t lifetime) : lifetime_(lifetime), counts_(addresses) {}

  // Forgets what is older than the lifetime.
  void Expire(int64_t now);

  // True when the SA of this very request is held already: a retransmission.
  bool Holds(uint64_t request) const { return requests_.contains(request); }

  void Add(uint64_t request, uint32_t slot, const Address& source, int64_t now);

  uint32_t OfSource(uint32_t slot, const Address& source) const;
  uint32_t Of(uint32_t slot) const { return counts_[slot].now; }

  // The most that any address of the table held at once, in all and from one source.
  uint32_t peak() const { return peak_; }
  uint32_t peak_of_source() const { return peak_of_source_; }
  uint32_t PeakOf(uint32_t slot) const { return counts_[slot].peak; }
  size_t total() const { return entries_.size(); }

 private:
  struct Entry {
    int64_t dies;
    uint64_t request;
    uint64_t source_key;
    uint32_t slot;
  };
  struct Count {
    uint32_t now = 0, peak = 0;
  };

  static uint64_t SourceKey(uint32_t slot, const Address& source);

  int64_t lifetime_;
  std::vector<Count> counts_;
  std::deque<Entry> entries_;  // oldest first: all live equally long
  std::unordered_set<uint64_t> requests_;
  std::unordered_map<uint64_t, uint32_t> by_source_;
  uint32_t peak_ = 0, peak_of_source_ = 0;
};

}  // namespace responder
