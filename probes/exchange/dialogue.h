// Dialogue: what one protocol says first and how it takes what comes back. Entirely passive and
// without any notion of time: Exchange owns the clock, the retransmissions and the objects. One
// implementation per opening exchange: Ikev2Init, Ikev1Main, Ikev1Aggressive. Of one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "probes/base/bytes.h"
#include "probes/exchange/outcome.h"
#include "probes/exchange/prepared_opening.h"

namespace ike {

// Public values for the KE payload. No shared secret is ever computed, so that one value may serve
// many exchanges for a while. Lives longer than every exchange.
class KeyShares {
 public:
  virtual ~KeyShares() = default;
  // The public value of `group`, valid until the next call; empty when the group has none here.
  virtual ByteSpan PublicValue(uint16_t group) = 0;
};

// What came of a message.
enum class Step : uint8_t {
  kIgnored,   // not a valid answer to what we said: it changes nothing
  kRepeated,  // a valid answer, but to an earlier message of ours: it changes nothing either
  kSay,       // Conversation::message is the next message to send
  kDone,      // the outcome's answer and reason stand
};

// What a dialogue works on; kept and reused by its Exchange.
struct Conversation {
  const PreparedOpening* opening = nullptr;
  KeyShares* shares = nullptr;
  ExchangeSeed seed;
  uint16_t ke_group = 0;     // whose public value goes out
  Bytes message;             // the message sent last, or to be sent
  std::vector<Bytes> spare;  // storage for AnswerDetails::vendor_ids
};

class Dialogue {
 public:
  virtual ~Dialogue() = default;

  // Starts over and writes the first message. False when there is none, because no public value of
  // a group that it could use is known here.
  virtual bool Begin(Conversation* conversation, Outcome* outcome) = 0;

  // Judges a message whose initiator SPI is ours. Whatever its bytes, `outcome` is changed only
  // when the message is not kIgnored.
  virtual Step OnMessage(ByteSpan message, Conversation* conversation, Outcome* outcome) = 0;
};

}  // namespace ike
