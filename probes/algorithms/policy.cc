#include "probes/algorithms/policy.h"

#include <algorithm>
#include <array>
#include <utility>

#include "probes/algorithms/policy_tables.h"

namespace ike {
namespace {

struct Equivalent {
  uint16_t ikev1;
  uint16_t ikev2;
};

// RFC 2409 appendix A and IANA's ipsec-registry beside ikev2-parameters. A hash of IKEv1 is its
// PRF.
constexpr Equivalent kCiphers[] = {{1, 2}, {2, 5}, {3, 7},  {4, 4},
                                   {5, 3}, {6, 6}, {7, 12}, {8, 23}};
constexpr Equivalent kHashes[] = {{1, 1}, {2, 2}, {3, 3}, {4, 5}, {5, 6}, {6, 7}};

uint16_t Translate(std::span<const Equivalent> table, uint16_t id) {
  auto found = std::ranges::find(table, id, &Equivalent::ikev1);
  return found == table.end() ? id : found->ikev2;
}

struct Role {
  Kind kind;
  uint16_t id;
};

// What an algorithm is in IKEv2's terms; an additional key exchange is judged as a key exchange.
Role RoleOf(IkeVersion version, Kind kind, uint16_t id) {
  if (kind == Kind::kAdditionalKe) return {Kind::kDh, id};
  if (version == IkeVersion::kV2) return {kind, id};
  if (kind == Kind::kEncryption) return {kind, Translate(kCiphers, id)};
  if (kind == Kind::kHash) return {Kind::kPrf, Translate(kHashes, id)};
  return {kind, id};
}

bool Names(const Algorithm& row, std::string_view text) {
  return row.name == text || row.label == text || std::to_string(row.id) == text;
}

bool Lists(const std::vector<std::string>& list, const Algorithm& row) {
  return std::ranges::any_of(list, [&](const std::string& text) { return Names(row, text); });
}

std::optional<Verdict> VerdictOf(std::string_view name) {
  auto found = std::ranges::find(kVerdictNames, name);
  if (found == kVerdictNames.end()) return std::nullopt;
  return static_cast<Verdict>(found - kVerdictNames.begin());
}

bool HasStrength(Kind kind) {
  return kind == Kind::kEncryption || kind == Kind::kDh || kind == Kind::kAdditionalKe;
}

const PolicyTable& FindTable(std::string_view name) {
  std::span<const PolicyTable> all = BuiltInPolicies();
  auto found = std::ranges::find(all, name, &PolicyTable::name);
  return found == all.end() ? all.front() : *found;
}

}  // namespace

std::span<const PolicyTable> BuiltInPolicies() {
  static const std::array<PolicyTable, 4> kAll = {kIetfPolicy, kNistPolicy, kBsiPolicy,
                                                  kCnsa2Policy};
  return kAll;
}

bool IsBuiltInPolicy(std::string_view name) {
  std::span<const PolicyTable> all = BuiltInPolicies();
  return std::ranges::find(all, name, &PolicyTable::name) != all.end();
}

Policy::Policy(std::string_view built_in) : table_(&FindTable(built_in)) {
  overrides_.name = table_->name;
  overrides_.extends = table_->name;
}

Policy::Policy(PolicyOverrides overrides)
    : table_(&FindTable(overrides.extends)), overrides_(std::move(overrides)) {}

PolicyOpinion Policy::Judge(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length) const {
  const Algorithm* row = FindAnswered(version, kind, id, key_length);
  if (row != nullptr) {
    if (std::optional<PolicyOpinion> own = JudgeByOverrides(*row)) return *own;
  }
  return JudgeByTable(version, kind, id, key_length);
}

PolicyOpinion Policy::JudgeByTable(IkeVersion version, Kind kind, uint16_t id,
                                   uint16_t key_length) const {
  Role role = RoleOf(version, kind, id);
  for (const PolicyRow& row : table_->rows) {
    bool fits = row.kind == role.kind && row.first <= role.id && role.id <= row.last &&
                (row.key_length == 0 || row.key_length == key_length);
    if (fits) return {!row.allowed, std::string(row.level), std::string(row.reference), row.draft};
  }
  const PolicyRow& row = table_->otherwise;
  return {!row.allowed, std::string(row.level), std::string(row.reference), row.draft};
}

std::optional<PolicyOpinion> Policy::JudgeByOverrides(const Algorithm& row) const {
  const std::string reference = "policy " + overrides_.name;
  auto violation = [&](std::string level) {
    return PolicyOpinion{true, std::move(level), reference, false};
  };
  auto allowed = [&] { return PolicyOpinion{false, "allowed", reference, false}; };
  if (row.kind == Kind::kProtocol || row.kind == Kind::kMode) {
    bool mode = row.kind == Kind::kMode;
    if (row.version == IkeVersion::kV2 || (mode && row.id != kAggressiveMode)) return std::nullopt;
    const std::optional<bool>& allow =
        mode ? overrides_.allow_aggressive_mode : overrides_.allow_ikev1;
    if (!allow) return std::nullopt;
    return *allow ? allowed() : violation("not allowed");
  }
  auto denied = overrides_.deny.find(KindName(row.kind));
  if (denied != overrides_.deny.end() && Lists(denied->second, row)) return violation("denied");
  auto listed = overrides_.allow.find(KindName(row.kind));
  bool is_listed = listed != overrides_.allow.end();
  if (is_listed && !Lists(listed->second, row)) return violation("not allowed");
  std::optional<uint16_t> minimum = overrides_.minimum_strength;
  if (minimum && HasStrength(row.kind) && row.strength_bits < *minimum) {
    return violation("below " + std::to_string(*minimum) + " bits");
  }
  if (overrides_.minimum_verdict) {
    std::optional<Verdict> least = VerdictOf(*overrides_.minimum_verdict);
    if (least && row.verdict > *least) return violation(std::string(VerdictName(row.verdict)));
  }
  if (is_listed) return allowed();
  return std::nullopt;
}

}  // namespace ike
