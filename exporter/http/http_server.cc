#include "exporter/http/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <list>
#include <thread>
#include <utility>

#include "exporter/metrics/exporter_metrics.h"
#include "exporter/metrics/page.h"

namespace exporter {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

struct HttpServer::State {
  HttpServices services;
  ExporterMetrics metrics;
  std::atomic<bool> draining{false};
  std::list<httplib::Server> servers;
  std::vector<std::thread> threads;

  explicit State(HttpServices given)
      : services(std::move(given)), metrics({services.engines, services.reloader, services.store}) {}

  void AddRoutes(httplib::Server* server);
  void ServeMetrics(httplib::Response& response);
};

// Streamed in pieces: the memory of a scrape does not grow with the fleet.
void HttpServer::State::ServeMetrics(httplib::Response& response) {
  auto page = std::make_shared<MetricsPage>(services.store->table());
  auto more = std::make_shared<bool>(true);
  response.set_chunked_content_provider(
      kMetricsType, [this, page, more](size_t, httplib::DataSink& sink) {
        std::string piece;
        piece.reserve(kPieceBytes + 4096);
        if (*more) {
          *more = page->Next(kPieceBytes, &piece);
        }
        if (!*more) piece += metrics.Text();
        sink.write(piece.data(), piece.size());
        if (!*more) sink.done();
        return true;
      });
}

void HttpServer::State::AddRoutes(httplib::Server* server) {
  server->Get(services.telemetry_path,
              [this](const httplib::Request&, httplib::Response& response) {
                ServeMetrics(response);
              });
  server->Get("/-/healthy", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("Healthy\n", "text/plain");
  });
  server->Get("/-/ready", [this](const httplib::Request&, httplib::Response& response) {
    bool ready = !draining && services.reloader->loaded();
    response.status = ready ? 200 : 503;
    response.set_content(ready ? "Ready\n" : "Not ready\n", "text/plain");
  });
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(); }

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::Start(
    HttpServices services, const std::vector<std::string>& listen) {
  auto state = std::make_unique<State>(std::move(services));
  for (const std::string& address : listen) {
    size_t colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    int port = std::atoi(address.c_str() + colon + 1);
    if (host.empty()) host = "::";
    if (host.front() == '[') host = host.substr(1, host.size() - 2);
    httplib::Server& server = state->servers.emplace_back();
    server.set_tcp_nodelay(true);
    // Without SO_REUSEPORT, which the library sets: two exporters must not share a port unnoticed.
    server.set_socket_options([](socket_t socket) {
      int on = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    state->AddRoutes(&server);
    if (!server.bind_to_port(host.c_str(), port)) {
      return tl::make_unexpected("cannot listen on " + address + ": it is in use or not ours");
    }
  }
  for (httplib::Server& server : state->servers) {
    state->threads.emplace_back([&server] { server.listen_after_bind(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

void HttpServer::Drain() { state_->draining = true; }

void HttpServer::Stop() {
  for (httplib::Server& server : state_->servers) server.stop();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace exporter
