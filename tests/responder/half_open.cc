#include "tests/responder/half_open.h"

#include <algorithm>

namespace responder {

uint64_t HalfOpenTable::SourceKey(uint32_t slot, const Address& source) {
  return HashBytes(source.bytes(), slot);
}

void HalfOpenTable::Expire(int64_t now) {
  while (!entries_.empty() && entries_.front().dies <= now) {
    const Entry& oldest = entries_.front();
    requests_.erase(oldest.request);
    --counts_[oldest.slot].now;
    auto source = by_source_.find(oldest.source_key);
    if (--source->second == 0) by_source_.erase(source);
    entries_.pop_front();
  }
}

void HalfOpenTable::Add(uint64_t request, uint32_t slot, const Address& source, int64_t now) {
  if (lifetime_ == 0 || !requests_.insert(request).second) return;
  uint64_t key = SourceKey(slot, source);
  entries_.push_back({now + lifetime_, request, key, slot});
  Count& count = counts_[slot];
  count.peak = std::max(count.peak, ++count.now);
  peak_ = std::max(peak_, count.now);
  peak_of_source_ = std::max(peak_of_source_, ++by_source_[key]);
}

uint32_t HalfOpenTable::OfSource(uint32_t slot, const Address& source) const {
  auto found = by_source_.find(SourceKey(slot, source));
  return found == by_source_.end() ? 0 : found->second;
}

}  // namespace responder
