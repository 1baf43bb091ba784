// Front: accepts connections and moves their bytes, all on one thread that never waits for a client
// and computes nothing that takes time; so neither thousands of slow clients nor long answers keep
// others waiting. Bounded: connections and bytes in memory; when it gets crowded, whoever keeps us
// waiting longest has to go. Start and Stop on one thread; Submit, Post
// and beats() on any; the rest is for connections, on the front's thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "exporter/http/connection.h"
#include "exporter/http/crowd.h"
#include "exporter/http/handshake_gate.h"
#include "exporter/http/listener.h"
#include "exporter/http/site.h"
#include "exporter/http/web_access.h"
#include "exporter/http/worker_pool.h"
#include "exporter/net/event_loop.h"

namespace exporter {

// What workers do, each kind in a pool of its own.
enum class Work : uint8_t { kHandshake, kPassword, kScrape, kPage, kProbe };
Work WorkOf(const Route& route);

class Front final : private net::Ticker {
 public:
  // Both outlive it.
  static tl::expected<std::unique_ptr<Front>, std::string> Create(Site* site, WebAccess* access);
  ~Front() override;

  // False: the kernel refuses.
  bool Start(std::vector<Listener> listeners);
  // Accepts nothing more, finishes replies for at most `patience`, and ends.
  void Stop(ike::Duration patience);
  // Grows while the front is alive.
  uint64_t beats() const { return beats_.load(std::memory_order_relaxed); }

  // False: too much waits already.
  bool Submit(Work work, WorkerPool::Job job) {
    return pools_[static_cast<size_t>(work)].Submit(std::move(job));
  }
  // Runs `task` on the front's thread if the connection is still there.
  void Post(uint64_t id, std::function<void(Connection*)> task);

  net::EventLoop* loop() { return loop_.get(); }
  Site* site() { return site_; }
  WebPolicyPtr policy() const { return access_->current(); }
  Crowd* crowd() { return &crowd_; }
  HandshakeGate* handshakes() { return &handshakes_; }
  // Ends others for what it holds, if need be.
  void NoteHeld(Connection* connection);
  void Forget(Connection* connection);

 private:
  Front(Site* site, WebAccess* access, std::unique_ptr<net::EventLoop> loop);
  ike::TimePoint OnTick(ike::TimePoint now) override;
  void AdmitHandshakes(ike::TimePoint now);
  void Accept(int listener);
  void Admit(int fd);
  bool EvictOldest();
  void PauseAccepting();
  void Listen(uint32_t events);
  void Beat();

  Site* const site_;
  WebAccess* const access_;
  const std::unique_ptr<net::EventLoop> loop_;
  const size_t max_connections_;
  std::vector<Listener> listeners_;
  std::atomic<uint64_t> beats_{0};

  // The front's thread only, from here.
  uint64_t next_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> ended_;  // destroyed once no callback of theirs runs
  Crowd crowd_;
  HandshakeGate handshakes_;
  net::LoopTimer pause_;
  net::LoopTimer heart_;
  bool stopping_ = false;
  ike::TimePoint stop_until_{};

  // Last: their threads use what stands above.
  std::array<WorkerPool, 5> pools_;
  std::thread thread_;
};

}  // namespace exporter
