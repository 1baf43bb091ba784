// Policy: what one body (IETF, NIST, BSI, CNSA 2.0) or one operator lets an endpoint accept. Judges
// one algorithm in its role; audit_report.h makes findings of it. "Weak" and "broken" are the
// registry's and no matter of policies. Made once per configuration; immutable, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "probes/algorithms/registry.h"

namespace ike {

// What a policy says of some algorithms of one kind. Groups and IKEv2 numbers; IKEv1's ciphers and
// hashes are judged as what they are in IKEv2.
struct PolicyRow {
  Kind kind{};
  uint16_t first = 0;  // IANA numbers, both included
  uint16_t last = 0;
  uint16_t key_length = 0;  // 0 = every length
  bool allowed = false;
  std::string_view level;  // in the body's own words: "MUST NOT", "not approved", "recommended"
  std::string_view reference;
  bool draft = false;  // its source could not be checked
};

struct PolicyTable {
  std::string_view name;
  std::string_view title;
  std::string_view version;         // date of the last change
  std::string_view change;          // what it was
  std::span<const PolicyRow> rows;  // the first that fits counts
  PolicyRow otherwise;              // where none does
  bool require_post_quantum = false;
  std::string_view post_quantum_reference;
  bool post_quantum_draft = false;      // likewise, of what requires it
  std::string_view strongswan_example;  // a proposal that complies
  std::string_view libreswan_example;
};

// ietf, nist, bsi, cnsa2.
std::span<const PolicyTable> BuiltInPolicies();
bool IsBuiltInPolicy(std::string_view name);

// An operator's own, on top of a built-in one; what is absent is taken from there. Kinds by
// KindName, algorithms by name, label or number of the registry; what is in no registry matches
// nothing.
struct PolicyOverrides {
  using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;
  std::string name;
  std::string extends = "ietf";
  Lists allow;  // a kind listed here allows these algorithms, no others
  Lists deny;   // violations whatever else is said
  std::optional<uint16_t> minimum_strength;    // bits; of groups and ciphers
  std::optional<std::string> minimum_verdict;  // a VerdictName
  std::optional<bool> allow_ikev1;
  std::optional<bool> allow_aggressive_mode;
  std::optional<bool> require_post_quantum;
};

struct PolicyOpinion {
  bool violation = false;
  std::string level;
  std::string reference;
  bool draft = false;
};

class Policy {
 public:
  // A built-in policy by name; of an unknown name, ietf.
  explicit Policy(std::string_view built_in);
  explicit Policy(PolicyOverrides overrides);

  const std::string& name() const { return overrides_.name; }
  const PolicyTable& table() const { return *table_; }

  // Also of modes (exchange types) and protocols (version numbers).
  PolicyOpinion Judge(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length = 0) const;

  bool require_post_quantum() const {
    return overrides_.require_post_quantum.value_or(table_->require_post_quantum);
  }

 private:
  PolicyOpinion JudgeByTable(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length) const;
  std::optional<PolicyOpinion> JudgeByOverrides(const Algorithm& row) const;

  const PolicyTable* table_;
  PolicyOverrides overrides_;
};

}  // namespace ike
