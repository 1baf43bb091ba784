// Call: one request on its way through admission, answer and reply. Handed to and fro between the
// front and one worker at a time; whoever holds it may use it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "exporter/http/channel.h"
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

  std::optional<ReplyForm> form;  // where the fields that ask for it are gone
  std::optional<ReplyWriter> writer;
  std::string piece;    // of the reply
  size_t carried = 0;   // bytes of it that workers have sent
  bool more = false;    // pieces follow
  bool failed = false;  // the rest cannot be made
};
using CallPtr = std::shared_ptr<Call>;

// Makes the answer and its first piece. On a worker, or on the front where that is quick.
void Answer(Site* site, Call* call);
// Makes the next piece.
void Continue(Call* call);
// Sends what is made and makes more of it, as long as the client takes it at once; so a long reply
// does not wait for the front with every piece. What is left to send stays in `call->piece`.
void Carry(Channel* channel, Call* call);
// Makes the reply that `call` is to have instead of an answer.
void AnswerWith(HttpReply reply, Call* call);

}  // namespace exporter
