// Scheduler: probes every target of one engine at its own interval, the first time soon after it is
// adopted. Late probes are skipped and counted, never piled up. A new table is taken over in
// slices, so that a reload of a hundred thousand targets does not pause the probing. One thread.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "exporter/base/object_pool.h"
#include "exporter/engine/engine_stats.h"
#include "exporter/engine/openings.h"
#include "exporter/engine/probe_run.h"
#include "exporter/engine/services.h"
#include "exporter/targets/store.h"

namespace exporter {

class Scheduler {
 public:
  // `services` and `stats` outlive the scheduler. `owns` tells which hosts are this engine's.
  Scheduler(const Services* services, EngineStats* stats,
            std::function<bool(std::string_view host)> owns);
  ~Scheduler();

  // First probes of targets that are new are spread so that they keep within `packets_per_second`.
  void Apply(std::shared_ptr<const TargetTable> table, uint32_t packets_per_second);

  // Does a slice of what Apply began. Returns whether there is more to do.
  bool Reconcile(ike::TimePoint now);

  // Starts the probes that came due. To be called after the timers have fired.
  void StartDue(ike::TimePoint now);

  // The target whose audit has been due for longest; it is to be audited now. Null = none is due.
  EntryPtr TakeDueAudit();
  size_t audits_due() const { return audits_due_; }

  // Starts nothing any more; what is in flight ends by itself.
  void Drain() { draining_ = true; }

  // See FreeList: of the probes.
  void BeginPeriod() { runs_.BeginPeriod(); }
  size_t Trim(size_t most) { return runs_.Trim(most); }

  size_t targets() const { return scheduled_.size(); }
  size_t in_flight() const { return in_flight_ + due_.size(); }

 private:
  class Scheduled;
  enum class Stage : uint8_t { kSettled, kAdopting, kSweeping };  // of the table's taking over

  void Adopt(const EntryPtr& entry, ike::TimePoint now);
  Scheduled* Find(const TargetEntry& entry) const;
  void Remove(size_t place);
  bool AdoptSlice(ike::TimePoint now);
  bool SweepSlice();
  bool KeepsHistory() const;
  ike::Duration NextTurnOfNew(size_t probes);
  void NoteAuditsBehind(ike::TimePoint now);
  void StartEach(std::span<Scheduled* const> due, ike::TimePoint now);

  const Services* const services_;
  EngineStats* const stats_;
  const std::function<bool(std::string_view)> owns_;
  OpeningCache openings_;
  std::shared_ptr<const TargetTable> table_;
  ObjectPool<ProbeRun> runs_;  // outlives scheduled_
  std::vector<Scheduled*> due_;
  // Oldest first; some are due no more, because a reload removed them or their audits.
  std::deque<EntryPtr> audit_queue_;
  size_t audits_due_ = 0;
  ike::TimePoint next_behind_log_{};
  std::vector<std::unique_ptr<Scheduled>> scheduled_;  // entries know their places
  size_t adopt_next_ = 0;                              // index into table_->entries
  size_t sweep_next_ = 0;  // so many of scheduled_ are still to be looked at
  Stage stage_ = Stage::kSettled;
  uint32_t generation_ = 0;
  uint32_t packets_per_second_ = 1;
  uint64_t first_probes_ = 0;  // of targets that are new in this generation
  size_t in_flight_ = 0;
  bool draining_ = false;
};

}  // namespace exporter
