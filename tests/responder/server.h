// The event loop of the simulated fleet: sockets, timers and signals (SIGTERM and SIGINT stop,
// SIGHUP rereads the script, SIGUSR1 writes the log). Made and run by main; one thread.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "tests/responder/fleet.h"
#include "tests/responder/tcp_service.h"
#include "tests/responder/udp_service.h"

namespace responder {

struct ServerOptions {
  std::string config;
  std::string log;          // counters, rewritten at SIGUSR1 and at the end; "" for none
  std::string events;       // a line for each packet; "" for none
  bool by_address = false;  // the log counts for each address too
};

class Server {
 public:
  explicit Server(ServerOptions options) : options_(std::move(options)) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The error, or "" after a clean stop. Prints "ready" once everything is bound.
  std::string Run();

 private:
  std::string Load();
  std::string Watch(int fd);
  std::string Start();
  void Turn();
  void Announce() const;
  void HandleSignal();
  void WriteLog();
  void WriteAddresses(std::FILE* file) const;

  ServerOptions options_;
  std::unique_ptr<Fleet> fleet_;
  UdpService udp_;
  TcpService tcp_;
  EventLog events_;
  int epoll_ = -1, signals_ = -1;
  bool stopping_ = false;
};

}  // namespace responder
