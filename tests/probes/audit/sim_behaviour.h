// What a SimEndpoint has configured and how it behaves. Plain values, filled by tests.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ike::sim {

struct Cipher {
  uint16_t id = 0;
  uint16_t key_length = 0;
  bool aead = false;
  friend auto operator<=>(const Cipher&, const Cipher&) = default;
};

// One configured IKEv2 proposal: any of each. An empty slot is not configured; 0 in a slot is NONE.
struct ProposalV2 {
  std::vector<Cipher> ciphers;
  std::vector<uint16_t> integrity;  // empty with AEAD
  std::vector<uint16_t> prfs;
  std::vector<uint16_t> groups;
  std::array<std::vector<uint16_t>, 7> slots;
};

// One configured IKEv1 proposal.
struct ProposalV1 {
  std::vector<Cipher> ciphers;
  std::vector<uint16_t> hashes;
  std::vector<uint16_t> groups;
};

enum class Manner : uint8_t {
  kStrongSwan,
  kLibreswan,
  kGroupFirst,  // names a group before it has looked at the rest
  kNoNames,     // NO_PROPOSAL_CHOSEN where RFC 7296 wants INVALID_KE_PAYLOAD
};

struct Behaviour {
  Manner manner = Manner::kStrongSwan;
  bool additional = false;  // knows RFC 9370
  bool ignores_unknown_types = false;
  bool initiator_order = false;  // of transforms within a proposal
  bool limits = true;            // strongSwan's cookie threshold 3 and block threshold 5
  bool cookies_always = false;
  bool silent_v1 = false;                    // drops what it refuses
  bool silent_v2 = false;                    // no IKEv2 at all
  bool aggressive = false;                   // IKEv1 Aggressive Mode is allowed
  bool wants_identity = false;               // INVALID-ID-INFORMATION in Aggressive Mode
  std::vector<uint16_t> methods{1};          // IKEv1 authentication; not strongSwan in Main Mode
  std::vector<uint16_t> aggressive_methods;  // where they differ in Aggressive Mode
  size_t longest_message = 100000;           // larger ones are dropped
  bool refuses_version = false;              // INVALID_MAJOR_VERSION to everything
  bool wants_life = false;                   // IKEv1: refuses transforms without a life
  bool main_mode = true;                     // IKEv1: false = refuses every suite there
  bool refuses_methods = false;      // IKEv1, not strongSwan: refuses aloud those that it lacks
  bool is_odd_about_groups = false;  // IKEv2: INVALID_SYNTAX to KE payloads of groups it lacks
  bool drops_additional = false;     // IKEv2: offers with transform types 6 to 12
  size_t most_transforms = 100000;   // IKEv2: refuses openings with more
  size_t silent_after = 100000;      // answers
  bool anonymous = false;            // nothing in its answers names the implementation
};

}  // namespace ike::sim
