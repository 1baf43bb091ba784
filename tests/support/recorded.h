// Exchanges recorded with strongSwan 5.9.8 and libreswan 4.10 (tests/data/lab/), each with what
// an independent client read in the answer. For tests of the codec and of the dialogues.
#pragma once

#include <string>
#include <vector>

#include "probes/base/bytes.h"

namespace ike::test {

struct RecordedExchange {
  std::string peer;  // the posture, and the file: "ss-weak", "lw"
  std::string name;  // "v2-ok"
  // As the recording client put it: "v2.0 exch34 rspi=0 len36: N NO_PROPOSAL_CHOSEN", with " || "
  // between several answers.
  std::string result;
  Bytes request;                 // empty where it was not kept
  std::vector<Bytes> responses;  // without marker and framing
  Bytes request_stream;          // over TCP: what was sent, prefix included
  Bytes response_stream;         // over TCP: what came back, framed
};

// All exchanges of all postures that got an answer.
std::vector<RecordedExchange> LoadRecorded();

// One request of each kind, answered or not; `result` is what the client that sent it reads in it.
std::vector<RecordedExchange> LoadRecordedRequests();

}  // namespace ike::test
