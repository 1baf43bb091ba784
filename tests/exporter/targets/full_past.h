// What is kept of the probes of a target, with every field set. For tests of what is written to the
// state file and read again.
#pragma once

#include "exporter/targets/target_entry.h"

namespace exporter::test {

inline ProbedPast FullPast() {
  ProbedPast past;
  past.up_changed_at = 1790000000.25;
  past.first_probed_at = 1780000000;
  past.up = true;
  past.uptime.hour = 497222;
  past.uptime.known = 1800;
  past.uptime.down = 12.5;
  past.uptime.hours[3] = {3600, 77};
  past.uptime.days[6] = {43200, 1};
  VersionState& v1 = past.versions[0];
  v1.last_run = 1790000100;
  v1.up_changed_at = 1789000000;
  v1.last_answer = 1789000000;
  v1.ever_answered = v1.fully_opened = true;
  v1.last_reason = ike::Reason::kTimeout;
  VersionState& v2 = past.versions[1];
  v2.last_run = 1790000110;
  v2.last_answer = 1790000110;
  v2.up_changed_at = 1790000000.25;
  v2.negotiated_at = 1790000050;
  v2.suite_changed_at = 1785000000.5;
  v2.suite = ike::Ikev2Suite{20, 256, 0, 6, 20, {36}, 1};
  v2.features = ike::kFeatureFragmentation;
  v2.error_notify = 14;
  v2.implementation = 1;
  v2.nat_local = ike::NatState::kNo;
  v2.nat_remote = ike::NatState::kYes;
  v2.up = v2.negotiated = v2.fully_opened = v2.refused = v2.cookie_required = true;
  v2.features_known = v2.responder_known = v2.ever_answered = true;
  return past;
}

}  // namespace exporter::test
