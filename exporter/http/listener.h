// Listener: a listening socket, bound here or handed over by systemd. Made by the HTTP server at
// start and served by its front; closes with itself. Of one thread, but for the two functions.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "probes/base/ip_address.h"

namespace exporter {

class Listener {
 public:
  // "host:port", "[v6]:port" or ":port" (every address). The error is a sentence.
  static tl::expected<Listener, std::string> Open(const std::string& address);
  // Takes a listening socket.
  static tl::expected<Listener, std::string> Adopt(int fd);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  int fd() const { return fd_; }
  // As it is bound: "127.0.0.1:10500", "[::]:10500".
  const std::string& address() const { return address_; }
  // Only this machine reaches it.
  bool local() const { return local_; }

 private:
  explicit Listener(int fd) : fd_(fd) {}
  void Prepare();

  int fd_;
  std::string address_;
  bool local_ = false;
};

// Whose an accepted connection is when shares and rates are counted: the address, or of IPv6 the
// network (/64), in which one host has as many addresses as it likes. Empty: a Unix socket, or it
// has gone.
ike::IpAddress ClientNetworkOf(int fd);

}  // namespace exporter
