// Exchanger: carries single exchanges out. What a probe or an audit needs of the network, as an
// interface, so that both run in tests and fuzzers against a scripted one. One thread.
#pragma once

#include <cstdint>
#include <memory>

#include "exporter/base/trace.h"
#include "probes/exchange/exchange.h"
#include "probes/target.h"

namespace exporter {

namespace net {
struct RouteHint;
}

struct ExchangeJob {
  ike::Endpoint remote;
  ike::Transport transport = ike::Transport::kUdp;
  ike::IpAddress source;            // none = the route's own
  uint16_t source_port = 0;         // 0 = ephemeral
  net::RouteHint* route = nullptr;  // where `remote`'s owner keeps its route; outlives the exchange
  std::shared_ptr<const ike::PreparedOpening> opening;
  uint16_t ke_group = 0;         // 0 = the opening's own
  bool may_leave_state = false;  // at the peer, where it is not refused
  ike::Duration timeout{};       // from the start of the exchange, connecting included
  ike::Duration last_rtt{};      // 0 = unknown
  ike::Duration listening{};     // UDP: after silence answers count for so much longer
};

using ExchangeHandle = uint64_t;  // 0 = none

class ExchangeHandler {
 public:
  virtual ~ExchangeHandler() = default;
  // The exchange stands. `outcome` is valid during the call. The handler may start the next one.
  virtual void OnExchangeDone(const ike::Outcome& outcome) = 0;
  // After OnExchangeDone had to tell of silence, an answer has come while the job was listening.
  // The last call about that exchange, which ends unheard otherwise.
  virtual void OnLateAnswer(ExchangeHandle /*handle*/, const ike::Outcome& /*outcome*/) {}
  // It will be called soon: what it needs may be brought towards the cache, in two stages, of which
  // the second reads what the first asked for.
  virtual void PrefetchExchangeDone(int /*stage*/) {}
};

class Exchanger {
 public:
  virtual ~Exchanger() = default;
  // An exchange with this address will be started soon.
  virtual void Prefetch(const ike::IpAddress& /*remote*/) {}
  // Calls handler->OnExchangeDone exactly once, never before it returns, unless cancelled. `trace`
  // (may be null) outlives the exchange, and the time that it listens.
  virtual ExchangeHandle Start(ExchangeJob job, ExchangeHandler* handler, Trace* trace) = 0;
  // Returns how many packets it has sent; 0 for one that is over.
  virtual uint32_t Cancel(ExchangeHandle handle) = 0;
  // Whether one more exchange over TCP may leave state at its peer: its connection would be kept
  // open for as long as that lives.
  virtual bool MayLeaveState() const { return true; }
};

}  // namespace exporter
