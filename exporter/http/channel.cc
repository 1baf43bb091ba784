#include "exporter/http/channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

namespace exporter {
namespace {

constexpr int kTrustedBytes = 256 * 1024;
constexpr size_t kDrainBytes = 16 * 1024;

bool MayTryAgain() { return errno == EAGAIN || errno == EINTR; }

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(int fd) : Channel(fd) {}

  Need Handshake() override { return Need::kNothing; }

  Moved Read(char* into, size_t size) override {
    ssize_t got = recv(fd(), into, size, 0);
    if (got > 0) return {static_cast<size_t>(got), Need::kNothing};
    return {0, got < 0 && MayTryAgain() ? Need::kRead : Need::kEnd};
  }

  Moved Write(std::string_view bytes) override {
    ssize_t sent = send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {static_cast<size_t>(sent), Need::kNothing};
    return {0, MayTryAgain() ? Need::kWrite : Need::kEnd};
  }

  void EndWrites() override { shutdown(fd(), SHUT_WR); }
  void Forsake() override {}
};

class TlsChannel final : public Channel {
 public:
  TlsChannel(int fd, std::shared_ptr<ssl_ctx_st> context)
      : Channel(fd), context_(std::move(context)) {}
  ~TlsChannel() override { SSL_free(ssl_); }

  Need Handshake() override {
    ERR_clear_error();
    if (ssl_ == nullptr && !Make()) return Need::kEnd;
    int result = SSL_accept(ssl_);
    if (result == 1) return Need::kNothing;
    Need need = NeedAfter(result);
    if (need == Need::kEnd) AnswerPlainHttp();
    return need;
  }

  Moved Read(char* into, size_t size) override {
    ERR_clear_error();
    int got = SSL_read(ssl_, into, Clamp(size));
    if (got > 0) return {static_cast<size_t>(got), Need::kNothing};
    return {0, NeedAfter(got)};
  }

  Moved Write(std::string_view bytes) override {
    ERR_clear_error();
    int sent = SSL_write(ssl_, bytes.data(), Clamp(bytes.size()));
    if (sent > 0) return {static_cast<size_t>(sent), Need::kNothing};
    return {0, NeedAfter(sent)};
  }

  void EndWrites() override {
    ERR_clear_error();
    if (!broken_) SSL_shutdown(ssl_);
    Forsake();
    shutdown(fd(), SHUT_WR);
  }

  void Forsake() override { SSL_free(std::exchange(ssl_, nullptr)); }

 private:
  bool Make() {
    ssl_ = SSL_new(context_.get());
    context_.reset();  // the session has it
    return ssl_ != nullptr && SSL_set_fd(ssl_, fd()) == 1;
  }

  static int Clamp(size_t size) { return size > INT_MAX ? INT_MAX : static_cast<int>(size); }

  Need NeedAfter(int result) {
    int error = SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_WANT_READ) return Need::kRead;
    if (error == SSL_ERROR_WANT_WRITE) return Need::kWrite;
    // After these two OpenSSL forbids SSL_shutdown.
    broken_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    return Need::kEnd;
  }

  // A person who forgot the s of https shall see why nothing works.
  void AnswerPlainHttp() {
    if (ERR_GET_REASON(ERR_peek_error()) != SSL_R_HTTP_REQUEST) return;
    constexpr std::string_view kReply =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
        "this port speaks HTTPS\n";
    (void)!send(fd(), kReply.data(), kReply.size(), MSG_NOSIGNAL);
  }

  std::shared_ptr<ssl_ctx_st> context_;  // until there is a session
  SSL* ssl_ = nullptr;
  bool broken_ = false;
};

}  // namespace

Channel::~Channel() { close(fd_); }

void Channel::Trust() {
  if (std::exchange(trusted_, true)) return;
  setsockopt(fd_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kTrustedBytes, sizeof kTrustedBytes);
}

Channel::Moved Channel::Drain() {
  char bytes[kDrainBytes];
  ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
  if (got > 0) return {static_cast<size_t>(got), Need::kNothing};
  return {0, got < 0 && MayTryAgain() ? Need::kRead : Need::kEnd};
}

std::shared_ptr<Channel> Channel::Plain(int fd) { return std::make_shared<PlainChannel>(fd); }

std::shared_ptr<Channel> Channel::Tls(int fd, std::shared_ptr<ssl_ctx_st> context) {
  return std::make_shared<TlsChannel>(fd, std::move(context));
}

}  // namespace exporter
