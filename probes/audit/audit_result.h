// AuditResult: everything one audit of one endpoint found, judged by one policy. Made by
// probes/audit/audit_report.h; read by the store, the metrics, the JSON writers and the report.
// Values, immutable once published.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/algorithms/registry.h"
#include "probes/audit/audit.h"
#include "probes/exchange/outcome.h"

namespace ike {

// One violation of the policy. Texts are constants of the policies and the registry, or the
// operator's own; never the peer's.
struct Finding {
  IkeVersion version = IkeVersion::kV2;
  Kind kind{};
  uint16_t id = 0;
  std::string algorithm;    // IANA's name, or the number
  uint16_t key_length = 0;  // bits, 0 = none
  std::string level;        // "weak", "broken", "not allowed", ...
  std::string reason;       // what was expected and what was found
  std::string reference;
  std::string advice;  // what to change in the gateway's configuration
  bool draft = false;  // the policy's row has no checked source
};

struct AuditResult {
  std::string host;  // as it was asked for
  uint16_t port = 0;
  bool success = false;  // an IKE daemon answered
  std::string error;     // where nothing could be asked: the name did not resolve
  Reason reason = Reason::kNone;
  uint8_t send_error = 0;  // with kSend: the errno; 0 = unknown
  bool complete = false;
  std::string policy;
  std::optional<bool> compliant;  // absent while it is undecided, as where nothing is accepted
  bool post_quantum = false;
  uint32_t requests = 0;
  Duration duration{};
  uint16_t implementation = 0;                          // index into Implementations()
  std::array<std::optional<VersionAudit>, 2> versions;  // [version - 1]; absent = not asked for
  std::vector<Finding> findings;

  const std::optional<VersionAudit>& of(IkeVersion v) const {
    return versions[static_cast<size_t>(v) - 1];
  }
  bool accepts_something() const {
    return std::ranges::any_of(versions, [](const std::optional<VersionAudit>& version) {
      return version && version->accepts_something();
    });
  }
};

}  // namespace ike
