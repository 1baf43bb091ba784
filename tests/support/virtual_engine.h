// VirtualEngine: what probes and audits run on (Services) in tests and fuzzers, with a
// VirtualExchanger instead of sockets and a clock that only RunUntil moves. One thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "exporter/engine/result_sink.h"
#include "exporter/engine/services.h"
#include "tests/support/virtual_exchanger.h"

namespace exporter::test {

class VirtualEngine {
 public:
  static constexpr ike::TimePoint kStart{std::chrono::hours(1)};
  static constexpr double kUnixStart = 1.7e9;

  // Both outlive the engine; `peer` may be set later.
  VirtualEngine(ike::KeyShares* shares, VirtualPeer* peer)
      : exchanger(shares, peer), peer_(peer), wheel_(kStart) {
    services.exchanger = &exchanger;
    services.budget = &budget;
    services.audited = &audited;
    services.answers = &answers;
    services.results = &results;
    services.timers = &wheel_;
    services.now = [this] { return now_; };
    services.unix_time = [this] {
      return kUnixStart + std::chrono::duration<double>(now_ - kStart).count();
    };
  }

  ike::TimePoint now() const { return now_; }

  // Does what is due now, and then everything up to `end` in the order of its time.
  void RunUntil(ike::TimePoint end) {
    for (;;) {
      Turn();
      const ike::TimePoint next = NextEvent();
      if (next > end) break;
      now_ = std::max(now_, next);
    }
    now_ = std::max(now_, end);
    Turn();
  }
  void RunFor(ike::Duration duration) { RunUntil(now_ + duration); }

  // When something happens next by itself; never before now, max() = nothing will.
  ike::TimePoint NextEvent() {
    const ike::TimePoint next =
        std::min({wheel_.NextExpiry(), exchanger.NextTurn(), peer_->NextDelivery()});
    return std::max(next, now_);
  }

  HalfOpenBudget budget;
  AuditedAddresses audited;
  RecentAnswers answers;
  VirtualExchanger exchanger;
  ResultPublisher results;
  Services services;

 private:
  void Turn() {
    exchanger.set_now(now_);
    peer_->DeliverDue(now_);
    wheel_.Advance(now_);
    exchanger.Turn();
  }

  VirtualPeer* const peer_;
  ike::TimePoint now_ = kStart;
  net::TimerWheel wheel_;
};

}  // namespace exporter::test
