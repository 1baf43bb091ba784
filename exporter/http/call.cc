#include "exporter/http/call.h"

#include <exception>
#include <utility>

#include "exporter/log.h"

namespace exporter {
namespace {

// No exception of a library ends the process, and none of its texts reaches a client.
template <typename Work>
bool Guarded(const Call& call, Work work) {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "a request failed",
        {{"path", call.request.path}, {"error", error.what()}});
    return false;
  }
}

}  // namespace

void AnswerWith(HttpReply reply, Call* call) {
  call->writer.emplace(std::move(reply), FormFor(call->request), call->policy->fields);
  Continue(call);
}

void Answer(Site* site, Call* call) {
  HttpReply reply;
  bool served = Guarded(*call, [&] { reply = site->Serve(*call->admission.route, call->request); });
  if (!served) reply = ErrorReply({500, "internal error", "internal", 0});
  AnswerWith(std::move(reply), call);
}

void Continue(Call* call) {
  call->piece.clear();
  call->failed = !Guarded(*call, [&] { call->more = call->writer->Next(&call->piece); });
}

}  // namespace exporter
