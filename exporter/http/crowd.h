// Crowd: who is connected, for whom we wait, and what they hold in memory; and, when there are too
// many, who comes last and who has to go: first whoever asks again before it was answered, then
// clients with many connections, and of those whoever has kept us waiting longest. Every question
// costs the same however many there are. Used by the front, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "probes/ip_address.h"

namespace exporter {

class Connection;

class Crowd {
 public:
  using List = std::list<Connection*>;

  // Who is served before whom, the last first.
  enum class Rank : uint8_t {
    kGreedy,   // it has asked again already, or was served just now
    kMany,     // its client has many connections
    kReturns,  // so it has, but this one was served well before, and waited until it asked again
    kFew,
  };

  // One connection's entries.
  struct Books {
    std::optional<List::iterator> place;    // among those that wait, or those that are worked for
    std::optional<List::iterator> holding;  // among those that wait and hold memory
    size_t held = 0;
    bool waits = false;
    bool streams = false;
    bool greedy = false;
    ike::IpAddress client;
  };

  void Join(Connection* connection, const ike::IpAddress& client);
  // Its client has more connections than anybody needs.
  bool OfMany(const Connection* connection) const;
  // Of a page: the latest of a rank first, from its first byte to its last: he is the most likely
  // to wait still, and a flood delays itself. The greedy take turns.
  uint64_t PrecedenceOfPage(Rank rank);
  // Of what is done in one go, as a handshake or an answer of the API: within a rank they take
  // turns. kGoesOn is added to a handshake's once it has begun.
  uint64_t PrecedenceInTurn(const Connection* connection);
  static constexpr uint64_t kGoesOn = uint64_t{1} << 56;

  // It begins to wait for its client, or to be worked for.
  void NotePhase(Connection* connection);
  // What it holds has changed.
  void NoteHeld(Connection* connection);
  // It begins a reply that is made while it is sent; the precedence of that.
  uint64_t BeginStream(Connection* connection, Rank rank);
  void EndStream(Connection* connection);
  void Forget(Connection* connection);

  // Who has to go; null: there is none. Those that are worked for come last.
  Connection* Longest() const;
  // The same of those that hold memory, `but` excepted: the greedy whatever they do, the others
  // where they are waited for.
  Connection* LongestHolding(const Connection* but) const;
  size_t held() const { return held_; }
  size_t streams() const { return streams_; }

 private:
  List* ListOf(const Books& books);
  void Place(Connection* connection);
  void Leave(Books* books);
  void UpdateHolding(Connection* connection);
  Connection* FirstOfMany(const List& list, const Connection* but) const;

  List greedy_;  // the longest first, as in the others
  List waiting_;
  List working_;
  List holding_;
  size_t held_ = 0;
  size_t streams_ = 0;
  uint64_t turns_ = 0;
  std::unordered_map<ike::IpAddress, size_t> clients_;  // how many connections each has
};

}  // namespace exporter
