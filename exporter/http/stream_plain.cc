#include "exporter/http/stream_plain.h"

#include <sys/socket.h>

#include <cerrno>

namespace exporter {
namespace {

bool MayTryAgain() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

ClientStream::Moved PlainStream::Receive(char* into, size_t size) {
  ssize_t got = recv(fd(), into, size, 0);
  if (got > 0) return {static_cast<size_t>(got), Need::kNothing};
  return {0, got < 0 && MayTryAgain() ? Need::kRead : Need::kEnd};
}

ClientStream::Moved PlainStream::Send(std::string_view bytes) {
  ssize_t sent = send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {static_cast<size_t>(sent), Need::kNothing};
  return {0, MayTryAgain() ? Need::kWrite : Need::kEnd};
}

void PlainStream::EndWrites() { shutdown(fd(), SHUT_WR); }

}  // namespace exporter
