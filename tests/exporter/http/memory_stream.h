// MemoryStream: a client's connection without a socket: its bytes arrive in pieces of one size, and
// what is sent to it is kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "exporter/http/client_stream.h"

namespace exporter {

class MemoryStream final : public ClientStream {
 public:
  // `in` and `place` outlive it.
  MemoryStream(std::string_view in, size_t cut, ConnectionLimiter::Place* place)
      : ClientStream(-1, place), in_(in), cut_(cut) {}

  const std::string& sent() const { return sent_; }

 private:
  Moved Receive(char* into, size_t size) override {
    if (in_.empty()) return {0, Need::kEnd};
    size_t taken = in_.copy(into, std::min(size, cut_));
    in_.remove_prefix(taken);
    return {taken, Need::kNothing};
  }
  Moved Send(std::string_view bytes) override {
    sent_ += bytes;
    return {bytes.size(), Need::kNothing};
  }
  void EndWrites() override {}

  std::string_view in_;
  const size_t cut_;
  std::string sent_;
};

}  // namespace exporter
