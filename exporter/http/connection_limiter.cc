#include "exporter/http/connection_limiter.h"

#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "exporter/http/fair_share.h"

namespace exporter {
namespace {

// Until a connection that was shut down has left.
constexpr ike::Duration kLeaveTime = std::chrono::milliseconds(500);

}  // namespace

ConnectionLimiter::Place* ConnectionLimiter::Longest(const Client* client) const {
  Place* longest = nullptr;
  for (Place* place : places_) {
    if (!place->waits_ || (client != nullptr && place->client_.get() != client)) continue;
    if (longest == nullptr || place->since_ < longest->since_) longest = place;
  }
  return longest;
}

// Its thread sees the end of the connection, and leaves.
void ConnectionLimiter::Shut(Place* place) {
  if (place->waits_) --place->client_->waiting;
  place->waits_ = false;
  place->shut_ = true;
  shutdown(place->fd_, SHUT_RDWR);
}

bool ConnectionLimiter::MayEnter(const Client& client) const {
  return MayTake(places_.size(), client.connections, max_);
}

bool ConnectionLimiter::MakeRoom(Client* client, Lock* lock) {
  if (MayEnter(*client)) return true;
  Place* victim = Longest(client);
  // A client that has more than its share ends nobody else's.
  if (victim == nullptr && client->connections < max_ / 8) victim = Longest(nullptr);
  if (victim != nullptr) Shut(victim);
  return left_.wait_for(*lock, kLeaveTime, [&] { return MayEnter(*client); });
}

void ConnectionLimiter::TrimClient(Client* client, ike::TimePoint now) {
  while (client->waiting > kMaxWaiting) {
    Place* longest = Longest(client);
    if (longest == nullptr || now - longest->since_ < kGrace) return;
    Shut(longest);
  }
}

ConnectionLimiter::PlacePtr ConnectionLimiter::Add(int fd, const ike::IpAddress& address) {
  Lock lock(mutex_);
  std::weak_ptr<Client>& known = clients_[address];
  std::shared_ptr<Client> client = known.lock();
  if (!client) known = client = std::make_shared<Client>();
  if (!MakeRoom(client.get(), &lock)) return nullptr;
  auto place = std::make_unique<Place>(this, fd, client);
  place->at_ = places_.insert(places_.end(), place.get());
  ++client->connections;
  return place;
}

void ConnectionLimiter::Note(Place* place, bool waits, ike::TimePoint since) {
  std::lock_guard lock(mutex_);
  if (place->shut_) return;
  place->client_->waiting += waits ? 1 : 0;
  place->client_->waiting -= place->waits_ ? 1 : 0;
  place->waits_ = waits;
  place->since_ = since;
  if (waits) TrimClient(place->client_.get(), since);
}

void ConnectionLimiter::Leave(Place* place) {
  std::lock_guard lock(mutex_);
  if (place->waits_) --place->client_->waiting;
  --place->client_->connections;
  places_.erase(place->at_);
  left_.notify_all();
}

void ConnectionLimiter::Trim(ike::TimePoint now) {
  std::lock_guard lock(mutex_);
  std::erase_if(clients_, [](const auto& item) { return item.second.expired(); });
  for (const auto& [address, known] : clients_) {
    if (auto client = known.lock()) TrimClient(client.get(), now);
  }
}

bool ConnectionLimiter::ShutLongest() {
  std::lock_guard lock(mutex_);
  Place* longest = Longest(nullptr);
  if (longest != nullptr) Shut(longest);
  return longest != nullptr;
}

void ConnectionLimiter::ShutAll(bool waiting_only) {
  std::lock_guard lock(mutex_);
  for (Place* place : places_) {
    if (place->waits_ || !waiting_only) Shut(place);
  }
}

bool ConnectionLimiter::WaitUntilEmpty(ike::Duration limit) {
  Lock lock(mutex_);
  return left_.wait_for(lock, limit, [this] { return places_.empty(); });
}

size_t ConnectionLimiter::connections() const {
  std::lock_guard lock(mutex_);
  return places_.size();
}

}  // namespace exporter
