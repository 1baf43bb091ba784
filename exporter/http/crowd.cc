#include "exporter/http/crowd.h"

#include "exporter/http/connection.h"

namespace exporter {

void Crowd::Leave(Books* books) {
  if (books->place) (books->waits ? waiting_ : working_).erase(*books->place);
  if (books->holding) holding_.erase(*books->holding);
  books->place.reset();
  books->holding.reset();
}

void Crowd::NotePhase(Connection* connection) {
  Books& books = connection->books;
  Leave(&books);
  books.waits = connection->waits();
  List& list = books.waits ? waiting_ : working_;
  books.place = list.insert(list.end(), connection);
  UpdateHolding(connection);
}

void Crowd::UpdateHolding(Connection* connection) {
  Books& books = connection->books;
  bool holds = books.waits && books.held > 0;
  if (holds == books.holding.has_value()) return;
  if (holds) {
    books.holding = holding_.insert(holding_.end(), connection);
  } else {
    holding_.erase(*books.holding);
    books.holding.reset();
  }
}

void Crowd::NoteHeld(Connection* connection) {
  Books& books = connection->books;
  held_ += connection->held() - books.held;
  books.held = connection->held();
  UpdateHolding(connection);
}

void Crowd::NoteStream(Connection* connection, bool streams) {
  if (connection->books.streams == streams) return;
  connection->books.streams = streams;
  streams ? ++streams_ : --streams_;
}

void Crowd::Forget(Connection* connection) {
  Leave(&connection->books);
  NoteStream(connection, false);
  held_ -= connection->books.held;
  connection->books.held = 0;
}

Connection* Crowd::Longest() const {
  if (!waiting_.empty()) return waiting_.front();
  return working_.empty() ? nullptr : working_.front();
}

Connection* Crowd::LongestHolding(const Connection* but) const {
  for (Connection* connection : holding_) {
    if (connection != but) return connection;
  }
  return nullptr;
}

}  // namespace exporter
