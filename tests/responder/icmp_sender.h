// Sends ICMP destination unreachable (RFC 792) through a raw socket, true ones and forged ones.
// IPv4 only, and only with the right to open raw sockets: without it nothing is sent, once said on
// stderr. Used by UdpService on the event loop's thread.
#pragma once

#include "tests/responder/endpoint.h"

namespace responder {

struct IcmpError {
  uint8_t code = 3;
  Address from;
  Endpoint to;      // who is told, and the source of the quoted packet
  Endpoint quoted;  // the destination of the quoted packet
};

class IcmpSender {
 public:
  IcmpSender() = default;
  ~IcmpSender();
  IcmpSender(const IcmpSender&) = delete;
  IcmpSender& operator=(const IcmpSender&) = delete;

  // `payload`: of the quoted UDP packet.
  void Send(const IcmpError& error, View payload);

 private:
  bool Open();

  int fd_ = -1;
  bool refused_ = false;
};

}  // namespace responder
