// RecentAnswers: the last answer of each endpoint to a full opening, from whatever probe it came.
// Where the half-open budget allows a request none of its own, it stands in for one. Shared by all
// engines of the process; any thread. Bounded: the oldest go first.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "probes/base/ip_address.h"
#include "probes/exchange/outcome.h"
#include "probes/target.h"

namespace exporter {

class RecentAnswers {
 public:
  static constexpr ike::Duration kLifetime = std::chrono::minutes(5);
  static constexpr size_t kMost = 20000;

  // What was asked of whom: answers to other proposals say nothing of these.
  struct Question {
    ike::Endpoint endpoint;
    ike::Transport transport{};
    ike::IkeVersion version{};
    ike::ProposalSet proposal{};
    ike::Ikev1Mode exchange{};

    friend bool operator==(const Question&, const Question&) = default;
  };
  struct Circumstances {
    uint16_t implementation = 0;
    ike::TimePoint at{};
    bool refusals_unanswered = false;  // openings that leave no state meet silence there
  };
  struct Answer : Circumstances {
    ike::Outcome outcome;
  };

  static Question QuestionOf(const ike::ProbeSettings& settings, const ike::IpAddress& address,
                             ike::IkeVersion version);

  // Renews an answer in place, so that a probe of a known endpoint allocates nothing.
  // REQUIRES: no earlier call had a later `circumstances.at`.
  void Put(const Question& question, const ike::Outcome& outcome,
           const Circumstances& circumstances);
  // Nothing where there is none that is young enough.
  std::optional<Answer> Find(const Question& question, ike::TimePoint now) const;
  size_t size() const;

 private:
  struct Hash {
    size_t operator()(const Question& question) const;
  };

  struct Entry {
    Question question;
    Answer answer;
  };
  using Entries = std::list<Entry>;

  mutable std::mutex mutex_;  // guards all below
  Entries by_age_;            // oldest first
  std::unordered_map<Question, Entries::iterator, Hash> entries_;
};

}  // namespace exporter
