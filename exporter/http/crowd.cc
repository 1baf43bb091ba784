#include "exporter/http/crowd.h"

#include <algorithm>

#include "exporter/http/connection.h"

namespace exporter {
namespace {

// A browser opens six, Prometheus one or two.
constexpr size_t kFewConnections = 16;
// So far a list is searched for somebody of a client with many: in a flood they are everywhere.
constexpr int kLooks = 32;

uint64_t Ranked(Crowd::Rank rank, uint64_t number) {
  return static_cast<uint8_t>(rank) * Crowd::kGoesOn + number;
}

}  // namespace

void Crowd::Join(Connection* connection, const ike::IpAddress& client) {
  connection->books.client = client;
  ++clients_[client];
}

bool Crowd::OfMany(const Connection* connection) const {
  auto found = clients_.find(connection->books.client);
  return found != clients_.end() && found->second > kFewConnections;
}

uint64_t Crowd::PrecedenceOfPage(Rank rank) {
  return rank == Rank::kGreedy ? 0 : Ranked(rank, ++turns_);
}

uint64_t Crowd::PrecedenceInTurn(const Connection* connection) {
  Rank rank = OfMany(connection) ? Rank::kMany : Rank::kFew;
  return Ranked(rank, kGoesOn - ++turns_);
}

Crowd::List* Crowd::ListOf(const Books& books) {
  if (books.greedy) return &greedy_;
  return books.waits ? &waiting_ : &working_;
}

void Crowd::Leave(Books* books) {
  if (books->place) ListOf(*books)->erase(*books->place);
  if (books->holding) holding_.erase(*books->holding);
  books->place.reset();
  books->holding.reset();
}

void Crowd::Place(Connection* connection) {
  List* list = ListOf(connection->books);
  connection->books.place = list->insert(list->end(), connection);
  UpdateHolding(connection);
}

void Crowd::NotePhase(Connection* connection) {
  Leave(&connection->books);
  connection->books.waits = connection->waits();
  Place(connection);
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

uint64_t Crowd::BeginStream(Connection* connection, Rank rank) {
  EndStream(connection);
  Leave(&connection->books);
  connection->books.streams = true;
  connection->books.greedy = rank == Rank::kGreedy;
  Place(connection);
  ++streams_;
  return PrecedenceOfPage(rank);
}

void Crowd::EndStream(Connection* connection) {
  if (!connection->books.streams) return;
  Leave(&connection->books);
  connection->books.streams = false;
  connection->books.greedy = false;
  Place(connection);
  --streams_;
}

void Crowd::Forget(Connection* connection) {
  EndStream(connection);
  Leave(&connection->books);
  held_ -= connection->books.held;
  connection->books.held = 0;
  auto client = clients_.find(connection->books.client);
  if (client != clients_.end() && --client->second == 0) clients_.erase(client);
}

Connection* Crowd::FirstOfMany(const List& list, const Connection* but) const {
  int looks = kLooks;
  for (auto at = list.begin(); at != list.end() && looks > 0; ++at, --looks) {
    if (*at != but && OfMany(*at)) return *at;
  }
  return nullptr;
}

Connection* Crowd::Longest() const {
  if (!greedy_.empty()) return greedy_.front();
  for (const List* list : {&waiting_, &working_}) {
    if (Connection* found = FirstOfMany(*list, nullptr)) return found;
  }
  if (!waiting_.empty()) return waiting_.front();
  return working_.empty() ? nullptr : working_.front();
}

Connection* Crowd::LongestHolding(const Connection* but) const {
  auto holds = [but](const Connection* one) { return one != but && one->books.held > 0; };
  int looks = kLooks;
  for (auto at = greedy_.begin(); at != greedy_.end() && looks > 0; ++at, --looks) {
    if (holds(*at)) return *at;
  }
  if (Connection* of_many = FirstOfMany(holding_, but)) return of_many;
  auto first = std::ranges::find_if(holding_, holds);
  return first == holding_.end() ? nullptr : *first;
}

}  // namespace exporter
