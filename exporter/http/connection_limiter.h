// ConnectionLimiter: how many connections there are, of whom, and which of them keep us waiting:
// for a request, the rest of it, or for their answer to be read. Where there are too many, the one
// that has waited longest is shut down, of the same client first. Any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "probes/base/ip_address.h"
#include "probes/base/time.h"

namespace exporter {

class ConnectionLimiter {
 public:
  static constexpr size_t kMaxConnections = 256;
  // A browser opens six, Prometheus one for each target that is being probed.
  static constexpr size_t kMaxWaiting = 32;
  // A connection that is younger may have a request that no thread has come to read yet.
  static constexpr ike::Duration kGrace = std::chrono::seconds(1);

  // What the connections of one address (of IPv6: one /64) share.
  struct Client {
    std::mutex turn;         // of what takes computing time: one thing of a client at a time
    std::mutex password;     // the same of hashes, which take longer than anything else
    size_t connections = 0;  // protected by the limiter's mutex, as is all below
    size_t waiting = 0;
  };

  // One connection's place; left with its end.
  class Place {
   public:
    Place(ConnectionLimiter* limiter, int fd, std::shared_ptr<Client> client)
        : limiter_(limiter), fd_(fd), client_(std::move(client)) {}
    ~Place() { limiter_->Leave(this); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Its client is waited for, since then; or it is being answered.
    void Wait(ike::TimePoint since) { limiter_->Note(this, true, since); }
    void Work() { limiter_->Note(this, false, {}); }
    Client* client() { return client_.get(); }

   private:
    friend class ConnectionLimiter;
    ConnectionLimiter* const limiter_;
    const int fd_;
    const std::shared_ptr<Client> client_;
    std::list<Place*>::iterator at_;  // protected by the limiter's mutex, as is all below
    ike::TimePoint since_;
    bool waits_ = false;
    bool shut_ = false;
  };
  using PlacePtr = std::unique_ptr<Place>;

  explicit ConnectionLimiter(size_t max_connections = kMaxConnections) : max_(max_connections) {}

  // Null: there is no place for one more, and nobody else's to take.
  PlacePtr Add(int fd, const ike::IpAddress& client);
  // Shuts down what waits beyond kMaxWaiting of a client. To be called about once a second.
  void Trim(ike::TimePoint now);
  // False: no connection waits.
  bool ShutLongest();
  // Those that wait, or all.
  void ShutAll(bool waiting_only);
  // False: not within that time.
  bool WaitUntilEmpty(ike::Duration limit);
  size_t connections() const;

 private:
  using Lock = std::unique_lock<std::mutex>;
  void Note(Place* place, bool waits, ike::TimePoint since);
  void Leave(Place* place);
  void Shut(Place* place);
  Place* Longest(const Client* client) const;
  bool MayEnter(const Client& client) const;
  bool MakeRoom(Client* client, Lock* lock);
  void TrimClient(Client* client, ike::TimePoint now);

  const size_t max_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::list<Place*> places_;  // protected by mutex_, as is all below
  std::unordered_map<ike::IpAddress, std::weak_ptr<Client>> clients_;
};

}  // namespace exporter
