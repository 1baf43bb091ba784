// How a simulated gateway's line and its transports behave: part of a posture (posture.h), which
// says who fills it and who reads it. Plain values; times are nanoseconds, probabilities 0 to 1.
#pragma once

#include <cstdint>

namespace responder {

struct LinkPosture {
  int64_t delay = 0, jitter = 0;
  double loss = 0;        // the request never arrives
  double reply_loss = 0;  // state is made, the answer is lost
  double duplicate = 0;   // probability that an answer comes `copies` more times
  uint32_t copies = 1;
  double reorder = 0;  // probability that an answer is held back by `reorder_delay`
  int64_t reorder_delay = 30'000'000;
  int64_t up = 0, down = 0;  // flaky: a cycle of both; 0: always up
};

enum class Transport : uint8_t { kUdp = 1, kUdpEncap = 2, kTcp = 4, kTcpRaw = 8 };

// How a gateway treats a TCP connection.
enum class TcpHabit {
  kNormal,
  kSplit,       // a few bytes a segment
  kDribble,     // a byte each `tcp_pause`
  kUnfinished,  // everything but the last byte, and then nothing
  kHang,        // accepted, never read
  kLeave,       // closed where the answer was due
  kReset,       // reset at once
  kBadLength,   // a frame length of zero, or a message length below the header's
};

}  // namespace responder
