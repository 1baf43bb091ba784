// What really happened, for tests to compare with: counters of each gateway (and, if wanted, of
// each address), and optionally one line per packet. Written by the event loop's thread. The
// counters are a JSON object a line; events are tab-separated, with a header line.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/responder/verdict.h"

namespace responder {

struct AddressCounters {
  uint32_t requests = 0, answers = 0, lost = 0;
};

struct Counters {
  uint64_t requests = 0;      // packets that reached an address of the gateway
  uint64_t answers = 0;       // packets sent, duplicates and mischief included
  uint64_t lost_answers = 0;  // made, then dropped by the link
  uint64_t duplicates = 0, reordered = 0, mischief = 0;
  std::array<uint64_t, static_cast<size_t>(Verdict::kCount)> verdicts{};
  std::vector<AddressCounters> by_address;
};

struct Event {
  const Request* request = nullptr;
  std::string_view gateway;
  Verdict verdict = Verdict::kIgnored;
  uint32_t half_open = 0, half_open_of_source = 0;
};

// Events go to a file as they happen, through a buffer that Flush empties.
class EventLog {
 public:
  EventLog() = default;
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  bool Open(const std::string& path);  // false: see errno
  bool enabled() const { return file_ != nullptr; }
  void Write(const Event& event);
  void Note(const Request& request, std::string_view gateway, std::string_view what);
  void Flush();

 private:
  std::FILE* file_ = nullptr;
};

}  // namespace responder
