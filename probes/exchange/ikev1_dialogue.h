// Ikev1Dialogue: what Main and Aggressive Mode have in common as long as only the first answer
// counts: a selected transform, or a notify in the clear. Made and called by Exchange; of one
// thread.
#pragma once

#include <optional>

#include "probes/algorithms/opening.h"
#include "probes/exchange/dialogue.h"
#include "probes/exchange/ikev1_answer.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_sa.h"

namespace ike {

class Ikev1Dialogue : public Dialogue {
 public:
  bool Begin(Conversation* conversation, Outcome* outcome) final;
  Step OnMessage(ByteSpan message, Conversation* conversation, Outcome* outcome) final;

 protected:
  // Whether `answer` holds all that the mode's second message has to hold besides the SA.
  virtual bool IsComplete(const Ikev1Answer& answer) const = 0;

 private:
  std::optional<wire::Ikev1Selection> SelectionIn(const wire::IkeHeader& header,
                                                  const Ikev1Answer& answer,
                                                  const Ikev1Opening& opening) const;
};

}  // namespace ike
