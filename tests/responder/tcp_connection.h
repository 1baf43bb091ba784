// One accepted TCP connection: takes messages out of the stream (RFC 9329 framing, or bare messages
// by the length in their header) and plays its gateway's habit when it writes. Owned by TcpService;
// one thread. Owns its descriptor.
#pragma once

#include <deque>

#include "tests/responder/fleet.h"

namespace responder {

class TcpConnection : public Sink {
 public:
  TcpConnection(int fd, bool framed, Fleet::Place place);
  ~TcpConnection() override;
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  // Reads what is there and answers it; false when the connection is over.
  bool Read(const Request& ends, EventLog& log);

  // Writes what is due; false when the connection is over.
  bool Write(int64_t now);

  // INT64_MAX: nothing to write.
  int64_t NextDue() const;

  int fd() const { return fd_; }

  void Send(const Request& request, View bytes, const Departure& departure) override;

 private:
  struct Piece {
    int64_t due;
    Bytes bytes;
  };
  enum class Take { kMessage, kMore, kBroken };

  Take TakeFramed(Bytes& message);
  Take TakeRaw(Bytes& message);
  Bytes Frame(View bytes, bool marker) const;
  void Schedule(const Bytes& stream, int64_t due);

  int fd_;
  bool framed_;
  Fleet::Place place_;
  bool prefix_seen_ = false;
  Bytes in_;
  std::deque<Piece> out_;
};

}  // namespace responder
