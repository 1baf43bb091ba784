#include "exporter/limits/packet_pacer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace exporter {
namespace {

// At most this much of the rate at once, since a late tick must not make a burst.
constexpr double kBurstSeconds = 0.02;

// An answer that is this late has been lost, or is one of few.
constexpr ike::Duration kLeastPatience = std::chrono::milliseconds(50);
constexpr ike::Duration kMostPatience = std::chrono::seconds(1);
// The estimate covers a mixed fleet: the last hundred answers or so.
constexpr double kGain = 1.0 / 64;
// To take an answer for lost does harm, to wait too long for one does not.
constexpr double kGainOfLate = 1.0 / 4;

// Peers that are silent must not keep the others waiting, so what counts is how many answers are to
// be expected: as many of a hundred packets as of the last ones, but at least this share, lest
// the return of a whole network overflow the buffer.
constexpr double kLeastAnsweredShare = 1.0 / 16;

// Where the kernel drops, half as much is in flight, down to this share or this number: foreign
// floods fill the buffer too, and must not stop the probing.
constexpr double kLeastShare = 0.25;
constexpr double kLeastWindow = 64;
// How it grows again.
constexpr ike::Duration kEaseInterval = std::chrono::seconds(1);
constexpr double kEaseStep = 0.125;

}  // namespace

void PacketPacer::AddReceiveBuffer(size_t datagrams) {
  capacity_ = std::min(capacity_, datagrams);
  SetWindow();
}

void PacketPacer::SetWindow() {
  if (capacity_ == SIZE_MAX) return;  // no buffer yet
  const auto capacity = static_cast<double>(capacity_);
  const double answers = std::max(capacity * share_, std::min(capacity, kLeastWindow));
  window_ = static_cast<size_t>(answers / answered_share_);
}

void PacketPacer::Advance(ike::TimePoint now) {
  if (now <= bucket_.refilled()) return;
  Expire(now);
  bucket_.Refill(rate_, std::max(1.0, rate_ * kBurstSeconds), now);
  if (answered_ + lost_ > 0) Learn();
}

// What was to be given up at the last turn has had its chance since: after a pause the answers are
// there and only wait to be read.
void PacketPacer::Expire(ike::TimePoint now) {
  const int64_t last = SliceOf(bucket_.refilled() - patience_) - 1;
  while (expired_ < last) lost_ += Forget(++expired_);
  // After a long pause the slices are needed anew; nothing is learnt from that.
  const int64_t reused = SliceOf(now) - static_cast<int64_t>(kSlices);
  expired_ = std::max(expired_, reused - static_cast<int64_t>(kSlices));
  while (expired_ < reused) Forget(++expired_);
}

uint32_t PacketPacer::Forget(int64_t slice) {
  const uint32_t sent = std::exchange(SentIn(slice), 0);
  in_flight_ -= sent;
  return sent;
}

void PacketPacer::Learn() {
  const double packets = answered_ + lost_;
  const double step = packets * kGain / (1 + packets * kGain);
  answered_share_ += step * (answered_ / packets - answered_share_);
  answered_share_ = std::max(answered_share_, kLeastAnsweredShare);
  answered_ = lost_ = 0;
  SetWindow();
}

void PacketPacer::OnSent(ike::TimePoint now, bool awaited) {
  bucket_.Spend();
  if (!awaited) return;
  ++SentIn(SliceOf(now));
  ++in_flight_;
}

void PacketPacer::OnAnswered(ike::TimePoint sent) {
  const int64_t slice = SliceOf(sent);
  ++answered_;  // also where it was given up before
  if (slice <= expired_) return;
  --SentIn(slice);
  --in_flight_;
}

void PacketPacer::OnRtt(ike::Duration rtt) {
  const auto sample = static_cast<double>(rtt.count());
  if (smoothed_rtt_ == 0) {
    smoothed_rtt_ = sample;
    rtt_variation_ = sample / 2;
  }
  const double gain = rtt > patience_ ? kGainOfLate : kGain;
  rtt_variation_ += gain * (std::abs(sample - smoothed_rtt_) - rtt_variation_);
  smoothed_rtt_ += gain * (sample - smoothed_rtt_);
  // As RFC 6298 section 2 waits for an acknowledgement.
  const ike::Duration usual(static_cast<int64_t>(smoothed_rtt_ + 4 * rtt_variation_));
  patience_ = std::clamp(usual, kLeastPatience, kMostPatience);
}

void PacketPacer::OnDrops(uint64_t total, ike::TimePoint now) {
  if (total > drops_) {
    drops_ = total;
    eased_ = now;
    share_ = std::max(kLeastShare, share_ / 2);
    return SetWindow();
  }
  if (share_ == 1 || now - eased_ < kEaseInterval) return;
  share_ = std::min(1.0, share_ + kEaseStep);
  eased_ = now;
  SetWindow();
}

}  // namespace exporter
