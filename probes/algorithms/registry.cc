#include "probes/algorithms/registry.h"

#include <algorithm>
#include <tuple>

#include "probes/algorithms/registry_reasons.h"

namespace ike {
namespace {

constexpr IkeVersion kV1 = IkeVersion::kV1;
constexpr IkeVersion kV2 = IkeVersion::kV2;
constexpr Verdict kStrong = Verdict::kStrong;
constexpr Verdict kAcceptable = Verdict::kAcceptable;
constexpr Verdict kWeak = Verdict::kWeak;
constexpr Verdict kBroken = Verdict::kBroken;
constexpr bool kAead = true;
constexpr bool kPlain = false;
constexpr bool kIke = true;
constexpr bool kNotIke = false;

// Strengths: ciphers by key, PRFs and hashes by output, integrity by tag; groups by NIST SP 800-57
// where it has a level and else by the number field sieve estimate of FIPS 140 IG 7.5, elliptic
// curves by half the size of the order, ML-KEM by NIST category. Verdicts: broken = MUST NOT or a
// practical break; weak = SHOULD NOT, deprecated or below 112 bits; acceptable = 112 bits, a short
// tag, a separate MAC or a national algorithm; strong = the rest.
constexpr auto kRows = std::to_array<Algorithm>({
#include "probes/algorithms/registry_ikev1.inc"
#include "probes/algorithms/registry_ikev2.inc"
});

using Key = std::tuple<IkeVersion, Kind, uint16_t, uint16_t>;

constexpr Key KeyOf(const Algorithm& row) {
  return {row.version, row.kind, row.id, row.key_length};
}

consteval bool AreSortedAndUnique() {
  for (size_t i = 1; i < kRows.size(); ++i) {
    if (!(KeyOf(kRows[i - 1]) < KeyOf(kRows[i]))) return false;
  }
  return true;
}
static_assert(AreSortedAndUnique());
static_assert(kRows.size() <= kMostAlgorithms);

// RFC 2451 and RFC 3602 section 2.2 name 128 bits as what a missing Key Length means.
constexpr uint16_t kDefaultKeyLength = 128;

}  // namespace

std::span<const Algorithm> AllAlgorithms() { return kRows; }

std::span<const Algorithm> AllAlgorithms(IkeVersion version, Kind kind) {
  const auto first = std::ranges::lower_bound(kRows, Key{version, kind, 0, 0}, {}, KeyOf);
  const auto last =
      std::ranges::upper_bound(kRows, Key{version, kind, UINT16_MAX, UINT16_MAX}, {}, KeyOf);
  return {first, last};
}

const Algorithm* FindAlgorithm(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length) {
  const Key key{version, kind, id, key_length};
  const auto row = std::ranges::lower_bound(kRows, key, {}, KeyOf);
  return row != kRows.end() && KeyOf(*row) == key ? &*row : nullptr;
}

const Algorithm* FindAnswered(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length) {
  if (const Algorithm* row = FindAlgorithm(version, kind, id, key_length)) return row;
  return FindAlgorithm(version, kind, id, key_length == 0 ? kDefaultKeyLength : 0);
}

uint16_t GroupStrength(uint16_t group) {
  const Algorithm* row = FindAlgorithm(kV2, Kind::kDh, group);
  if (row == nullptr) row = FindAlgorithm(kV1, Kind::kDh, group);
  return row == nullptr ? 0 : row->strength_bits;
}

}  // namespace ike
