// Trace: the messages that went to and fro in one probe, for a debug log and the target's page.
// Bounded whatever the peer sends. Filled on the engine's thread; immutable once handed over.
#pragma once

#include <cstddef>
#include <vector>

#include "probes/base/bytes.h"
#include "probes/base/time.h"

namespace exporter {

// Raw Aggressive Mode answers never appear: with the nonces they are an offline PSK-cracking kit.
struct TracedMessage {
  bool sent = false;
  bool retransmission = false;  // of the last message sent, whose bytes are not kept again
  ike::Duration at{};           // since its exchange began
  ike::Bytes bytes;             // empty too where they must not be shown
};

class Trace {
 public:
  static constexpr size_t kMostMessages = 32;
  static constexpr size_t kMostBytes = size_t{32} * 1024;

  // What exceeds the bounds is only counted.
  void Add(TracedMessage message);

  const std::vector<TracedMessage>& messages() const { return messages_; }
  size_t dropped() const { return dropped_; }

 private:
  std::vector<TracedMessage> messages_;
  size_t bytes_ = 0;
  size_t dropped_ = 0;
};

}  // namespace exporter
