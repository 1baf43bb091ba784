// ErrorQueue: the ICMP errors that a UDP socket with IP_RECVERR collects (ip(7)), one by one.
// Used by UdpSocket only. It does not own the descriptor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "exporter/net/udp_socket.h"

namespace exporter::net {

class ErrorQueue {
 public:
  ErrorQueue(int fd, bool marked) : fd_(fd), marked_(marked) {}
  ErrorQueue(const ErrorQueue&) = delete;
  ErrorQueue& operator=(const ErrorQueue&) = delete;

  const IcmpError* Next();  // null: no more. Valid until the next call.

 private:
  const int fd_;
  const bool marked_;
  std::array<uint8_t, 1280> quoted_;  // ICMPv6 quotes at most the minimum MTU (RFC 4443 2.4 (c))
  IcmpError error_;
};

}  // namespace exporter::net
