// ProbeRun: one liveness probe of one IKE version, from the name to the report: resolve, wait for
// the half-open budget, one or more exchanges as probes/liveness/liveness.h decides, with one of
// the host's addresses after the other until one answers. Passive; its owner destroys it at any
// time, which cancels what is under way. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/openings.h"
#include "exporter/engine/services.h"
#include "exporter/targets/probe_result.h"
#include "exporter/targets/store.h"
#include "probes/liveness/liveness.h"

namespace exporter {

struct ProbeSpec {
  std::string host;                            // resolved, unless `address` is given
  ike::IpAddress address;                      // a literal
  std::vector<ike::IpAddress> addresses;       // those that were checked before an ad hoc probe
  std::shared_ptr<const OpeningSet> openings;  // and the settings they are of
  ike::IkeVersion version = ike::IkeVersion::kV2;
  ike::Duration timeout{};
  bool scheduled = false;     // else on request: waits for the budget within its deadline
  bool need_suite = false;    // on request: nothing but the target's own proposals will do
  bool keep_details = false;  // for whoever asks, or for the history
  bool keep_trace = false;
  bool other_version_answers = false;
  net::RouteHint* route = nullptr;  // the target's own, where it has one; outlives the run
};

class ProbeRun final : public net::Timer, private ExchangeHandler {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The last call about `run`, which the owner may destroy in it.
    virtual void OnProbeDone(ProbeRun* run, ProbeResult&& result) = 0;
    // It will be called soon: what it needs may be brought towards the cache.
    virtual void PrefetchProbeDone() {}
  };

  // `services`, `memory` and `owner` outlive the run.
  ProbeRun(const Services* services, ProbeSpec order, ike::LivenessMemory* memory, Owner* owner);
  ~ProbeRun() override;

  // May call owner->OnProbeDone before it returns.
  void Begin();

  const ProbeSpec& order() const { return order_; }
  void OnTimer(ike::TimePoint now) override;

 private:
  // An opening that met silence and may be answered yet.
  struct Earlier {
    ExchangeHandle handle = 0;
    ike::OpeningKind kind{};
    std::optional<ike::TimePoint> slot;
    ike::IpAddress address;
    uint32_t packets_sent = 0;  // that are counted already
  };

  void OnExchangeDone(const ike::Outcome& outcome) override;
  void OnLateAnswer(ExchangeHandle handle, const ike::Outcome& outcome) override;
  void PrefetchExchangeDone(int stage) override;

  void OnResolved(const net::ResolveResult& result);
  void Take(const std::vector<ike::IpAddress>& addresses);
  bool TryNextAddress();
  void RememberAddress(bool answered);
  void CancelExchanges();
  void AskBudget();
  // Whether an opening that may leave state may have a connection, where it needs one.
  bool MayConnect() const;
  void Choose();
  void OnNoOpening();
  void ChooseOnRequest();
  bool WaitForBudget(ike::TimePoint latest);
  void StopWaiting();
  void Try(ike::OpeningKind kind);
  void Send(ike::OpeningKind kind);
  void SettleBudget(const ike::Outcome& outcome);
  void FinishWith(ike::Reason reason);
  // Ends a request that had no opening of its own that shows a choice.
  void ReportWithoutChoice(const ike::Outcome& outcome);
  void ReportEarlier(const RecentAnswers::Answer& answer, const ike::Outcome& outcome);
  void KeepAnswer(const ike::Outcome& outcome, uint16_t implementation);
  std::optional<RecentAnswers::Answer> EarlierAnswer() const;
  void Report(ProbeEnd end, const ike::Outcome& outcome);
  void Deliver(ProbeResult result);
  ike::LivenessCircumstances Circumstances(ike::TimePoint at) const;
  HalfOpenBudget::Requester requester() const;
  ike::TimePoint now() const { return services_->now(); }
  const ike::ProbeSettings& settings() const { return *order_.openings->settings; }

  const Services* const services_;
  const ProbeSpec order_;
  ike::LivenessMemory* const memory_;
  Owner* const owner_;
  std::unique_ptr<Trace> trace_;  // null where none is wanted

  ike::TimePoint started_{};
  ike::TimePoint deadline_{};
  ike::IpAddress address_;
  ike::TimePoint address_deadline_{};       // when the next one has its turn, if there is one
  std::vector<ike::IpAddress> candidates_;  // where a name has several, in the order of their turns
  size_t next_candidate_ = 0;
  std::vector<Earlier> earlier_;
  net::Resolver::LookupId resolving_ = 0;
  ExchangeHandle exchange_ = 0;
  ike::OpeningKind kind_ = ike::OpeningKind::kFull;
  std::optional<ike::TimePoint> slot_;  // when the current opening took one
  HalfOpenBudget::Standing standing_;
  bool waiting_ = false;
  bool resolved_ = false;
  bool again_ = false;        // a refusal is sent once more, with all of the time
  bool last_resort_ = false;  // of a request: the alternate opening
  std::string resolve_error_;
  uint32_t packets_sent_ = 0;
  uint32_t packets_received_ = 0;
};

}  // namespace exporter
