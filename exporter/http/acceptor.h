// Acceptor: accepts the connections of one listener on a thread of its own, which waits for no
// client. Start and Stop on one thread; beats() on any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "exporter/http/listener.h"

namespace exporter {

class Acceptor {
 public:
  struct Callbacks {
    std::function<void(int fd)> take;  // takes the descriptor over
    std::function<void()> tick;        // about once a second
    std::function<bool()> make_room;   // descriptors have run out; false: nobody's can be freed
  };

  Acceptor(Listener listener, Callbacks callbacks);
  ~Acceptor() { Stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // False: out of file descriptors.
  bool Start();
  // Accepts nothing more.
  void Stop();
  // Grows while the thread is alive.
  uint64_t beats() const { return beats_; }

 private:
  void Run();
  void AcceptSome();

  const Listener listener_;
  const Callbacks callbacks_;
  int wake_ = -1;  // ends the thread's waiting
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> beats_{0};
  std::thread thread_;
};

}  // namespace exporter
