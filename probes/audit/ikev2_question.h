// What the IKEv2 audit is asking: one question in one or several messages, what is thought of its
// oracle, what was refused, and how far the questions about additional key exchanges are. Plain
// data of the audit; of one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "probes/audit/ikev2_offer.h"
#include "probes/audit/ikev2_space.h"

namespace ike::audit {

enum class Ikev2Phase : uint8_t {
  kGroups,      // which groups, and which one serves the oracle
  kVerify,      // a real selection of what the oracle named
  kAdditional,  // whether RFC 9370 offers change anything
  kAxes,
  kRetry,       // what met silence, once more
  kLastResort,  // nothing accepted: plain openings, in case the oracle hid it
  kDone
};

enum class Ikev2Purpose : uint8_t {
  kContact,  // the plainest opening: is anybody there?
  kSearch,
  kSlots,  // the searches of several slots at once
  kReveal,
  kNonsense,  // an unassigned cipher: a trustworthy oracle refuses it
  kAdditional,
  kLastResort
};

struct Ikev2Question {
  Ikev2Purpose purpose = Ikev2Purpose::kSearch;
  Axis axis = Axis::kGroup;
  ValueSet subset;
  std::vector<Proposals> messages;
  size_t next = 0;
  bool silent = false;        // one of the messages got no verdict
  bool rare_methods = false;  // kSlots
};

struct OracleState {
  bool trusted = true;
  bool refusal_proven = false;  // NO_PROPOSAL_CHOSEN came where only a cipher or a hash was wrong
  bool nonsense_due = false;
  uint16_t group = 0;
  size_t next_group = 0;
  int odd_answers = 0;
};

struct RefusalsSeen {
  bool version = false;
  bool with_spi = false;  // NO_PROPOSAL_CHOSEN came with a responder SPI
  bool without_spi = false;
  bool last_resort = false;
};

// An offer that was accepted and the group that was named.
struct Ikev2Match {
  Proposals proposals;
  uint16_t group = 0;
};

enum class AdditionalStep : uint8_t {
  kTolerant,    // seven slots that may be NONE: a responder with RFC 9370 takes NONE where it has
                // none
  kFirstSlot,   // the first slot required
  kOtherSlots,  // another slot required, or one method at a time
  kStrict,      // exactly one, two, three slots: libreswan wants all that is offered to match
  kStrictSlots,
  kNonsense,  // an unassigned method: taken by those that ignore types they do not know
  kVerify,    // a real selection, which shows the method
  kDone
};

struct AdditionalProgress {
  AdditionalStep step = AdditionalStep::kTolerant;
  std::vector<size_t> strict_slots;  // that were accepted
  size_t strict_asked = 0;
  bool tolerant = false;
  std::optional<Ikev2Match> match;
  bool verified = false;
  std::array<bool, 2> one_by_one{};  // [rare methods]: one of the slots takes something
  bool silent = false;               // then refusals are not to be relied on
};

}  // namespace ike::audit
