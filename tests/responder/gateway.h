// One [[gateway]] table come to life, with all its addresses: the link in front of it (loss, delay,
// duplicates, flaky hours), its two daemons, its half-open SAs and its counters. Sans-IO: what it
// says goes to a Sink. Called by Server on the event loop's thread.
#pragma once

#include <memory>
#include <string>

#include "tests/responder/daemon_v1.h"
#include "tests/responder/daemon_v2.h"
#include "tests/responder/journal.h"

namespace responder {

// How one answer leaves: when, and from where if not from the address that was asked.
struct Departure {
  int64_t delay = 0;  // after the arrival of the request
  bool other_port = false;
  bool flip_marker = false;  // leaves the non-ESP marker out, or puts one where none belongs
  std::optional<Address> from;
  // Sent as this code of ICMP destination unreachable that quotes the bytes as if we had been sent
  // them at `quoted`.
  std::optional<uint8_t> icmp_code;
  Endpoint quoted;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Copies `bytes`; `request` is the one being answered.
  virtual void Send(const Request& request, View bytes, const Departure& departure) = 0;
};

class Gateway {
 public:
  Gateway(Posture posture, size_t addresses, uint64_t seed, PublicValues& values);

  void Handle(const Request& request, Sink& sink, EventLog& log);

  const Posture& posture() const { return posture_; }
  Counters& counters() { return counters_; }
  std::string CountersAsJson() const;

 private:
  bool IsUp(int64_t now);
  bool Happens(double probability);
  uint64_t Draw() { return Mix(seed_ ^ ++draws_); }
  Verdict Hear(const Request& request, Bytes& reply);
  Verdict Dispatch(const Request& request, Bytes& reply);
  void Say(const Request& request, Sink& sink, EventLog& log);
  void SendIcmp(const Request& request, Sink& sink);
  void Remember(View reply);
  View StaleFor(const Request& request) const;
  void Misbehave(const Request& request, Sink& sink);
  void Emit(const Request& request, View bytes, Departure departure, Sink& sink);
  Verdict RefuseMajorVersion(const Header& header, Bytes& reply) const;

  Posture posture_;
  uint64_t seed_;
  uint64_t draws_ = 0;
  int64_t first_heard_ = 0;
  size_t mischief_turn_ = 0;
  HalfOpenTable half_open_;
  DaemonV1 v1_;
  DaemonV2 v2_;
  Counters counters_;
  Bytes reply_;
  Bytes last_reply_, older_reply_;  // to two different openings: what replies from the past are
};

}  // namespace responder
