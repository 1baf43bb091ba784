// What a gateway decided about one packet, and the packet as it came in. Shared by the daemons,
// the gateway and the journal; plain values.
#pragma once

#include <cstdint>
#include <string_view>

#include "tests/responder/endpoint.h"

namespace responder {

enum class Verdict : uint8_t {
  kAccepted,
  kRepeated,  // an identical request: the same answer again, no new state
  kCookie,
  kBlocked,  // too many half-open SAs of this source: silence
  kInvalidKe,
  kNoProposal,
  kInvalidSyntax,
  kUnsupportedCritical,
  kInvalidMajor,
  kInvalidId,
  kInvalidKey,
  kAuthFailed,
  kErrorNotify,  // the script's own
  kSilent,       // this version is not spoken
  kIgnored,      // no opening
  kLost,         // by the link, before the gateway heard it
  kDown,
  kUnreachable,  // answered by an ICMP error
  kCount
};

std::string_view NameOf(Verdict verdict);

struct Request {
  View message;  // bare IKE, framing removed
  Endpoint peer;
  Endpoint local;
  uint32_t slot = 0;  // of `local`'s address among its gateway's
  int64_t now = 0;    // monotonic nanoseconds
};

}  // namespace responder
