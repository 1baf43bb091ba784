// PacketPacer: when one engine may send its next packet. Two limits: its share of the configured
// rate ([probe] packets_per_second), and what may be in flight, so that all answers that are to be
// expected fit into the receive buffer, however long we are kept from reading it. Where the kernel
// drops packets all the same, less is in flight for a while. Passive, without a clock; one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "exporter/base/token_bucket.h"
#include "exporter/limits/pace.h"
#include "probes/exchange/outcome.h"

namespace exporter {

class PacketPacer {
 public:
  explicit PacketPacer(ike::TimePoint now) : bucket_(0, now), expired_(SliceOf(now) - 1) {}

  void set_rate(uint32_t packets_per_second) { rate_ = packets_per_second; }
  // Answers come to a buffer that holds so many; the smallest one counts.
  void AddReceiveBuffer(size_t datagrams);

  // To be called once a turn, before what has arrived meanwhile is read.
  void Advance(ike::TimePoint now);
  bool MaySend() const { return bucket_.has_token() && in_flight_ < window_; }
  // REQUIRES: !MaySend().
  Pace limit() const { return bucket_.has_token() ? Pace::kReceiveBuffer : Pace::kRate; }
  // One packet went out, allowed or not: what a peer asked for is sent at once, and what follows
  // waits for it. `awaited`: its answer would come to the receive buffer.
  void OnSent(ike::TimePoint now, bool awaited);
  // The packet sent at `sent` was answered.
  void OnAnswered(ike::TimePoint sent);
  void OnRtt(ike::Duration rtt);
  // How many packets the kernel has dropped, since ever.
  void OnDrops(uint64_t total, ike::TimePoint now);

  size_t in_flight() const { return in_flight_; }
  size_t window() const { return window_; }
  // How long an answer is waited for before it is thought lost on the way.
  ike::Duration patience() const { return patience_; }

 private:
  static constexpr int kSliceShift = 23;  // 8.4 ms
  static constexpr size_t kSlices = 256;  // more than the longest patience and a pause

  static int64_t SliceOf(ike::TimePoint time) {
    return time.time_since_epoch().count() >> kSliceShift;
  }
  uint32_t& SentIn(int64_t slice) { return sent_[static_cast<size_t>(slice) % kSlices]; }
  void Expire(ike::TimePoint now);
  uint32_t Forget(int64_t slice);
  void Learn();
  void SetWindow();

  double rate_ = 10000;
  TokenBucket bucket_;
  std::array<uint32_t, kSlices> sent_{};  // by slice of time, what is not answered yet
  int64_t expired_;                       // the last slice that is not waited for any more
  size_t in_flight_ = 0;                  // the sum of sent_
  size_t capacity_ = SIZE_MAX;            // of the smallest buffer
  size_t window_ = SIZE_MAX;              // how many may be in flight
  double share_ = 1;                      // of the capacity that is used
  double answered_share_ = 1;             // of the packets, lately
  uint32_t answered_ = 0;                 // since answered_share_ was renewed
  uint32_t lost_ = 0;
  uint64_t drops_ = 0;
  ike::TimePoint eased_{};  // when share_ last grew or shrank
  double smoothed_rtt_ = 0;
  double rtt_variation_ = 0;
  ike::Duration patience_ = std::chrono::seconds(1);  // until something is known
};

}  // namespace exporter
