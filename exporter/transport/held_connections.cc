#include "exporter/transport/held_connections.h"

#include <utility>
#include <vector>

#include "exporter/net/connection_keeper.h"

namespace exporter {

struct HeldConnections::Held final : net::TcpHandler {
  // What still comes, such as a retransmission, is of no exchange any more.
  void OnMessage(ike::ByteSpan, ike::TimePoint) override {}
  void OnClosed(const net::TcpClosed&) override { owner->Drop(place); }

  HeldConnections* owner = nullptr;
  Peer peer;
  std::unique_ptr<net::TcpChannel> channel;
  ByEnd::iterator place;
};

HeldConnections::HeldConnections(HalfOpenBudget* budget) : budget_(budget) {}
HeldConnections::~HeldConnections() = default;

void HeldConnections::Hold(std::unique_ptr<net::TcpChannel> channel, const Peer& peer,
                           ike::TimePoint now) {
  if (!peer.selected && unselected_ >= limit_ / 2) return;
  const ike::TimePoint end = now + LifetimeOf(peer.version);
  auto held = std::make_unique<Held>();
  channel->set_handler(held.get());
  held->owner = this;
  held->peer = peer;
  held->channel = std::move(channel);
  const auto place = held_.emplace(end, std::move(held));
  place->second->place = place;
  if (peer.selected) return budget_->Prolong(peer.address, now, end);
  ++unselected_;
}

void HeldConnections::Drop(ByEnd::iterator place) {
  const Peer& peer = place->second->peer;
  if (peer.selected) {
    budget_->Release(peer.address, place->first);
  } else {
    --unselected_;
  }
  held_.erase(place);
}

void HeldConnections::LeaveInBackground(ike::TimePoint now) {
  if (held_.empty()) return;
  std::vector<int> fds;
  for (const auto& [end, held] : held_) fds.push_back(held->channel->fd());
  net::KeepOpenInBackground(fds, held_.rbegin()->first - now);
}

void HeldConnections::Advance(ike::TimePoint now) {
  while (!held_.empty() && held_.begin()->first <= now) Drop(held_.begin());
}

ike::TimePoint HeldConnections::NextEnd() const {
  return held_.empty() ? ike::TimePoint::max() : held_.begin()->first;
}

}  // namespace exporter
