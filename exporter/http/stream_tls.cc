#include "exporter/http/stream_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <utility>

namespace exporter {
namespace {

constexpr ike::Duration kHandshakeTime = std::chrono::seconds(10);

int Clamp(size_t size) { return static_cast<int>(std::min<size_t>(size, INT_MAX)); }

// A person who forgot the s of https shall see why nothing works.
void AnswerPlainHttp(int fd) {
  if (ERR_GET_REASON(ERR_peek_error()) != SSL_R_HTTP_REQUEST) return;
  constexpr std::string_view kReply =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
      "this port speaks HTTPS\n";
  (void)!send(fd, kReply.data(), kReply.size(), MSG_NOSIGNAL);
}

}  // namespace

TlsStream::TlsStream(int fd, ConnectionLimiter::Place* place, TlsContextPtr context)
    : ClientStream(fd, place), context_(std::move(context)) {}

TlsStream::~TlsStream() { SSL_free(ssl_); }

bool TlsStream::Handshake() {
  ike::TimePoint begun = std::chrono::steady_clock::now();
  // What a session needs is made when the client has said something.
  if (!Await(Need::kRead, begun + kHandshakeTime, begun)) return false;
  ssl_ = SSL_new(context_.get());
  failed_ = ssl_ == nullptr || SSL_set_fd(ssl_, fd()) != 1;
  while (!failed_) {
    int result = 0;
    {
      std::lock_guard turn(place()->client()->turn);
      ERR_clear_error();
      result = SSL_accept(ssl_);
    }
    if (result == 1) return true;
    Need need = NeedAfter(result);
    if (need == Need::kEnd) {
      AnswerPlainHttp(fd());
      Linger();
      return false;
    }
    if (!Await(need, begun + kHandshakeTime, begun)) return false;
  }
  return false;
}

ClientStream::Need TlsStream::NeedAfter(int result) {
  int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_WANT_READ) return Need::kRead;
  if (error == SSL_ERROR_WANT_WRITE) return Need::kWrite;
  // After these two OpenSSL forbids SSL_shutdown.
  failed_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
  return Need::kEnd;
}

ClientStream::Moved TlsStream::Receive(char* into, size_t size) {
  ERR_clear_error();
  int got = SSL_read(ssl_, into, Clamp(size));
  if (got > 0) return {static_cast<size_t>(got), Need::kNothing};
  return {0, NeedAfter(got)};
}

ClientStream::Moved TlsStream::Send(std::string_view bytes) {
  ERR_clear_error();
  int sent = SSL_write(ssl_, bytes.data(), Clamp(bytes.size()));
  if (sent > 0) return {static_cast<size_t>(sent), Need::kNothing};
  return {0, NeedAfter(sent)};
}

void TlsStream::EndWrites() {
  ERR_clear_error();
  if (!failed_) SSL_shutdown(ssl_);
  shutdown(fd(), SHUT_WR);
}

}  // namespace exporter
