// UserPolicy: one [policies.NAME] table, its names checked. Made by config/load.h, turned into
// a policy the audit can judge by (probes/algorithms) when the configuration is put to use. Values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace config {

// By kind as the audit names them (contract section 4): "encryption", "integrity", "prf", "dh",
// "additional_ke", "hash", "authentication". Algorithms are known to probes/algorithms/registry.h,
// by name ("ENCR_AES_CBC": every key length), by label ("ENCR_AES_CBC_256"), groups by number too.
using AlgorithmLists = std::map<std::string, std::vector<std::string>, std::less<>>;

// What is absent is taken from `extends`.
struct UserPolicy {
  std::string name;
  std::string extends = "ietf";  // a built-in policy
  AlgorithmLists allow;          // a kind listed here allows these algorithms, no others
  AlgorithmLists deny;           // violations whatever else is said
  std::optional<uint16_t> minimum_strength;    // bits; of groups and ciphers
  std::optional<std::string> minimum_verdict;  // "strong", "acceptable", "weak" or "broken"
  std::optional<bool> allow_ikev1;
  std::optional<bool> allow_aggressive_mode;
  std::optional<bool> require_post_quantum;
};

}  // namespace config
