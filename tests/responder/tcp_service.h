// The TCP side of the simulated fleet: listeners and their connections behind one descriptor of its
// own, so that the event loop watches a single one. Driven by Server; one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/responder/tcp_connection.h"

namespace responder {

class TcpService {
 public:
  TcpService();
  ~TcpService();
  TcpService(const TcpService&) = delete;
  TcpService& operator=(const TcpService&) = delete;

  // Opens what the fleet listens on and keeps what is open already; connections are closed, since
  // they belong to the fleet before. The error of the first failure.
  std::string Listen(const Fleet& fleet);

  int fd() const { return epoll_; }
  void Serve(Fleet& fleet, EventLog& log);
  void SendDue();
  int64_t NextDue() const;

  std::vector<std::string> Describe() const;

 private:
  struct Listener {
    int fd = -1;
    bool framed = false;
    Endpoint bound;
  };
  struct Accepted {
    std::unique_ptr<TcpConnection> connection;
    Request ends;
  };
  using Key = std::pair<Endpoint, bool>;

  std::string Plan(const Fleet& fleet, bool framed, std::map<Key, Listener>& wanted);
  void Accept(const Listener& listener, Fleet& fleet);
  void Watch(int fd, uint32_t events);

  int epoll_;
  std::map<Key, Listener> listeners_;
  std::map<int, Accepted> connections_;
};

}  // namespace responder
