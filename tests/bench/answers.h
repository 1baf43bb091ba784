// What the other end of the benchmarks says: the first message of each shape is answered by the
// simulated gateway, which shares no code with the prober; what it said is kept and given to all
// later messages of that shape, with their SPI put in. So an answer costs a copy. One thread.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>

#include "tests/responder/fleet.h"

namespace bench {

class Answers {
 public:
  static tl::expected<std::unique_ptr<Answers>, std::string> Create();

  // Empty = nothing to say. Valid until the next call.
  responder::View To(responder::View message, const responder::Endpoint& peer);

 private:
  explicit Answers(std::unique_ptr<responder::Fleet> fleet) : fleet_(std::move(fleet)) {}
  responder::Bytes Ask(responder::View message, const responder::Endpoint& peer);

  const std::unique_ptr<responder::Fleet> fleet_;
  responder::EventLog log_;
  std::unordered_map<uint64_t, responder::Bytes> known_;
  uint64_t spi_ = 0x0101010101010101;
};

}  // namespace bench
