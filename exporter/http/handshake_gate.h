// HandshakeGate: how many TLS handshakes may be half done at a time. Each costs tens of kilobytes
// and some signing, for a client that has shown nothing yet. Further ones wait by precedence, with
// nothing done for them; while they do, whoever inside has not answered for longer than networks
// take has to go. Used by the front, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <utility>

#include "probes/outcome.h"

namespace exporter {

class Connection;

class HandshakeGate {
 public:
  // One connection's entry.
  struct Ticket {
    enum class State : uint8_t { kNone, kWaiting, kWorking, kIdle };
    State state = State::kNone;
    uint64_t precedence = 0;                 // no two have the same
    std::list<Connection*>::iterator place;  // of kIdle
    ike::TimePoint since;

    bool inside() const { return state >= State::kWorking; }
  };

  HandshakeGate(size_t places, ike::Duration grace) : places_(places), grace_(grace) {}

  // False: it has to wait until Next names it. The highest precedence is next.
  bool Enter(Connection* connection, uint64_t precedence);
  // Inside, it is worked for, or its client is waited for.
  void Work(Connection* connection);
  void Idle(Connection* connection, ike::TimePoint now);
  // It is done, or gone.
  void Leave(Connection* connection);

  // The next that may begin; it is inside then.
  Connection* Next();
  // Somebody who has to go so that others can begin.
  Connection* Overdue(ike::TimePoint now) const;
  // When to ask for that again, if nothing else happens.
  ike::TimePoint NextOverdue() const;

 private:
  void Unlist(Connection* connection);

  const size_t places_;
  const ike::Duration grace_;
  size_t inside_ = 0;
  std::list<Connection*> idle_;  // the longest first
  std::map<uint64_t, Connection*, std::greater<>> waiting_;
};

}  // namespace exporter
