// TlsStream: a connection under TLS. Of one thread.
#pragma once

#include <memory>

#include "exporter/http/client_stream.h"
#include "exporter/http/tls_context.h"

struct ssl_st;

namespace exporter {

class TlsStream final : public ClientStream {
 public:
  // `fd` does not block and outlives it, as `place` does.
  TlsStream(int fd, ConnectionLimiter::Place* place, TlsContextPtr context);
  ~TlsStream() override;

  // False: there is no session, and the client was told why.
  bool Handshake();

 private:
  Moved Receive(char* into, size_t size) override;
  Moved Send(std::string_view bytes) override;
  void EndWrites() override;
  Need NeedAfter(int result);

  const TlsContextPtr context_;
  ssl_st* ssl_ = nullptr;
  bool failed_ = false;
};

}  // namespace exporter
