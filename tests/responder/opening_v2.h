// An IKE_SA_INIT request taken apart (RFC 7296 section 1.2). Called by DaemonV2; pure but for the
// scratch it keeps. Views point into the message.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/responder/wire.h"

namespace responder {

struct OpeningV2 {
  bool chained = false;      // header and payload lengths fit
  bool well_formed = false;  // and what an opening needs is there
  bool cookie_first = false;
  uint8_t unsupported_critical = 0;
  View sa, ke, nonce, cookie;
  uint16_t group = 0;
  bool nat_detection = false, intermediate = false;
  uint32_t asked = 0;  // a bit for each of the notifies that are answered when asked for
};

class OpeningReader {
 public:
  // `answered`: the notifies that `asked` tells of, 32 at most.
  OpeningV2 Read(const Header& header, View message, const std::vector<uint16_t>& answered);

 private:
  std::vector<Payload> payloads_;  // scratch
};

}  // namespace responder
