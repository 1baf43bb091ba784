// SimEndpoint: an IKE responder that exists only as answers to openings. What it does is written
// down from what strongSwan 5.9 and libreswan 4.10 were seen to do, and from RFC 7296 and RFC 9370;
// it shares no code with the audits. For tests; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "probes/audit.h"
#include "probes/opening.h"
#include "probes/outcome.h"

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
  bool silent_v1 = false;            // drops what it refuses
  bool silent_v2 = false;            // no IKEv2 at all
  bool aggressive = false;           // IKEv1 Aggressive Mode is allowed
  bool wants_identity = false;       // INVALID-ID-INFORMATION in Aggressive Mode
  std::vector<uint16_t> methods{1};  // IKEv1 authentication; not strongSwan in Main Mode
  size_t longest_message = 100000;   // larger ones are dropped
  bool refuses_version = false;      // INVALID_MAJOR_VERSION to everything
  bool wants_life = false;           // IKEv1: refuses transforms without a life
  bool main_mode = true;             // IKEv1: false = refuses every suite there
  bool refuses_methods = false;      // IKEv1, not strongSwan: refuses aloud those that it lacks
  bool is_odd_about_groups = false;  // IKEv2: INVALID_SYNTAX to KE payloads of groups it lacks
  bool drops_additional = false;     // IKEv2: offers with transform types 6 to 12
  size_t most_transforms = 100000;   // IKEv2: refuses openings with more
  size_t silent_after = 100000;      // answers
  bool anonymous = false;            // nothing in its answers names the implementation
};

class SimEndpoint {
 public:
  SimEndpoint(Behaviour behaviour, uint64_t seed)
      : behaviour_(std::move(behaviour)), random_(seed) {}

  std::vector<ProposalV2> v2;
  std::vector<ProposalV1> v1;

  // One whole exchange with `loss` of the datagrams each way. Advances `now` by what it takes.
  Outcome Exchange(const Opening& opening, double loss, TimePoint* now);

  // What is configured: every value of some combination that would be selected if offered alone.
  std::set<AlgorithmId> TruthV2() const;
  std::set<AlgorithmId> TruthV1() const;

  size_t most_half_open() const { return most_half_open_; }
  size_t cookies() const { return cookies_; }
  size_t drops() const { return drops_; }

 private:
  struct Answer {
    AnswerKind kind = AnswerKind::kNone;
    uint16_t notify = 0;
    uint16_t group = 0;
    Ikev2Suite v2;
    Ikev1Suite v1;
    uint64_t responder_spi = 0;
    uint8_t notify_spi_size = 0;
  };
  Answer Respond(const Opening& opening);
  void Dress(Outcome* outcome) const;
  bool IsTooOddForIt(const Ikev2Opening& opening, Answer* answer) const;
  Answer RespondV2(const Ikev2Opening& opening);
  Answer RespondV1(const Ikev1Opening& opening);
  std::optional<Ikev2Suite> SelectV2(const Ikev2Opening& opening) const;
  std::optional<Ikev2Suite> Match(const ProposalV2& own, const OfferedProposal& offered) const;
  bool MatchSlots(const ProposalV2& own, const OfferedProposal& offered, Ikev2Suite* suite) const;
  std::optional<Ikev1Suite> SelectV1(const Ikev1Opening& opening) const;
  bool MatchV1(const ProposalV1& own, const Ikev1Transform& offered) const;
  size_t HalfOpen(TimePoint now);
  bool Lost(double loss);

  Behaviour behaviour_;
  std::mt19937_64 random_;
  std::deque<TimePoint> half_open_;
  size_t most_half_open_ = 0;
  size_t cookies_ = 0;
  size_t drops_ = 0;
  size_t answers_ = 0;
};

// Carries an audit out against the endpoint, with the budget and the rate of the engine's defaults.
struct SimRun {
  VersionAudit result;
  Duration took{};
  uint32_t may_leave_state = 0;
  uint32_t waits = 0;
};
SimRun RunAudit(Audit* audit, SimEndpoint* endpoint, double loss, int half_open_budget = 2);

}  // namespace ike::sim
