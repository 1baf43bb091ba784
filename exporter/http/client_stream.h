// ClientStream: one connection as the HTTP library reads and writes it. It hands out a request's
// head once that is complete and was checked, counts the body, and holds total deadlines: a client
// that sends a byte a second does not renew them. Made by the HTTP server for each connection; of
// one thread.
#pragma once

#include <httplib.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/http/connection_limiter.h"
#include "exporter/http/head_check.h"

namespace exporter {

class ClientStream : public httplib::Stream {
 public:
  static constexpr size_t kMaxBody = 64 * 1024;

  // Waits for a request and reads its head. False: the connection has ended, or nothing came in
  // time. A head that was refused is replaced by one that the library understands.
  bool ReadHead();
  // Why the head was refused.
  const std::optional<HttpError>& refusal() const { return refusal_; }
  const HeadCheck& head() const { return head_; }

  // How long the body is, once the head says so; what was not read of it.
  void ExpectBody(size_t size) { body_left_ = size; }
  size_t body_left() const { return body_left_; }

  // Sends what was written. False: the connection is broken.
  bool Flush();
  // Says that no more comes, and takes what the client still sends for a while: TCP answers what
  // arrives after a close with a reset, and the client would lose what it has not read.
  void Linger();
  bool broken() const { return broken_; }

  // The library's. It is told nothing of the socket, since it refuses descriptors above 1023.
  bool is_readable() const override { return !broken_; }
  bool is_writable() const override { return !broken_; }
  ssize_t read(char* into, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return 0; }

 protected:
  enum class Need : unsigned char { kNothing, kRead, kWrite, kEnd };
  struct Moved {
    size_t bytes = 0;
    Need need = Need::kNothing;
  };

  // `place` outlives it.
  ClientStream(int fd, ConnectionLimiter::Place* place) : fd_(fd), place_(place) {}

  // Without waiting.
  virtual Moved Receive(char* into, size_t size) = 0;
  virtual Moved Send(std::string_view bytes) = 0;
  virtual void EndWrites() = 0;
  // Until the descriptor is ready, or the deadline. `since`: when the client was first waited for.
  virtual bool Await(Need need, ike::TimePoint deadline, ike::TimePoint since);

  int fd() const { return fd_; }
  ConnectionLimiter::Place* place() { return place_; }

 private:
  HeadCheck::Action TakeLines();
  void Refuse();
  bool Fill(ike::TimePoint deadline);
  bool SendAll(std::string_view bytes);

  const int fd_;
  ConnectionLimiter::Place* const place_;
  HeadCheck head_;
  std::optional<HttpError> refusal_;
  std::string in_;           // received: a checked head, then lines to be checked or the body
  size_t checked_ = 0;       // of in_
  size_t read_ = 0;          // of in_
  size_t body_left_ = 0;     // to be read
  ike::TimePoint since_;     // when the request was first waited for
  ike::TimePoint body_end_;  // deadline of the body; none before it is read
  std::string out_;          // to be sent
  ike::TimePoint begun_;     // when the reply was first sent; none before that
  ike::TimePoint progress_;  // when its latest kLeastProgress bytes had gone
  size_t progressed_ = 0;    // since then
  bool served_ = false;      // a request
  bool broken_ = false;
};

}  // namespace exporter
