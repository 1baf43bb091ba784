#include "config/policy_section.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "config/fields.h"
#include "config/names.h"
#include "config/suggest.h"
#include "probes/algorithms/registry.h"

namespace config {
namespace {

using ike::Kind;

// Modes and versions have flags of their own.
constexpr Kind kKinds[] = {Kind::kEncryption,   Kind::kIntegrity, Kind::kPrf,           Kind::kDh,
                           Kind::kAdditionalKe, Kind::kHash,      Kind::kAuthentication};

constexpr auto MakeKindNames() {
  std::array<std::string_view, std::size(kKinds)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = ike::KindName(kKinds[i]);
  return names;
}
constexpr auto kKindNames = MakeKindNames();

// Groups have one number space for both versions; all other numbers mean two things.
bool HasNumbers(Kind kind) { return kind == Kind::kDh || kind == Kind::kAdditionalKe; }

bool IsNumberOf(Kind kind, int64_t number) {
  const auto rows = ike::AllAlgorithms();
  return std::any_of(rows.begin(), rows.end(), [&](const ike::Algorithm& row) {
    return row.kind == kind && row.id == number;
  });
}

// Its name stands for every key length, its label for one.
bool IsNameOf(Kind kind, std::string_view text) {
  const auto rows = ike::AllAlgorithms();
  return std::any_of(rows.begin(), rows.end(), [&](const ike::Algorithm& row) {
    return row.kind == kind && (row.name == text || row.label == text);
  });
}

std::string ExpectedAlgorithm(Kind kind, std::string_view text) {
  std::vector<std::string_view> names;
  for (const ike::Algorithm& row : ike::AllAlgorithms()) {
    if (row.kind != kind) continue;
    names.push_back(row.name);
    names.push_back(row.label);
  }
  const std::string_view nearest = Nearest(text, names);
  if (!nearest.empty()) return Quoted(nearest);
  return HasNumbers(kind) ? "an IANA number or name such as 19 or \"256-bit random ECP group\""
                          : "an IANA name such as " + Quoted(names.back());
}

struct AlgorithmList {
  Kind kind;
  std::vector<std::string>& names;
};

bool ReadAlgorithm(const Value& element, AlgorithmList& list) {
  const std::string wrong = "is not in the registry of " + std::string(ike::KindName(list.kind));
  const auto number = element.node.integer();
  if (number && HasNumbers(list.kind)) {
    if (!IsNumberOf(list.kind, *number)) {
      return element.Reject(wrong, ExpectedAlgorithm(list.kind, {}));
    }
    list.names.push_back(std::to_string(*number));
    return true;
  }
  const auto text = ReadString(element, ExpectedAlgorithm(list.kind, {}));
  if (!text) return false;
  if (!IsNameOf(list.kind, *text)) {
    return element.Reject(wrong, ExpectedAlgorithm(list.kind, *text));
  }
  list.names.emplace_back(*text);
  return true;
}

bool ReadAlgorithmLists(const Value& value, AlgorithmLists& lists) {
  if (value.node.type() != NodeType::kTable) {
    return value.RejectType("lists of algorithms by kind, such as { dh = [19, 20] }");
  }
  bool valid = true;
  for (const Member& member : value.node.members()) {
    const auto name = std::find(kKindNames.begin(), kKindNames.end(), member.key);
    if (name == kKindNames.end()) {
      ReportUnknownKey(member, value.key, kKindNames, value.problems);
      valid = false;
      continue;
    }
    AlgorithmList list{kKinds[name - kKindNames.begin()], lists[std::string(member.key)]};
    valid &= ReadArray(Value{member.key, member.value, value.problems}, "an array of algorithms",
                       [&](const Value& element) { return ReadAlgorithm(element, list); });
  }
  return valid;
}

bool ReadExtends(const Value& value, UserPolicy& policy) {
  const auto index = ReadChoice(value, {"a built-in policy", kBuiltinPolicies});
  if (index) policy.extends = kBuiltinPolicies[*index];
  return index.has_value();
}

bool ReadVerdict(const Value& value, UserPolicy& policy) {
  const auto index = ReadChoice(value, {"a verdict", ike::kVerdictNames});
  if (index) policy.minimum_verdict = ike::kVerdictNames[*index];
  return index.has_value();
}

bool ReadStrength(const Value& value, UserPolicy& policy) {
  const auto bits = ReadInteger(value, {0, 512, "a strength in bits"});
  if (bits) policy.minimum_strength = static_cast<uint16_t>(*bits);
  return bits.has_value();
}

template <std::optional<bool> UserPolicy::*member>
bool ReadFlag(const Value& value, UserPolicy& policy) {
  policy.*member = ReadBoolean(value);
  return (policy.*member).has_value();
}

constexpr Field<UserPolicy> kFields[] = {
    {"extends", ReadExtends},
    {"allow", [](const Value& v, UserPolicy& p) { return ReadAlgorithmLists(v, p.allow); }},
    {"deny", [](const Value& v, UserPolicy& p) { return ReadAlgorithmLists(v, p.deny); }},
    {"minimum_strength", ReadStrength},
    {"minimum_verdict", ReadVerdict},
    {"allow_ikev1", ReadFlag<&UserPolicy::allow_ikev1>},
    {"allow_aggressive_mode", ReadFlag<&UserPolicy::allow_aggressive_mode>},
    {"require_post_quantum", ReadFlag<&UserPolicy::require_post_quantum>},
};

}  // namespace

void ReadPolicyTable(const Value& value, UserPolicy& policy) {
  ReadSection(value, "[policies." + policy.name + "]", kFields, policy);
}

}  // namespace config
