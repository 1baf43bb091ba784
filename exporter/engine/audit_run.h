// AuditRun: audits both IKE versions of one endpoint with manners: one exchange at a time, at most
// two a second, after any other audit of the address, openings that may leave state only as the
// half-open budget of the address allows and never more of its own at once than that, however long
// the endpoint keeps them, and a pause while cookies are demanded. Passive; its owner destroys it
// at any time. One thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/engine/services.h"
#include "probes/audit/audit.h"
#include "probes/target.h"

namespace exporter {

struct AuditOrder {
  ike::IpAddress address;
  std::shared_ptr<const ike::ProbeSettings> settings;
  ike::AuditLimits limits;
  ike::Duration spacing{std::chrono::milliseconds(500)};  // between openings to one address
};

struct AuditOutcome {
  std::array<ike::VersionAudit, 2> versions;  // [version - 1]
  ike::Duration duration{};
  ike::Reason reason = ike::Reason::kNone;  // why nothing answered, where nothing did
  uint8_t send_error = 0;                   // with kSend: the errno; 0 = unknown
};

class AuditRun final : public net::Timer, private ExchangeHandler {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The last call about `run`, which the owner may destroy in it.
    virtual void OnAuditDone(AuditRun* run, AuditOutcome outcome) = 0;
  };

  // `services` and `owner` outlive the run.
  AuditRun(const Services* services, AuditOrder order, Owner* owner);
  ~AuditRun() override;

  void Begin();
  void OnTimer(ike::TimePoint now) override;

  const AuditOrder& order() const { return order_; }
  uint32_t requests() const;
  uint32_t estimated_requests() const;

 private:
  struct Side {
    std::unique_ptr<ike::Audit> audit;   // null: this version is not asked for, or is done
    std::optional<ike::AuditStep> step;  // what it wants next
    ike::Duration last_rtt{};
    ike::Duration state_lifetime = HalfOpenBudget::kLifetime;  // at the endpoint, of one opening
  };

  void OnExchangeDone(const ike::Outcome& outcome) override;
  // Whether no other audit of the address is under way; this one is from then on.
  bool EnterAddress(ike::TimePoint now);
  void LeaveAddress();
  void Advance(ike::TimePoint now);
  // Sends the step of `side` if it may be sent now; else returns false and lowers `wake`.
  bool TrySide(Side* side, ike::TimePoint now, ike::TimePoint* wake);
  // Whether `side` had better wait for the other version's audit to learn the implementation.
  bool IsHeldUp(const Side& side) const;
  bool TakeSlot(ike::TimePoint now, ike::TimePoint* wake);
  void Send(Side* side, ike::TimePoint now);
  void NoteFailure(const ike::Outcome& outcome);
  void NoteState(const ike::Outcome& outcome, ike::TimePoint now);
  void NoteImplementation(const ike::Outcome& outcome);
  void StopWaiting();
  void Finish(ike::TimePoint now);

  const Services* const services_;
  const AuditOrder order_;
  Owner* const owner_;
  std::array<Side, 2> sides_;
  AuditOutcome result_;
  ike::TimePoint started_{};
  ike::TimePoint next_send_{};
  ExchangeHandle exchange_ = 0;
  Side* sending_ = nullptr;
  std::optional<ike::TimePoint> slot_;
  std::vector<ike::TimePoint> left_open_;  // when the state of its own openings ends there
  bool waiting_ = false;
  bool entered_ = false;
  size_t turn_ = 1;  // IKEv2 first
};

}  // namespace exporter
