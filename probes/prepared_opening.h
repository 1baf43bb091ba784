// PreparedOpening: an Opening encoded once, so that each probe only copies it and patches in its SPI,
// nonce, NAT_DETECTION hashes and public value. Shared by every target that sends the same opening;
// immutable, so any thread may read it.
#pragma once

#include <cstddef>

#include "probes/bytes.h"
#include "probes/opening.h"

namespace ike {

class PreparedOpening {
 public:
  explicit PreparedOpening(Opening opening);

  const Opening& opening() const { return opening_; }
  IkeVersion version() const { return VersionOf(opening_); }
  // The SA payload's body, as every message of this opening carries it.
  ByteSpan sa_body() const { return sa_body_; }

 private:
  Opening opening_;
  Bytes sa_body_;
};

}  // namespace ike
