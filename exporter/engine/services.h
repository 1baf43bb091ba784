// Services: what the runs of one engine share. Plain pointers, owned by the engine (or a test),
// which outlives every run. One thread, but for the budget, the audited addresses
// and the answers, which are shared between engines.
#pragma once

#include <functional>

#include "exporter/limits/audited_addresses.h"
#include "exporter/limits/half_open_budget.h"
#include "exporter/limits/recent_answers.h"
#include "exporter/net/resolver.h"
#include "exporter/net/route.h"
#include "exporter/net/timer_wheel.h"
#include "exporter/transport/exchanger.h"

namespace exporter {

inline net::IpFamily FamilyOf(ike::AddressFamily family) {
  if (family == ike::AddressFamily::kIpv4) return net::IpFamily::kIpv4;
  if (family == ike::AddressFamily::kIpv6) return net::IpFamily::kIpv6;
  return net::IpFamily::kAny;
}

class ResultSink;

struct Services {
  Exchanger* exchanger = nullptr;
  HalfOpenBudget* budget = nullptr;
  AuditedAddresses* audited = nullptr;
  RecentAnswers* answers = nullptr;
  ResultSink* results = nullptr;
  net::TimerWheel* timers = nullptr;
  net::Resolver* resolver = nullptr;    // null: only addresses can be probed
  net::RouteCache* routes = nullptr;    // null: addresses are taken in the resolver's order
  std::function<ike::TimePoint()> now;  // the time of the current turn
  std::function<double()> unix_time;    // the wall clock, for what is published
};

// Lowers the half-open budget of an address whose own limit an opening of ours has met, and says
// so.
using SlotUse = HalfOpenBudget::SlotUse;
void LearnBudget(const Services* services, const SlotUse& use, const ike::Outcome& outcome);

}  // namespace exporter
