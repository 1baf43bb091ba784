// Crowd: who is connected, for whom we wait, and what they hold in memory; and, when there are too
// many, who has to go: whoever has kept us waiting longest. Every question costs the same however
// many there are. Used by the front, on its thread.
#pragma once

#include <cstddef>
#include <list>
#include <optional>

namespace exporter {

class Connection;

class Crowd {
 public:
  using List = std::list<Connection*>;

  // One connection's entries.
  struct Books {
    std::optional<List::iterator> place;    // among those that wait, or those that are worked for
    std::optional<List::iterator> holding;  // among those that wait and hold memory
    size_t held = 0;
    bool waits = false;
    bool streams = false;
  };

  // It begins to wait for its client, or to be worked for.
  void NotePhase(Connection* connection);
  // What it holds has changed.
  void NoteHeld(Connection* connection);
  // It begins or ends a reply that is made while it is sent.
  void NoteStream(Connection* connection, bool streams);
  void Forget(Connection* connection);

  // Null: there is none. Those that are worked for come last.
  Connection* Longest() const;
  // Of those that hold memory, `but` excepted.
  Connection* LongestHolding(const Connection* but) const;
  size_t held() const { return held_; }
  size_t streams() const { return streams_; }

 private:
  void Leave(Books* books);
  void UpdateHolding(Connection* connection);

  List waiting_;  // the longest first, as in the others
  List working_;
  List holding_;
  size_t held_ = 0;
  size_t streams_ = 0;
};

}  // namespace exporter
