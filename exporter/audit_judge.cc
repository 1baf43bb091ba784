#include "exporter/audit_judge.h"

#include <utility>

#include "probes/audit_result.h"

namespace exporter {
namespace {

std::shared_ptr<const ike::AuditResult> Judge(const AuditRequest& request,
                                              const AuditOutcome& outcome,
                                              const std::string& error, const config::Config&) {
  auto result = std::make_shared<ike::AuditResult>();
  result->host = request.host;
  result->port = request.settings->port;
  result->error = error;
  result->policy = request.settings->policy;
  result->duration = outcome.duration;
  result->complete = true;
  for (ike::IkeVersion version : {ike::IkeVersion::kV1, ike::IkeVersion::kV2}) {
    size_t index = static_cast<size_t>(version) - 1;
    if (!request.settings->probes(version)) continue;
    result->versions[index] = outcome.versions[index];
    result->requests += outcome.versions[index].requests;
    result->success = result->success || outcome.versions[index].answered;
    if (outcome.versions[index].answered) result->complete &= outcome.versions[index].complete;
  }
  return result;
}

}  // namespace

AuditJudge MakeAuditJudge(const Store* store) {
  return [store](const AuditRequest& request, const AuditOutcome& outcome,
                 const std::string& error) {
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
