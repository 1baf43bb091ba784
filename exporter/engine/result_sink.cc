#include "exporter/engine/result_sink.h"

#include <string>
#include <vector>

#include "exporter/base/unix_time.h"
#include "exporter/engine/probe_log.h"

namespace exporter {

void ResultPublisher::OnProbeResult(TargetEntry* entry, const ProbeResult& result) {
  LogScheduledProbe(*entry, result, entry->Publish(result.report));
}

void ResultPublisher::OnAuditResult(TargetEntry* entry,
                                    const std::shared_ptr<const ike::AuditResult>& result) {
  std::vector<std::string> changes;
  entry->PublishAudit(result, UnixNow(), &changes);
  LogAuditChanges(*entry, changes);
  on_audit_();
}

}  // namespace exporter
