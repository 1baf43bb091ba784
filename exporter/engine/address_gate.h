// AddressGate: lets one opening at a time through to each address. A daemon counts what it is still
// working on as half-open, also what it will refuse (lab: charon then demands cookies of the next
// one), so the half-open budget holds only if openings do not overlap there. Used by the
// ExchangeRunner, one thread; owns nothing and allocates nothing per opening.
#pragma once

#include "exporter/engine/spi_table.h"
#include "probes/ip_address.h"

namespace exporter {

class AddressGate {
 public:
  // Embedded in, or a base of, whatever wants through. Neither moved nor destroyed between Enter
  // and Leave.
  class Node {
   public:
    bool queued() const { return place_ == Place::kQueued; }

   private:
    friend class AddressGate;
    enum class Place : uint8_t { kOutside, kQueued, kThrough };
    uint64_t key_ = 0;
    Node* next_ = nullptr;      // towards the end of the queue
    Node* previous_ = nullptr;  // towards its head
    Node* last_ = nullptr;      // of the one that is through: the end of the queue behind it
    Place place_ = Place::kOutside;
  };

  // Whether `node` is through at once; otherwise it is queued.
  bool Enter(Node* node, const ike::IpAddress& address);

  // `node` waits no longer, or is done. Returns the one that is through now instead of it, if any.
  Node* Leave(Node* node);

  // `node` has waited long enough for one that is probably not answered at all: it is through, and
  // the others wait for it.
  // REQUIRES: node->queued().
  void Overtake(Node* node);

 private:
  // Nodes by address: each is the head, the one that is through, with its queue behind it. Two
  // addresses of one key would only wait for each other.
  static uint64_t KeyOf(const ike::IpAddress& address);
  static void Unlink(Node* node, Node* head);

  SpiTable<Node> heads_;
};

}  // namespace exporter
