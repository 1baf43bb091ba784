// The bodies that grow with the fleet, made in pieces while they are sent, so that their size costs
// no memory. Made by the site for one reply; of one thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "exporter/http/message.h"
#include "exporter/targets/store.h"

namespace exporter {

class ExporterMetrics;

using TablePtr = std::shared_ptr<const TargetTable>;

inline constexpr size_t kPieceBytes = size_t{64} * 1024;

// /metrics. `own` are the exporter's, which outlive it.
std::unique_ptr<BodySource> MetricsBody(TablePtr table, const ExporterMetrics* own, size_t piece);
// /config.
std::unique_ptr<BodySource> ConfigBody(const TablePtr& table, size_t piece);
// /api/targets.
std::unique_ptr<BodySource> TargetListBody(TablePtr table, size_t piece);

}  // namespace exporter
