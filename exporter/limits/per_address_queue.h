// PerAddressQueue: lets one opening at a time through to each address. A daemon counts what it is
// still working on as half-open, also what it will refuse (lab: charon then demands cookies of the
// next one), so the half-open budget holds only if openings do not overlap there. Used by the
// ExchangeRunners of all engines; any thread if it is made for several. It owns nothing and
// allocates nothing per opening.
#pragma once

#include <optional>

#include "exporter/base/spi_table.h"
#include "exporter/base/tiny_lock.h"
#include "probes/base/ip_address.h"
#include "probes/exchange/outcome.h"

namespace exporter {

class PerAddressQueue {
 public:
  // Embedded in, or a base of, whatever wants through. Neither moved nor destroyed between Enter
  // and Leave. Everything in it is the queue's own.
  class Node {
   private:
    friend class PerAddressQueue;
    enum class Place : uint8_t { kOutside, kQueued, kThrough };
    uint64_t key_ = 0;
    uint64_t tag_ = 0;
    Node* next_ = nullptr;      // towards the end of the queue
    Node* previous_ = nullptr;  // towards its head
    Node* last_ = nullptr;      // of the one that is through: the end of the queue behind it
    ike::TimePoint silent_{};   // of the one that is through: since when the address owes an answer
    Place place_ = Place::kOutside;
  };

  // Which node is through now, and the tag that it entered with: by the time that its owner hears
  // of it, the node may have left and entered again.
  struct Turn {
    Node* node = nullptr;
    uint64_t tag = 0;
  };

  explicit PerAddressQueue(bool several_threads = false) : lock_(several_threads) {}

  // Someone will enter or leave soon.
  void Prefetch(const ike::IpAddress& address);

  // Whether `node` is through at once; otherwise it is queued.
  bool Enter(Node* node, const ike::IpAddress& address, uint64_t tag, ike::TimePoint now);

  // `node` waits no longer, or is done; `answered`: when it was answered. Returns the one that is
  // through now instead of it, if any.
  Turn Leave(Node* node, std::optional<ike::TimePoint> answered);

  // Lets `node` through all the same, and the others wait for it, if the address has owed an answer
  // since `silent` or longer: what is not answered by now is probably not worked on either.
  // Returns since when it has owed one; nothing = `node` is through.
  std::optional<ike::TimePoint> Overtake(Node* node, ike::TimePoint silent);

 private:
  static void Unlink(Node* node, Node* head);

  OptionalLock lock_;  // guards heads_ and every node
  // By address: each is the one that is through, with its queue behind it. Two addresses of one key
  // would only wait for each other.
  SpiTable<Node> heads_;
};

}  // namespace exporter
