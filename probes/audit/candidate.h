// Candidate: one transform that an audit may ask about, and sets of them. An axis is all candidates
// of one transform type; a set is a bit for each candidate of one axis, in the axis' order. Used by
// everything in probes/audit. Values.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace ike::audit {

struct Candidate {
  uint16_t id = 0;          // IANA's; 0 = NONE, of additional key exchanges only
  uint16_t key_length = 0;  // bits; 0 = no Key Length attribute
  bool aead = false;        // ciphers that take no integrity transform
  uint8_t weight = 1;       // how likely it is met in the field, relative to the others
};

inline constexpr size_t kMaxCandidates = 96;
using ValueSet = std::bitset<kMaxCandidates>;

inline ValueSet Single(size_t index) { return ValueSet().set(index); }

inline ValueSet FirstValues(size_t count) {
  return count == 0 ? ValueSet() : ~ValueSet() >> (kMaxCandidates - count);
}

// Calls `visit` with the index of every member, ascending.
template <typename Visitor>
void ForEach(const ValueSet& set, Visitor visit) {
  for (size_t index = 0; index < kMaxCandidates; ++index) {
    if (set[index]) visit(index);
  }
}

}  // namespace ike::audit
