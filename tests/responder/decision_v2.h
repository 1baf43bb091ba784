// What an IKEv2 gateway says to an opening, as far as it depends on what was offered and not on who
// asked: the same for every opening with the same offer, so DaemonV2 keeps and patches it. Pure;
// any thread.
#pragma once

#include "tests/responder/opening_v2.h"
#include "tests/responder/posture.h"
#include "tests/responder/public_values.h"
#include "tests/responder/verdict.h"

namespace responder {

struct AnswerV2 {
  Verdict verdict = Verdict::kNoProposal;
  Bytes bytes;  // SPIs, nonce and NAT detection are zero
  bool has_responder_spi = false;
  size_t nonce_at = 0, source_at = 0, destination_at = 0;  // 0: not there
};

// REQUIRES: the opening is well-formed.
AnswerV2 Decide(const PostureV2& posture, const OpeningV2& opening, PublicValues& values);

// A response that is one notify.
Bytes NotifyMessage(uint64_t spi_i, uint64_t spi_r, NotifyV2 type, View data);

}  // namespace responder
