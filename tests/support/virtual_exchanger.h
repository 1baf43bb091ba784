// VirtualExchanger: the Exchanger of tests and fuzzers: real exchanges without sockets, in a time
// that is moved by hand. What they send goes to a VirtualPeer, which delivers answers, errors or
// nothing. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "exporter/transport/exchanger.h"

namespace exporter::test {

class VirtualPeer {
 public:
  virtual ~VirtualPeer() = default;
  // A message of the exchange `handle`, its first or another. May deliver at once.
  virtual void OnSent(ExchangeHandle handle, const ExchangeJob& job, ike::ByteSpan message) = 0;
  // When it has something to deliver later, and the call to do so.
  virtual ike::TimePoint NextDelivery() const { return ike::TimePoint::max(); }
  virtual void DeliverDue(ike::TimePoint) {}
};

class VirtualExchanger final : public Exchanger {
 public:
  // Both outlive the exchanger.
  VirtualExchanger(ike::KeyShares* shares, VirtualPeer* peer) : shares_(shares), peer_(peer) {}
  ~VirtualExchanger() override;

  ExchangeHandle Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) override;
  uint32_t Cancel(ExchangeHandle handle) override;
  bool MayLeaveState() const override { return may_leave_state; }

  bool may_leave_state = true;

  // The time of all that follows.
  void set_now(ike::TimePoint now) { now_ = now; }
  // Begins what waits, fires the timers that are due, and tells handlers what is done, until
  // nothing is left to do now.
  void Turn();
  // When Turn is needed next; max() = never.
  ike::TimePoint NextTurn() const;

  // What the network brings to an exchange; nothing happens to one that is over.
  void Deliver(ExchangeHandle handle, ike::ByteSpan message);
  void Unreachable(ExchangeHandle handle);  // an error that quotes its SPI
  void FailSend(ExchangeHandle handle);
  void NoteGarbage(ExchangeHandle handle);
  void NoteError(ExchangeHandle handle);  // one that does not quote it

  // The exchanges under way, oldest first.
  std::vector<ExchangeHandle> Active() const;
  uint64_t SpiOf(ExchangeHandle handle) const;
  // Every job there ever was, in order, unless told to forget them.
  const std::vector<ExchangeJob>& jobs() const { return jobs_; }
  void ForgetJobs() { keeps_jobs_ = false; }

 private:
  struct InFlightExchange {
    ExchangeHandle handle = 0;
    ExchangeJob job;
    ExchangeHandler* handler = nullptr;
    ike::Exchange exchange;
    bool began = false;
    bool late = false;
  };

  InFlightExchange* Find(ExchangeHandle handle) const;
  InFlightExchange* NextDone() const;
  void Report(InFlightExchange* flight);
  void Begin(InFlightExchange* flight);
  void Sent(const InFlightExchange& flight, ike::ByteSpan message);

  ike::KeyShares* const shares_;
  VirtualPeer* const peer_;
  std::vector<std::unique_ptr<InFlightExchange>> flights_;
  std::vector<ExchangeJob> jobs_;
  bool keeps_jobs_ = true;
  ike::TimePoint now_{};
  ExchangeHandle last_ticket_ = 0;
};

}  // namespace exporter::test
