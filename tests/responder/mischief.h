// Answers that no honest gateway gives: malformed, foreign, stale, oversized. Each is made from the
// request and the honest answer. Called by Gateway; pure but for the draw passed in.
#pragma once

#include <string_view>
#include <vector>

#include "tests/responder/gateway.h"

namespace responder {

struct Deed {
  Bytes bytes;
  Departure departure;
};

struct Occasion {
  const Request* request = nullptr;
  View honest;  // the answer that was due; may be empty
  View stale;   // an answer given earlier to another opening; may be empty
  uint64_t draw = 0;
};

bool IsMischief(std::string_view kind);
std::vector<std::string_view> MischiefKinds();

// REQUIRES: IsMischief(kind).
Deed Commit(std::string_view kind, const Occasion& occasion);

}  // namespace responder
