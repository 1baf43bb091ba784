// Connection: one client, from accept to close: handshake, requests one after another, replies.
// Never waits: what must wait has a deadline, what takes time is done by a worker. Made and used by
// the front, on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "exporter/http/call.h"
#include "exporter/http/channel.h"
#include "exporter/http/crowd.h"
#include "exporter/http/handshake_gate.h"
#include "exporter/http/request_parser.h"
#include "exporter/net/event_loop.h"

namespace exporter {

class Front;

class Connection {
 public:
  // `front` outlives it.
  Connection(Front* front, uint64_t id, std::shared_ptr<Channel> channel);
  ~Connection();

  void Begin(bool tls);
  // The front stops: replies under way are finished, requests that have only begun are not.
  void WindDown();
  // Closes; the object goes later.
  void End();

  // Its handshake may begin.
  void OnAdmitted() { Shake(true); }
  // It left its handshake half done while others waited. Who floods would be back at once if it
  // were told; so it is not, until it says something or its time is over.
  void GiveUpHandshake();
  // A worker is done with what this connection gave to it.
  void OnHandshake(Channel::Need need);
  void OnPassword();
  void OnPiece();
  void Pump();

  uint64_t id() const { return id_; }
  // It is the client that is waited for, so that others may take its place.
  bool waits() const { return phase_ != Phase::kShaking && phase_ != Phase::kWorking; }
  // Bytes in memory.
  size_t held() const {
    return session_ + parser_.held() + asked_ + HeapBytes(leftover_) + HeapBytes(out_);
  }

  Crowd::Books books;            // kept by the crowd
  HandshakeGate::Ticket ticket;  // kept by the gate

 private:
  enum class Phase : uint8_t {
    kHandshake,
    kQueued,   // other handshakes come first
    kShaking,  // a worker carries the handshake on
    kIdle,     // between requests
    kHead,
    kBody,
    kWorking,
    kSending,
    kLingering,  // it is told all; what the client still sends is thrown away
    kForsaken,   // its handshake was given up
  };

  void Move(Phase phase);
  void Enter(Phase phase);
  void Await(Channel::Need need);
  void OnReady(uint32_t events);
  bool BeginShaking();
  void Shake(bool first);
  bool Receive();
  bool Take(std::string_view bytes);
  bool Discard();
  void Dispatch();
  void Refuse();
  void Decide();
  std::function<void()> JobOf(std::function<void(Call*)> work, void (Connection::*done)());
  Crowd::Rank RankOf() const;
  bool AskWorker();
  void Reply();
  bool Send();
  bool NextPiece();
  void Finish();
  void Linger();

  Front* const front_;
  const uint64_t id_;
  std::string client_;                // its network, once it has asked for something
  std::shared_ptr<Channel> channel_;  // null: it has ended
  net::LoopTimer deadline_;
  Phase phase_ = Phase::kIdle;
  uint32_t awaited_ = 0;  // epoll's events
  bool winding_down_ = false;
  ike::TimePoint scraped_;  // when it was last served by the workers for scrapes, if ever
  uint64_t scrape_ = 0;     // precedence of the one under way
  size_t session_ = 0;      // bytes that TLS holds
  size_t asked_ = 0;        // bytes of the request that is being answered

  RequestParser parser_;
  std::string leftover_;  // received beyond the request
  CallPtr call_;          // the request that is being answered
  std::string out_;       // to be sent
  size_t sent_ = 0;       // of out_
  size_t timed_ = 0;      // of out_, when the deadline was set
  size_t discarded_ = 0;
};

}  // namespace exporter
