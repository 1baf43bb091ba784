// How far the IKEv1 audit is: what it asks in which order, what it knows of authentication methods
// and Aggressive Mode, and why it cannot tell. Plain data of the audit; of one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "probes/algorithms/suite.h"
#include "probes/audit/ikev1_methods.h"

namespace ike::audit {

enum class Ikev1Phase : uint8_t {
  kContact,       // likely suites, common methods; if silent, XAUTH, plainer ones, Aggressive Mode
  kSweep,         // all suites, with the method that works
  kOtherMethods,  // nothing selected so far: perhaps it wants another method
  kLastResort,    // still nothing: an opening as ordinary clients send it
  kMethods,       // which methods, of a suite that is known to be accepted
  kAggressive,
  kRetry,
  kConnections,  // other methods, which may have suites of their own
  kDone
};

enum class Ikev1Purpose : uint8_t {
  kContact,
  kSweep,
  kOtherMethods,
  kLastResort,
  kMethods,
  kAggressive,
  kConnection
};

// Why a method is undecidable.
inline constexpr std::string_view kEchoesMethods =
    "this endpoint takes suites with any authentication method in Main Mode, even unassigned "
    "ones";
inline constexpr std::string_view kSilentOnMethods =
    "this endpoint is silent when it is offered methods that it lacks, which says nothing of "
    "each";
inline constexpr std::string_view kOnlyAggressive =
    "this endpoint answers Aggressive Mode only, where a few common suites are asked about";
// Contacts after the first: one with XAUTH's methods, a plainer one, and both kinds of methods in
// Aggressive Mode.
inline constexpr int kXauthContact = 1;
inline constexpr int kPlainestContact = 2;
inline constexpr int kAggressiveContact = 3;
inline constexpr int kAggressiveXauthContact = 4;

struct MethodProgress {
  Methods left;
  bool started = false;
  Methods accepted;
  std::map<uint16_t, std::string_view> undecidable;  // why
};

struct ConnectionProgress {
  Methods lacking;            // met silence in Main Mode where others were answered
  std::vector<Methods> left;  // to ask about, the next ones last
  bool started = false;
};

struct AggressiveProgress {
  std::vector<uint16_t> groups;  // the next one last
  std::vector<Methods> methods;  // likewise; what one opening may hold
  size_t refused = 0;            // suites of the group
  size_t offered = 0;            // the same when the question is refused
  bool started = false;
  std::vector<uint16_t> tried;  // groups that were refused
  bool answered = false;        // with a refusal: the methods are not what it lacks
  bool only = false;            // Main Mode met silence and this did not
  bool allowed = false;
  std::optional<Ikev1Suite> suite;
};

}  // namespace ike::audit
