// Call: one request on its way through admission, answer and reply. Handed to and fro between the
// front and one worker at a time; whoever holds it may use it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "exporter/http/message.h"
#include "exporter/http/reply_writer.h"
#include "exporter/http/site.h"
#include "exporter/http/web_access.h"
#include "probes/outcome.h"

namespace exporter {

struct Call {
  HttpRequest request;
  WebPolicyPtr policy;
  Admission admission;
  ike::TimePoint begun;
  AuthResult password = AuthResult::kDenied;  // once it was checked

  std::optional<ReplyWriter> writer;
  std::string piece;    // of the reply
  bool more = false;    // pieces follow
  bool failed = false;  // the rest cannot be made
};
using CallPtr = std::shared_ptr<Call>;

// Makes the answer and its first piece. On a worker, or on the front where that is quick.
void Answer(Site* site, Call* call);
// Makes the next piece.
void Continue(Call* call);
// Makes the reply that `call` is to have instead of an answer.
void AnswerWith(HttpReply reply, Call* call);

}  // namespace exporter
