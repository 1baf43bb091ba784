// A socket of a test's own on loopback: another end for what the exporter sends. Closed with the
// object. Of one thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/ip_address.h"

namespace exporter::test {

class Socket {
 public:
  // Bound to loopback, at a port of the system's choice.
  explicit Socket(int type) : fd_(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int fd() const { return fd_; }
  ike::Endpoint endpoint() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return {ike::IpAddress::V4(127, 0, 0, 1), ntohs(address.sin_port)};
  }

 private:
  const int fd_;
};

}  // namespace exporter::test
