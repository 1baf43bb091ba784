// The names, types and labels that dashboards and rules bind to, written down a second time: what
// is changed in the table of rows has to be changed here, on purpose.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/test_path.h"

namespace exporter::test {
namespace {

struct Promised {
  const char* name;
  const char* type;
  std::set<std::string> labels;
};

const std::set<std::string> kTarget = {"target"};
const std::set<std::string> kVersion = {"target", "ike_version"};

std::set<std::string> VersionAnd(std::set<std::string> more) {
  more.insert(kVersion.begin(), kVersion.end());
  return more;
}

const std::vector<Promised>& TargetMetrics() {
  static const std::vector<Promised> all = {
      {"ike_up", "gauge", kVersion},
      {"ike_negotiated", "gauge", kVersion},
      {"ike_negotiation_timestamp_seconds", "gauge", kVersion},
      {"ike_last_rtt_seconds", "gauge", kVersion},
      {"ike_rtt_seconds", "histogram", kVersion},
      {"ike_probe_duration_seconds", "gauge", kVersion},
      {"ike_probes_total", "counter", kVersion},
      {"ike_probe_failures_total", "counter", VersionAnd({"reason"})},
      {"ike_probe_failure_info", "gauge", VersionAnd({"reason"})},
      {"ike_probe_packets_sent_total", "counter", kVersion},
      {"ike_probe_packets_received_total", "counter", kVersion},
      {"ike_probe_last_run_timestamp_seconds", "gauge", kVersion},
      {"ike_probe_last_answer_timestamp_seconds", "gauge", kVersion},
      {"ike_probe_interval_seconds", "gauge", kVersion},
      {"ike_selected_info", "gauge",
       VersionAnd({"encryption", "integrity", "prf", "dh_group", "additional_ke"})},
      {"ike_dh_group", "gauge", kVersion},
      {"ike_dh_group_strength", "gauge", kVersion},
      {"ike_responder_info", "gauge", VersionAnd({"implementation"})},
      {"ike_responder_feature", "gauge", VersionAnd({"feature"})},
      {"ike_responder_cookie_required", "gauge", kVersion},
      {"ike_nat_detected", "gauge", VersionAnd({"side"})},
      {"ike_weak_algorithms", "gauge", VersionAnd({"kind"})},
      {"ike_weak_algorithm_info", "gauge", VersionAnd({"kind", "algorithm", "level"})},
      {"ike_weak_algorithm_since_timestamp_seconds", "gauge",
       VersionAnd({"kind", "algorithm", "level"})},
      {"ike_accepted_algorithms", "gauge", VersionAnd({"kind"})},
      {"ike_algorithm_changes_total", "counter", VersionAnd({"kind", "change"})},
      {"ike_accepted_dh_group_strength_min", "gauge", kVersion},
      {"ike_aggressive_mode", "gauge", kVersion},
      {"ike_post_quantum", "gauge", kTarget},
      {"ike_policy_compliant", "gauge", {"target", "policy"}},
      {"ike_policy_violations", "gauge", {"target", "policy"}},
      {"ike_policy_violation_info", "gauge", {"target", "ike_version", "kind", "policy"}},
      {"ike_audit_complete", "gauge", kTarget},
      {"ike_audit_duration_seconds", "gauge", kTarget},
      {"ike_audit_requests", "gauge", kTarget},
      {"ike_audit_last_run_timestamp_seconds", "gauge", kTarget},
      {"ike_audits_total", "counter", kTarget},
      {"ike_audit_failures_total", "counter", kTarget},
      {"ike_target_up", "gauge", kTarget},
      {"ike_target_info", "gauge", {"target", "host", "port", "transport", "module", "policy"}},
  };
  return all;
}

const std::vector<Promised>& ExporterMetricsPromised() {
  static const std::vector<Promised> all = {
      {"ike_exporter_build_info", "gauge", {"version", "revision", "compiler"}},
      {"ike_exporter_config_last_reload_successful", "gauge", {}},
      {"ike_exporter_config_last_reload_success_timestamp_seconds", "gauge", {}},
      {"ike_exporter_targets", "gauge", {}},
      {"ike_exporter_probes_in_flight", "gauge", {}},
      {"ike_exporter_audits_running", "gauge", {}},
      {"ike_exporter_audits_waiting", "gauge", {}},
      {"ike_exporter_schedule_lag_seconds", "histogram", {}},
      {"ike_exporter_probes_skipped_total", "counter", {"reason"}},
      {"ike_exporter_packets_delayed_total", "counter", {"limit"}},
      {"ike_exporter_unmatched_packets_total", "counter", {}},
      {"ike_exporter_receive_drops_total", "counter", {}},
      {"ike_exporter_log_messages_total", "counter", {"level"}},
      {"ike_exporter_api_rejections_total", "counter", {"reason"}},
      {"ike_exporter_http_requests_total", "counter", {"handler", "code"}},
      {"ike_exporter_http_request_duration_seconds", "histogram", {"handler"}},
      {"process_cpu_seconds_total", "counter", {}},
      {"process_open_fds", "gauge", {}},
      {"process_max_fds", "gauge", {}},
      {"process_virtual_memory_bytes", "gauge", {}},
      {"process_virtual_memory_max_bytes", "gauge", {}},
      {"process_resident_memory_bytes", "gauge", {}},
      {"process_start_time_seconds", "gauge", {}},
      {"process_threads", "gauge", {}},
      {"process_heap_bytes", "gauge", {}},
  };
  return all;
}

struct Family {
  std::string type;
  std::vector<std::map<std::string, std::string>> samples;
};

// Names of histograms' samples are those of their families.
std::string FamilyName(const std::string& sample, const std::map<std::string, Family>& families) {
  for (const char* suffix : {"_bucket", "_sum", "_count"}) {
    if (!sample.ends_with(suffix)) continue;
    const std::string name = sample.substr(0, sample.size() - std::string(suffix).size());
    const auto found = families.find(name);
    if (found != families.end() && found->second.type == "histogram") return name;
  }
  return sample;
}

// What stands between the braces; the golden page's values hold no comma, brace or equals sign.
std::map<std::string, std::string> LabelsOf(const std::string& line) {
  std::map<std::string, std::string> labels;
  const size_t open = line.find('{');
  if (open == std::string::npos) return labels;
  std::istringstream parts(line.substr(open + 1, line.rfind('}') - open - 1));
  for (std::string part; std::getline(parts, part, ',');) {
    const size_t equals = part.find('=');
    labels[part.substr(0, equals)] = part.substr(equals + 2, part.size() - equals - 3);
  }
  labels.erase("le");
  return labels;
}

std::map<std::string, Family> GoldenPage() {
  std::map<std::string, Family> families;
  std::ifstream file(TestPath("golden/metrics.txt"));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string hash, what, name, type;
    if (line.starts_with("# TYPE ")) {
      words >> hash >> what >> name >> type;
      families[name].type = type;
    }
    if (line.starts_with("#")) continue;
    const std::string sample = line.substr(0, line.find_first_of("{ "));
    families[FamilyName(sample, families)].samples.push_back(LabelsOf(line));
  }
  return families;
}

std::set<std::string> Names(const std::map<std::string, std::string>& labels) {
  std::set<std::string> names;
  for (const auto& [name, value] : labels) names.insert(name);
  return names;
}

// The target "hq" has labels of its own, the suite of IKEv1 is made of other algorithms.
std::set<std::string> Expected(const Promised& promised,
                               const std::map<std::string, std::string>& labels) {
  std::set<std::string> expected = promised.labels;
  const auto target = labels.find("target");
  if (target != labels.end() && target->second == "hq") expected.insert({"site", "note"});
  const auto version = labels.find("ike_version");
  const bool v1 = version != labels.end() && version->second == "1";
  if (std::string(promised.name) != "ike_selected_info" || !v1) return expected;
  for (const char* name : {"integrity", "prf", "additional_ke"}) expected.erase(name);
  expected.insert({"hash", "authentication"});
  return expected;
}

TEST(Contract, EveryMetricIsOnTheGoldenPageWithItsTypeAndLabels) {
  auto page = GoldenPage();
  for (const auto& list : {TargetMetrics(), ExporterMetricsPromised()}) {
    for (const Promised& promised : list) {
      ASSERT_TRUE(page.contains(promised.name)) << promised.name;
      const Family& family = page[promised.name];
      EXPECT_EQ(family.type, promised.type) << promised.name;
      EXPECT_FALSE(family.samples.empty()) << promised.name;
      for (const auto& labels : family.samples) {
        EXPECT_EQ(Names(labels), Expected(promised, labels)) << promised.name;
      }
      page.erase(promised.name);
    }
  }
  for (const auto& [name, family] : page) ADD_FAILURE() << name << " is not promised";
}

std::set<std::string> ValuesOf(const std::string& metric, const std::string& label) {
  std::set<std::string> values;
  const auto page = GoldenPage();
  for (const auto& labels : page.at(metric).samples) values.insert(labels.at(label));
  return values;
}

using Words = std::set<std::string>;

TEST(Contract, LabelsHaveTheValuesThatRulesMatch) {
  const Words reasons = {"resolve",   "send",     "unreachable", "timeout",
                         "malformed", "rejected", "internal"};
  EXPECT_EQ(ValuesOf("ike_probe_failures_total", "reason"), reasons);
  EXPECT_EQ(ValuesOf("ike_up", "ike_version"), (Words{"1", "2"}));
  EXPECT_EQ(ValuesOf("ike_responder_feature", "feature"),
            (Words{"fragmentation", "childless", "ppk", "multiple_auth", "signature_hash",
                   "nat_traversal"}));
  EXPECT_EQ(ValuesOf("ike_nat_detected", "side"), (Words{"local", "remote"}));
  EXPECT_EQ(ValuesOf("ike_weak_algorithms", "kind"),
            (Words{"encryption", "integrity", "prf", "hash", "dh", "authentication", "mode",
                   "protocol"}));
  EXPECT_EQ(ValuesOf("ike_algorithm_changes_total", "change"), (Words{"accepted", "refused"}));
  EXPECT_EQ(ValuesOf("ike_weak_algorithm_info", "level"), (Words{"weak", "broken"}));
  EXPECT_EQ(ValuesOf("ike_target_info", "transport"), (Words{"udp", "tcp"}));
  EXPECT_EQ(ValuesOf("ike_selected_info", "encryption"),
            (Words{"ENCR_AES_GCM_16_256", "3DES-CBC"}));
}

}  // namespace
}  // namespace exporter::test
