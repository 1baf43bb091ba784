// Audit: finds out everything that one IKE version of one endpoint accepts, by many exchanges.
// Sans-IO: it says which opening to send next and is told what came of it; pacing, budget and
// retransmission are its owner's. One object per version and endpoint, of one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/opening.h"
#include "probes/algorithms/registry.h"
#include "probes/exchange/outcome.h"
#include "probes/target.h"

namespace ike {

// One algorithm with one key length, by the numbers that were on the wire.
struct AlgorithmId {
  Kind kind{};
  uint16_t id = 0;
  uint16_t key_length = 0;  // bits; 0 where the algorithm has one length

  friend auto operator<=>(const AlgorithmId&, const AlgorithmId&) = default;
};

struct Undecidable {
  AlgorithmId algorithm;
  std::string_view why;  // a constant
};

struct VersionAudit {
  bool answered = false;
  bool complete = false;              // nothing that could have been decided is unknown
  std::vector<AlgorithmId> accepted;  // sorted
  std::vector<AlgorithmId> unknown;
  std::vector<Undecidable> undecidable;
  std::vector<Ikev2Suite> ikev2_suites;  // really selected, in the order they were found
  std::vector<Ikev1Suite> ikev1_suites;
  bool main_mode = false;        // IKEv1: selected a transform in Main Mode
  bool aggressive_mode = false;  // IKEv1: selected one, or was refused for its identity only
  std::optional<Ikev1Suite> aggressive_suite;  // the one selected there
  uint32_t requests = 0;    // openings sent, follow-ups (cookie) and retransmissions included
  AnswerDetails responder;  // of the most telling answer, for its vendor ids
  std::string_view implementation = kUnknownImplementation;  // of Implementations() (vendor_ids.h)

  bool accepts_something() const { return main_mode || aggressive_mode || !accepted.empty(); }
};

enum class AuditAction : uint8_t { kSend, kWait, kDone };

struct AuditStep {
  AuditAction action = AuditAction::kDone;
  Opening opening;              // kSend
  bool may_leave_state = true;  // kSend: wants a slot of the half-open budget
  int timeout_fifths = 5;       // kSend: of the timeout; fewer where silence is likely
  TimePoint until{};            // kWait
};

struct AuditLimits {
  uint32_t max_requests = 400;                             // of one version
  Duration pause_after_silence{std::chrono::seconds(35)};  // longer than strongSwan's 30 s
  int max_pauses = 4;
  // IKEv2 openings that exist to be selected: they reveal four values at once, but cost the
  // endpoint a DH computation and a half-open SA. Where the oracle does not work every question is
  // one.
  int max_reveals = 4;
  // Of IKE: never fragmented on a path of 1500 bytes, over PPPoE (8) and IPv6 (40), with UDP's
  // header (8) and the non-ESP marker (4).
  size_t max_message_bytes = 1440;
};

class Audit {
 public:
  virtual ~Audit() = default;

  // What to do now. After kSend the owner carries the exchange out and calls OnOutcome before Next.
  virtual AuditStep Next(TimePoint now) = 0;
  virtual void OnOutcome(const Outcome& outcome, TimePoint now) = 0;

  // Whose implementation it is, as the audit of the other version or a probe found out: free_list
  // the questions whose answers that settles. What the audit has seen itself goes before it.
  virtual void NoteImplementation(std::string_view name) = 0;
  // Everything was refused or met silence so far, and knowing the implementation would spare some
  // of what is left: worth waiting for the other version's audit.
  virtual bool wants_implementation() const = 0;

  // How far it is: requests so far, and a rough estimate of all.
  virtual uint32_t requests() const = 0;
  virtual uint32_t estimated_requests() const = 0;

  // REQUIRES: Next returned kDone, or the audit is abandoned (then it is incomplete).
  virtual VersionAudit Result() const = 0;
};

std::unique_ptr<Audit> MakeIkev2Audit(const AuditLimits& limits);
std::unique_ptr<Audit> MakeIkev1Audit(const AuditLimits& limits);

}  // namespace ike
