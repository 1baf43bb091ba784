#include "exporter/engine/audit_judge.h"

#include <utility>

#include "exporter/targets/weak_algorithms.h"
#include "probes/algorithms/policy.h"
#include "probes/audit/audit_report.h"
#include "probes/audit/audit_result.h"

namespace exporter {
namespace {

ike::Policy PolicyNamed(const std::string& name, const config::Config& config) {
  auto found = config.policies.find(name);
  if (found == config.policies.end()) return ike::Policy(name);
  const config::UserPolicy& user = found->second;
  ike::PolicyOverrides overrides;
  overrides.name = name;
  overrides.extends = user.extends;
  overrides.allow = user.allow;
  overrides.deny = user.deny;
  overrides.minimum_strength = user.minimum_strength;
  overrides.minimum_verdict = user.minimum_verdict;
  overrides.allow_ikev1 = user.allow_ikev1;
  overrides.allow_aggressive_mode = user.allow_aggressive_mode;
  overrides.require_post_quantum = user.require_post_quantum;
  return ike::Policy(std::move(overrides));
}

std::shared_ptr<const ike::AuditResult> Judge(const AuditRequest& request,
                                              const AuditOutcome& outcome, const std::string& error,
                                              const config::Config& config) {
  auto result = std::make_shared<ike::AuditResult>();
  const ike::ProbeSettings& settings = *request.settings;
  result->host = request.host;
  result->port = settings.port;
  result->error = error;
  result->duration = outcome.duration;
  for (ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    size_t index = static_cast<size_t>(version) - 1;
    if (settings.probes(version)) result->versions[index] = outcome.versions[index];
  }
  ike::JudgeAudit(PolicyNamed(settings.policy, config), result.get());
  if (!result->success) {
    bool known = outcome.reason != ike::Reason::kNone;
    result->reason = known ? outcome.reason : ike::Reason::kTimeout;
    result->send_error = outcome.send_error;
  }
  return result;
}

using ResultPtr = std::shared_ptr<const ike::AuditResult>;

// The newest audit of the target, where the policy of now may judge it otherwise; else null.
ResultPtr JudgedOtherwise(const ike::Target& target, const TargetState& state,
                          const config::Config& config) {
  if (LearntAudit(state.audit.get()) == nullptr) return nullptr;
  const std::string& policy = target.settings->policy;
  // A user's own may have other rows under the same name.
  bool same = state.audit->last->policy == policy && !config.policies.contains(policy);
  return same ? nullptr : state.audit->last;
}

}  // namespace

void JudgeAnew(const TargetTable& table) {
  const config::Config& config = *table.config;
  for (const EntryPtr& entry : table.entries) {
    std::string policy;
    ResultPtr before = entry->With([&](const ike::Target& target, const TargetState& state) {
      policy = target.settings->policy;
      return JudgedOtherwise(target, state, config);
    });
    if (!before) continue;
    auto after = std::make_shared<ike::AuditResult>(*before);
    ike::JudgeAudit(PolicyNamed(policy, config), after.get());
    entry->ReplaceAudit(before, std::move(after));
  }
}

AuditJudge MakeAuditJudge(const Store* store) {
  return
      [store](const AuditRequest& request, const AuditOutcome& outcome, const std::string& error) {
        return Judge(request, outcome, error, *store->table()->config);
      };
}

AuditJudge MakeAuditJudge(std::shared_ptr<const config::Config> config) {
  return [config = std::move(config)](const AuditRequest& request, const AuditOutcome& outcome,
                                      const std::string& error) {
    return Judge(request, outcome, error, *config);
  };
}

}  // namespace exporter
