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

// Then it is the turn of another.
constexpr size_t kCarriedBytes = 512 * 1024;
// Who has taken so much does read.
constexpr size_t kTrustAfter = 128 * 1024;

}  // namespace

void AnswerWith(HttpReply reply, Call* call) {
  ReplyForm form = call->form ? *call->form : FormFor(call->request);
  call->writer.emplace(std::move(reply), form, call->policy->fields);
  std::exchange(call->request.fields, {});
  std::exchange(call->request.query, {});
  std::exchange(call->request.body, {});
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

void Carry(Channel* channel, Call* call) {
  size_t carried = 0;
  while (call->more && !call->failed && carried < kCarriedBytes) {
    Channel::Moved moved = channel->Write(call->piece);
    carried += moved.bytes;
    call->carried += moved.bytes;
    if (call->carried >= kTrustAfter) channel->Trust();
    if (moved.bytes < call->piece.size()) {
      call->piece.erase(0, moved.bytes);
      return;
    }
    Continue(call);
  }
}

}  // namespace exporter
