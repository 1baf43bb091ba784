// HttpServer: serves the metrics, the API and the status page in threads of its own, so that a slow
// scrape never delays a probe. Start, Drain and Stop on one thread.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/http/services.h"

namespace exporter {

class HttpServer {
 public:
  // `listen` are "host:port", ":port" or "[v6]:port". What `services` points to outlives the
  // server.
  static tl::expected<std::unique_ptr<HttpServer>, std::string> Start(
      HttpServices services, const std::vector<std::string>& listen);
  ~HttpServer();

  // From now on /-/ready says no, so that nobody sends more.
  void Drain();
  // Answers what is being answered and ends.
  void Stop();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace exporter
