// PlainStream: a connection without TLS. Of one thread.
#pragma once

#include "exporter/http/client_stream.h"

namespace exporter {

class PlainStream final : public ClientStream {
 public:
  // `fd` does not block and outlives it, as `place` does.
  PlainStream(int fd, ConnectionLimiter::Place* place) : ClientStream(fd, place) {}

 private:
  Moved Receive(char* into, size_t size) override;
  Moved Send(std::string_view bytes) override;
  void EndWrites() override;
};

}  // namespace exporter
