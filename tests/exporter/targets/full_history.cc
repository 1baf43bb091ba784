#include "tests/exporter/targets/full_history.h"

#include <utility>

#include "probes/algorithms/vendor_ids.h"

namespace exporter::test {

using ike::Kind;

std::shared_ptr<const ike::AuditResult> FullResult() {
  ike::AuditResult result;
  result.host = "vpn.example";
  result.port = 500;
  result.success = true;
  result.reason = ike::Reason::kRejected;
  result.complete = true;
  result.policy = "nist";
  result.compliant = false;
  result.post_quantum = true;
  result.requests = 77;
  result.duration = std::chrono::milliseconds(61234);
  result.implementation = 1;
  ike::VersionAudit& v1 = result.versions[0].emplace();
  v1.answered = true;
  v1.accepted = {{Kind::kEncryption, 7, 128}, {Kind::kMode, 4, 0}};
  v1.ikev1_suites = {{7, 128, 2, 1, 14, 28800}};
  v1.main_mode = v1.aggressive_mode = true;
  v1.aggressive_suite = ike::Ikev1Suite{5, 0, 1, 3, 2, 86400};
  ike::VersionAudit& v2 = result.versions[1].emplace();
  v2.answered = v2.complete = true;
  v2.accepted = {{Kind::kEncryption, 12, 256}, {Kind::kDh, 65000, 0}};
  v2.unknown = {{Kind::kPrf, 5, 0}};
  v2.undecidable = {{{Kind::kIntegrity, 2, 0}, "only AEAD ciphers are accepted"}};
  v2.ikev2_suites = {{12, 256, 12, 5, 31, {36, 0, 0, 0, 0, 0, 37}, 2}};
  v2.requests = 40;
  v2.responder.vendor_ids = {{0x00, 0xff, 0x10}, {}};
  v2.implementation = ike::Implementations()[1];
  result.findings = {{ike::IkeVersion::kV1, Kind::kDh, 2, "1024-bit MODP Group", 0, "weak",
                      "\"short\" \xc3\xa4", "RFC 8247", "remove modp1024", true}};
  return std::make_shared<const ike::AuditResult>(std::move(result));
}

AuditHistory FullHistory() {
  AuditHistory history;
  history.last_complete = FullResult();
  auto failed = std::make_shared<ike::AuditResult>();
  failed->host = "vpn.example";
  failed->error = "the name has no address";
  history.last = failed;
  history.audits = 1'000'000'000'000;
  history.failures = 3;
  history.last_run = 1790000000.123456;
  history.last_requests = 24;
  history.last_duration = std::chrono::seconds(70);
  history.changes[0][4][1] = 9;
  history.changes[1][8][0] = 4294967295;
  history.last_changes = {"IKEv2 dh 1024-bit MODP Group is accepted now"};
  return history;
}

}  // namespace exporter::test
