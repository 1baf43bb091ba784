// HttpServer: serves the metrics, the API and the status page in threads of its own, so that a slow
// scrape never delays a probe. Start, Drain and Stop on one thread; beats() on any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/http/listener.h"
#include "exporter/http/request_handler.h"

namespace exporter {

class HttpServer {
 public:
  struct Options {
    std::vector<Listener> listeners;
    std::string web_config_file;  // empty = plain HTTP, open
  };

  static tl::expected<std::unique_ptr<HttpServer>, std::string> Start(
      std::unique_ptr<RequestHandler> handler, Options options);
  ~HttpServer();

  // From now on /-/ready says no, so that nobody sends more.
  void Drain();
  // Finishes what is being answered, and ends. No probe is waited for.
  void Stop();
  // Grows while it is alive.
  uint64_t beats() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace exporter
