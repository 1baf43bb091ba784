// Channel: the bytes of one accepted connection, plain or under TLS, never waiting. It owns the
// descriptor. One thread at a time: the front, or the worker that carries the handshake or a reply
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct ssl_ctx_st;

namespace exporter {

class Channel {
 public:
  enum class Need : uint8_t {
    kNothing,  // done what could be done: go on
    kRead,     // until the descriptor is readable
    kWrite,    // until it is writable
    kEnd,      // the peer closed, or nothing works any more
  };
  struct Moved {
    size_t bytes = 0;
    Need need = Need::kNothing;
  };

  // Takes `fd`, which does not block.
  static std::shared_ptr<Channel> Plain(int fd);
  // What TLS needs is made with the first step of the handshake: a client that says nothing costs
  // nothing.
  static std::shared_ptr<Channel> Tls(int fd, std::shared_ptr<ssl_ctx_st> context);
  virtual ~Channel();

  // As far as the peer's bytes allow; kNothing: done.
  virtual Need Handshake() = 0;
  virtual Moved Read(char* into, size_t size) = 0;
  virtual Moved Write(std::string_view bytes) = 0;
  // Its client reads: from now on the kernel keeps more for it, so that less is waited for.
  void Trust();
  // Says that no more comes, and forgets the session; what the peer still sends can be drained.
  virtual void EndWrites() = 0;
  // Forgets the session and says nothing about it; only draining is left.
  virtual void Forsake() = 0;
  // Throws away what the peer has sent.
  Moved Drain();

  int fd() const { return fd_; }

 protected:
  explicit Channel(int fd) : fd_(fd) {}

 private:
  const int fd_;
  bool trusted_ = false;
};

}  // namespace exporter
