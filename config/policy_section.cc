#include "config/policy_section.h"

#include <algorithm>
#include <charconv>

#include "config/fields.h"
#include "config/names.h"
#include "config/suggest.h"

namespace config {
namespace {

constexpr std::string_view kKinds[] = {"encryption",    "integrity", "prf",           "dh",
                                       "additional_ke", "hash",      "authentication"};
constexpr std::string_view kVerdicts[] = {"strong", "acceptable", "weak", "broken"};
constexpr size_t kMaxAlgorithmName = 64;

bool IsAlgorithmCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// A number is the IANA one of the kind; its name may stand in its place.
bool ReadAlgorithm(const Value& element, std::vector<std::string>& algorithms) {
  constexpr std::string_view kExpected =
      "an IANA name such as \"ENCR_AES_CBC_256\", or an IANA number";
  if (const auto number = element.node.integer()) {
    if (*number < 0 || *number > 65535) return element.Reject("is no IANA number", "0 to 65535");
    algorithms.push_back(std::to_string(*number));
    return true;
  }
  const auto text = ReadString(element, kExpected);
  if (!text) return false;
  const bool plausible = !text->empty() && text->size() <= kMaxAlgorithmName &&
                         std::all_of(text->begin(), text->end(), IsAlgorithmCharacter);
  if (!plausible) return element.Reject("is no algorithm", kExpected);
  algorithms.emplace_back(*text);
  return true;
}

bool ReadAlgorithmLists(const Value& value, AlgorithmLists& lists) {
  if (value.node.type() != NodeType::kTable) {
    return value.RejectType("lists of algorithms by kind, such as { dh = [19, 20] }");
  }
  bool valid = true;
  for (const Member& member : value.node.members()) {
    if (std::find(std::begin(kKinds), std::end(kKinds), member.key) == std::end(kKinds)) {
      ReportUnknownKey(member, value.key, kKinds, value.problems);
      valid = false;
      continue;
    }
    auto& list = lists[std::string(member.key)];
    valid &= ReadArray(Value{member.key, member.value, value.problems}, "a list of algorithms",
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
  const auto index = ReadChoice(value, {"a verdict", kVerdicts});
  if (index) policy.minimum_verdict = kVerdicts[*index];
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
