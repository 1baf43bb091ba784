#include "exporter/http/handshake_gate.h"

#include "exporter/http/connection.h"

namespace exporter {

using State = HandshakeGate::Ticket::State;

bool HandshakeGate::Enter(Connection* connection, uint64_t precedence) {
  connection->ticket.precedence = precedence;
  if (waiting_.empty() && inside_ < places_) {
    connection->ticket.state = State::kWorking;
    ++inside_;
    return true;
  }
  connection->ticket.state = State::kWaiting;
  waiting_.emplace(precedence, connection);
  return false;
}

void HandshakeGate::Unlist(Connection* connection) {
  Ticket& ticket = connection->ticket;
  if (ticket.state == State::kWaiting) waiting_.erase(ticket.precedence);
  if (ticket.state == State::kIdle) idle_.erase(ticket.place);
}

void HandshakeGate::Work(Connection* connection) {
  Unlist(connection);
  connection->ticket.state = State::kWorking;
}

void HandshakeGate::Idle(Connection* connection, ike::TimePoint now) {
  Unlist(connection);
  connection->ticket.state = State::kIdle;
  connection->ticket.place = idle_.insert(idle_.end(), connection);
  connection->ticket.since = now;
}

void HandshakeGate::Leave(Connection* connection) {
  Unlist(connection);
  if (connection->ticket.inside()) --inside_;
  connection->ticket.state = State::kNone;
}

Connection* HandshakeGate::Next() {
  if (waiting_.empty() || inside_ >= places_) return nullptr;
  Connection* next = waiting_.begin()->second;
  Work(next);
  ++inside_;
  return next;
}

Connection* HandshakeGate::Overdue(ike::TimePoint now) const {
  return NextOverdue() <= now ? idle_.front() : nullptr;
}

ike::TimePoint HandshakeGate::NextOverdue() const {
  if (waiting_.empty() || idle_.empty()) return ike::TimePoint::max();
  return idle_.front()->ticket.since + grace_;
}

}  // namespace exporter
