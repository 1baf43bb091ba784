// TargetEntry: one target and what is known of it. Engines publish, HTTP threads read. A reload
// changes the settings of an entry that it keeps and nothing else. All public functions may be
// called from any thread; the lock is held for well under a microsecond.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/base/tiny_lock.h"
#include "exporter/targets/probe_result.h"
#include "exporter/targets/target_state.h"
#include "probes/base/prefetch.h"
#include "probes/target.h"

namespace exporter {

// What outlives a restart of what probes have shown of a target.
struct ProbedPast {
  double up_changed_at = 0;
  uint32_t first_probed_at = 0;
  bool up = false;
  VersionStates versions;
  Uptime::Parts uptime;
};

// What a probe shows that the log has to say. A target is taken to be up until each of its versions
// was probed; down is said by a probe that failed, which knows why.
enum class UpChange : uint8_t { kNone, kUp, kDown };

// Of a configuration, which it keeps in memory.
using TargetPtr = std::shared_ptr<const ike::Target>;

class TargetEntry {
 public:
  TargetEntry(TargetPtr target, bool keep_history, RttBounds rtt_bounds);

  TargetPtr target() const;
  // A reload may change everything but what identifies the target. A version that is not probed any
  // more is forgotten, and with other bounds the histogram begins anew.
  void SetTarget(TargetPtr target, bool keep_history, RttBounds rtt_bounds);

  UpChange Publish(const ProbeReport& report);
  // Sets the newest audit and counts its differences to the last complete one. `changed` gets one
  // line for each difference.
  void PublishAudit(std::shared_ptr<const ike::AuditResult> result, double finished_at,
                    std::vector<std::string>* changed);
  void RestoreAudit(AuditHistory history);
  // What an earlier process knew of it; returns false, and leaves it, where it was probed since.
  bool RestoreProbes(const ProbedPast& past);
  // The same audit, judged anew; without effect once there is a newer one.
  void ReplaceAudit(const std::shared_ptr<const ike::AuditResult>& before,
                    std::shared_ptr<const ike::AuditResult> after);

  // Calls `read(const ike::Target&, const TargetState&)` under the entry's lock: keep it short.
  template <typename Read>
  auto With(Read&& read) const {
    std::lock_guard lock(mutex_);
    return read(*target_, state_);
  }

  // The same with the target's labels as text, `target="hq",site="ber"`, rendered once per reload.
  template <typename Read>
  auto WithLabels(Read&& read) const {
    std::lock_guard lock(mutex_);
    return read(*target_, state_, std::string_view(label_text_.get(), label_size_));
  }

  // Where the engine that probes it keeps what it needs for that: a hint of that engine's, to be
  // read and written on its thread only.
  uint32_t engine_place() const { return engine_place_; }
  void set_engine_place(uint32_t place) { engine_place_ = place; }

  // Brings what a page reads of this entry towards the cache; for walks over many.
  void Prefetch() const { ike::Prefetch(this, sizeof *this); }

 private:
  bool RequirementMet() const;
  bool EveryVersionProbed() const;
  UpChange ChangeToSay(bool answered);
  void CountUptime(double now);
  void ForgetVersionsNotProbed();
  void SetRttBounds(RttBounds bounds);
  void SetLabelText(std::string_view text);

  uint32_t engine_place_ = 0;
  mutable TinyLock mutex_;   // guards all below
  uint32_t label_size_ = 0;  // of label_text_
  // Of the target's settings what every probe asks for: they lie far away.
  std::array<bool, 2> probed_{};  // [version - 1]
  ike::Require require_ = ike::Require::kAny;
  std::unique_ptr<char[]> label_text_;
  TargetPtr target_;
  TargetState state_;
};

static_assert(sizeof(TargetEntry) <= 360);

using EntryPtr = std::shared_ptr<TargetEntry>;

}  // namespace exporter
