#include "probes/audit/ikev1_space.h"

#include <algorithm>
#include <iterator>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/registry.h"

namespace ike::audit {
namespace {

constexpr std::array<Kind, 3> kKinds = {Kind::kEncryption, Kind::kHash, Kind::kDh};

struct Weight {
  uint16_t id;
  uint16_t key_length;
  uint8_t weight;
};

// What gateways are commonly set to. It decides the order of questions, never a verdict.
constexpr Weight kCiphers[] = {{7, 256, 8}, {7, 128, 8}, {5, 0, 7}, {7, 192, 4}, {1, 0, 3}};
constexpr Weight kHashes[] = {{2, 0, 8}, {4, 0, 8}, {1, 0, 5}, {6, 0, 4}, {5, 0, 4}};
constexpr Weight kGroups[] = {{2, 0, 8},  {14, 0, 8}, {5, 0, 6},  {19, 0, 4},
                              {20, 0, 3}, {15, 0, 3}, {16, 0, 3}, {1, 0, 2},
                              {21, 0, 2}, {31, 0, 2}, {24, 0, 2}};

template <size_t N>
uint8_t WeightIn(const Weight (&weights)[N], const Algorithm& row) {
  for (const Weight& w : weights) {
    if (w.id == row.id && w.key_length == row.key_length) return w.weight;
  }
  return 1;
}

uint8_t WeightOfRow(const Algorithm& row) {
  if (row.kind == Kind::kEncryption) return WeightIn(kCiphers, row);
  return row.kind == Kind::kHash ? WeightIn(kHashes, row) : WeightIn(kGroups, row);
}

// Ciphers that no daemon is known to have any more.
bool IsExtinct(const Candidate& cipher) { return cipher.id == 2 || cipher.id == 4; }

// AES-CTR under the number that IKEv2 gives it: libreswan alone is known to take it.
constexpr uint16_t kAesCtr = 13;

// What the releases of libreswan have had (ike_alg*.c): ciphers 3DES, AES, Camellia, AES-CTR.
bool IsCipherOfLibreswan(uint16_t id) { return id == 5 || id == 7 || id == 8 || id == kAesCtr; }
bool IsGroupOfLibreswan(uint16_t id) {
  return id == 2 || id == 5 || (id >= 14 && id <= 24) || id == 31;
}

// From which weight on a value is a likely partner of one that is hardly ever met.
constexpr std::array<unsigned, 3> kLikelyWeight = {7, 5, 5};

// RFC 2408 section 3.6 and RFC 2409 appendix A: a transform with four attributes of four bytes, and
// the key length.
constexpr size_t kTransformBytes = 24;
constexpr size_t kKeyLengthBytes = 4;

}  // namespace

Ikev1Space::Ikev1Space() {
  for (size_t axis = 0; axis < kAxes; ++axis) {
    for (const Algorithm& row : AllAlgorithms(IkeVersion::kV1, kKinds[axis])) {
      if (!row.in_ike_sa) continue;
      candidates_[axis].push_back({row.id, row.key_length, false, WeightOfRow(row)});
    }
  }
  AddSuites();
  std::ranges::stable_sort(suites_, std::ranges::greater{},
                           [this](const Suite& suite) { return WeightOf(suite); });
}

const Ikev1Space& Ikev1Space::Unknown() {
  static const Ikev1Space unknown;
  return unknown;
}

void Ikev1Space::AddSuites() {
  for (uint8_t c = 0; c < candidates_[0].size(); ++c) {
    for (uint8_t h = 0; h < candidates_[1].size(); ++h) {
      for (uint8_t g = 0; g < candidates_[2].size(); ++g) {
        suites_.push_back({{c, h, g}, State::kOpen});
      }
    }
  }
}

bool Ikev1Space::IsOdd(size_t axis, const Candidate& candidate) const {
  if (axis == 0 && IsExtinct(candidate)) return true;
  if (family_ != Family::kLibreswan) return false;
  if (axis == 0) return !IsCipherOfLibreswan(candidate.id);
  return axis == 2 && !IsGroupOfLibreswan(candidate.id);
}

// Odd values are asked about with partners that are likely, or known to be accepted.
bool Ikev1Space::IsWorthAsking(const Suite& suite) const {
  if (candidates_[0][suite.values[0]].id == kAesCtr) {
    if (family_ == Family::kStrongSwan) return false;  // has no such number
    if (!IsGroupOfLibreswan(candidates_[2][suite.values[2]].id)) return false;
  }
  size_t odd = 0;
  size_t unlikely = 0;
  for (size_t axis = 0; axis < kAxes; ++axis) {
    const Candidate& candidate = candidates_[axis][suite.values[axis]];
    if (IsOdd(axis, candidate)) {
      ++odd;
    } else if (candidate.weight < kLikelyWeight[axis] && !accepted_[axis][suite.values[axis]]) {
      ++unlikely;
    }
  }
  return odd == 0 || (odd == 1 && unlikely == 0);
}

unsigned Ikev1Space::WeightOf(const Suite& suite) const {
  // By then the other version's audit may have told that it is no libreswan.
  if (candidates_[0][suite.values[0]].id == kAesCtr) return 0;
  unsigned weight = 1;
  for (size_t axis = 0; axis < kAxes; ++axis) {
    weight *= candidates_[axis][suite.values[axis]].weight;
  }
  return weight;
}

size_t Ikev1Space::NewValuesOf(const Suite& suite) const {
  size_t count = 0;
  for (size_t axis = 0; axis < kAxes; ++axis) count += accepted_[axis][suite.values[axis]] ? 0 : 1;
  return count;
}

bool Ikev1Space::IsUndecided(const Suite& suite) const {
  if (suite.state == State::kRefused || NewValuesOf(suite) == 0) return false;
  return suite.state != State::kOpen || IsWorthAsking(suite);
}

Ikev1Space::Batch Ikev1Space::NextBatch(size_t at_most, uint16_t group) const {
  std::array<Batch, kAxes> by_new_values;
  for (size_t index = 0; index < suites_.size(); ++index) {
    const Suite& suite = suites_[index];
    const bool was_silent = suite.state == State::kSilent || suite.state == State::kLost;
    if (was_silent || !IsUndecided(suite)) continue;
    if (group != 0 && candidates_[2][suite.values[2]].id != group) continue;
    by_new_values[kAxes - NewValuesOf(suite)].push_back(index);
  }
  Batch batch;
  for (const Batch& part : by_new_values) {
    const size_t count = std::min(part.size(), at_most - batch.size());
    batch.insert(batch.end(), part.begin(), part.begin() + static_cast<ptrdiff_t>(count));
  }
  return batch;
}

Ikev1Space::Batch Ikev1Space::NextBatchOf(size_t bytes, size_t copies) const {
  Batch batch = NextBatch(bytes / (copies * kTransformBytes));
  size_t used = 0;
  size_t count = 0;
  for (size_t index : batch) {
    bool has_length = Transform(index).key_length != 0;
    used += copies * (kTransformBytes + (has_length ? kKeyLengthBytes : 0));
    if (used > bytes) break;
    ++count;
  }
  batch.resize(count);
  return batch;
}

Ikev1Transform Ikev1Space::Transform(size_t index) const {
  const Suite& suite = suites_[index];
  const Candidate& cipher = candidates_[0][suite.values[0]];
  Ikev1Transform transform;
  transform.encryption = cipher.id;
  transform.key_length = cipher.key_length;
  transform.hash = candidates_[1][suite.values[1]].id;
  transform.group = candidates_[2][suite.values[2]].id;
  transform.life_seconds = 0;
  return transform;
}

void Ikev1Space::Refuse(const Batch& batch) {
  for (size_t index : batch) suites_[index].state = State::kRefused;
}

void Ikev1Space::Silence(const Batch& batch) {
  for (size_t index : batch) suites_[index].state = State::kSilent;
}

void Ikev1Space::RefuseRest() {
  for (Suite& suite : suites_) suite.state = State::kRefused;
}

void Ikev1Space::SetImplementation(std::string_view name) {
  if (name == kStrongSwan) family_ = Family::kStrongSwan;
  if (name == kLibreswan) family_ = Family::kLibreswan;
}

void Ikev1Space::Retry() {
  for (Suite& suite : suites_) {
    if (suite.state == State::kSilent) suite.state = State::kDoubtful;
  }
}

void Ikev1Space::ReopenAll() {
  for (Suite& suite : suites_) suite.state = State::kOpen;
}

void Ikev1Space::BeginAnew() {
  for (Suite& suite : suites_) {
    const bool is_silent = suite.state == State::kSilent || suite.state == State::kDoubtful;
    suite.state = is_silent ? State::kLost : State::kOpen;
  }
}

bool Ikev1Space::Learn(const Ikev1Suite& suite) {
  bool fresh = false;
  auto accept = [&](size_t axis, uint16_t id, uint16_t key_length) {
    const std::vector<Candidate>& candidates = candidates_[axis];
    for (size_t index = 0; index < candidates.size(); ++index) {
      const Candidate& c = candidates[index];
      if (c.id != id || (c.key_length != key_length && c.key_length != 0)) continue;
      fresh |= !accepted_[axis][index];
      accepted_[axis].set(index);
    }
  };
  const Algorithm* cipher =
      FindAnswered(IkeVersion::kV1, Kind::kEncryption, suite.encryption, suite.key_length);
  accept(0, suite.encryption, cipher == nullptr ? suite.key_length : cipher->key_length);
  accept(1, suite.hash, 0);
  accept(2, suite.group, 0);
  return fresh;
}

std::vector<uint16_t> Ikev1Space::AcceptedGroups() const {
  std::vector<Candidate> groups;
  ForEach(accepted_[2], [&](size_t index) { groups.push_back(candidates_[2][index]); });
  std::ranges::stable_sort(groups, std::ranges::greater{}, &Candidate::weight);
  std::vector<uint16_t> ids;
  std::ranges::transform(groups, std::back_inserter(ids), &Candidate::id);
  return ids;
}

void Ikev1Space::Report(VersionAudit* result) const {
  std::array<ValueSet, kAxes> open;
  for (const Suite& suite : suites_) {
    if (!IsUndecided(suite)) continue;
    for (size_t axis = 0; axis < kAxes; ++axis) open[axis].set(suite.values[axis]);
  }
  for (size_t axis = 0; axis < kAxes; ++axis) {
    auto id_of = [&](size_t index) {
      const Candidate& candidate = candidates_[axis][index];
      return AlgorithmId{kKinds[axis], candidate.id, candidate.key_length};
    };
    ForEach(accepted_[axis], [&](size_t index) { result->accepted.push_back(id_of(index)); });
    ForEach(open[axis] & ~accepted_[axis],
            [&](size_t index) { result->unknown.push_back(id_of(index)); });
  }
  std::ranges::sort(result->accepted);
  std::ranges::sort(result->unknown);
}

}  // namespace ike::audit
