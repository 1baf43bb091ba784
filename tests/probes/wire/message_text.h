// A message as one line of text, in the words of the client that recorded tests/data/lab/: whatever
// the parsers get wrong shows as a difference. For recorded_test.cc.
#pragma once

#include <string>

#include "probes/base/bytes.h"

namespace ike::test {

// "v2.0 exch34 rspi=set len224: SA #1 proto1 aes256-...; KE g20 96B; Ni 32B", or "malformed: ...".
std::string MessageText(ByteSpan message);

}  // namespace ike::test
