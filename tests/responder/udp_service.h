// The UDP side of the simulated fleet: a socket for each address or one for all, the non-ESP marker
// (RFC 3948 section 2.2) taken off and put on, answers sent now or later. Driven by Server on the
// event loop's thread.
#pragma once

#include <map>
#include <memory>

#include "tests/responder/delay_queue.h"
#include "tests/responder/fleet.h"
#include "tests/responder/icmp_sender.h"
#include "tests/responder/udp_socket.h"

namespace responder {

class UdpService : public Sink {
 public:
  // Opens what the fleet listens on and keeps what is open already; the error of the first failure.
  std::string Listen(const Fleet& fleet);

  std::vector<int> Descriptors() const;
  void Serve(int fd, Fleet& fleet, EventLog& log);
  void SendDue();
  int64_t NextDue() const { return later_.NextDue(); }
  const DelayQueue& later() const { return later_; }

  void Send(const Request& request, View bytes, const Departure& departure) override;

  // "127.0.0.1:15500/udp" for each socket.
  std::vector<std::string> Describe() const;

 private:
  struct Port {
    std::unique_ptr<UdpSocket> socket;
    bool marked = false;

    Transport transport() const { return marked ? Transport::kUdpEncap : Transport::kUdp; }
  };
  using Key = std::pair<Endpoint, bool>;

  void Take(const Arrival& arrival, Fleet& fleet, EventLog& log);
  UdpSocket* SocketFor(const Departure& departure);

  std::map<Key, Port> ports_;
  std::map<int, Port*> by_fd_;
  std::unique_ptr<UdpSocket> stray_;  // another source port, for foreign answers
  IcmpSender icmp_;
  DelayQueue later_;
  Port* current_ = nullptr;
  Bytes marked_;  // scratch
};

}  // namespace responder
