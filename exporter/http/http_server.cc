// Mind what cpp-httplib 0.11 does by itself: SO_REUSEPORT on, chunked bodies past the payload
// limit, 404 for a wrong method, exception texts in a header, Nagle's algorithm on. Each is undone
// below.
#include "exporter/http/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <atomic>
#include <list>
#include <thread>
#include <utility>

#include "exporter/http/ad_hoc.h"
#include "exporter/http/api.h"
#include "exporter/http/guard.h"
#include "exporter/http/probe_page.h"
#include "exporter/http/routes.h"
#include "exporter/log.h"
#include "exporter/metrics/exporter_metrics.h"
#include "exporter/metrics/page.h"
#include "exporter/net/address.h"
#include "exporter/page/status_page.h"

namespace exporter {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr size_t kMaxBody = 64 * 1024;
constexpr size_t kThreads = 48;
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kJsonType = "application/json";
constexpr const char* kTextType = "text/plain; charset=utf-8";

using Request = httplib::Request;
using Response = httplib::Response;

BrowserHeaders HeadersOf(const Request& request) {
  return {request.get_header_value("Host"), request.get_header_value("Origin"),
          request.get_header_value("Sec-Fetch-Site")};
}

void SetError(const HttpError& error, Response* response) {
  response->status = error.status;
  response->set_content(error.sentence + "\n", kTextType);
}

void SetPage(std::string html, Response* response) {
  response->set_header("Content-Security-Policy", std::string(kPagePolicy));
  response->set_header("X-Content-Type-Options", "nosniff");
  response->set_header("Referrer-Policy", "no-referrer");
  response->set_content(std::move(html), "text/html; charset=utf-8");
}

double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The whole body, or nothing when it is longer than allowed, however it is sent.
std::optional<std::string> ReadBody(const httplib::ContentReader& reader) {
  std::string body;
  bool fits = true;
  reader([&](const char* data, size_t size) {
    fits = body.size() + size <= kMaxBody;
    if (fits) body.append(data, size);
    return fits;
  });
  if (!fits) return std::nullopt;
  return body;
}

}  // namespace

struct HttpServer::State {
  HttpServices services;
  ExporterMetrics metrics;
  AdHoc ad_hoc;
  Api api;
  std::atomic<bool> draining{false};
  std::list<httplib::Server> servers;
  std::vector<std::thread> threads;

  explicit State(HttpServices given)
      : services(std::move(given)),
        metrics({services.engines, services.reloader, services.store}),
        ad_hoc(&services),
        api(&services, &ad_hoc) {}

  void Configure(httplib::Server* server);
  void AddRoutes(httplib::Server* server);
  void AddApiRoutes(httplib::Server* server);
  void AddPages(httplib::Server* server);
  // Whether the request was answered because it may not pass.
  bool Refuses(const Request& request, Response* response);
  void ServeMetrics(Response* response);
  void ServeProbePage(const Request& request, Response* response);
  void ServePost(ApiEndpoint endpoint, const Request& request, const httplib::ContentReader& reader,
                 Response* response);
  void ServeReload(Response* response);
  void Send(const ApiReply& reply, Response* response);
};

bool HttpServer::State::Refuses(const Request& request, Response* response) {
  BrowserHeaders headers = HeadersOf(request);
  std::optional<HttpError> error = CheckHost(headers, services.store->table()->config->web.hosts);
  const Route* route = FindRoute(request.path, services.telemetry_path);
  if (!error && route == nullptr) error = HttpError{404, "there is nothing here", "not_found", 0};
  if (!error && !Takes(*route, request.method)) {
    response->set_header("Allow", std::string(route->methods));
    error = HttpError{405, "expected " + std::string(route->methods), "method", 0};
  }
  if (!error && route->acts) error = CheckOrigin(headers);
  if (!error && request.has_header("Content-Encoding")) {
    error = HttpError{415, "a compressed body is not accepted", "content_type", 0};
  }
  bool has_body = request.has_header("Transfer-Encoding") ||
                  request.get_header_value("Content-Length", 0) != std::string("0");
  has_body =
      has_body && (request.has_header("Transfer-Encoding") || request.has_header("Content-Length"));
  if (!error && request.method == "POST" && route->json) {
    error = CheckContentType(request.get_header_value("Content-Type"), has_body);
  }
  if (!error) return false;
  if (error->status == 403 || error->status == 415) metrics.CountRejection(error->reason);
  SetError(*error, response);
  return true;
}

// Streamed in pieces: the memory of a scrape does not grow with the fleet.
void HttpServer::State::ServeMetrics(Response* response) {
  auto page = std::make_shared<MetricsPage>(services.store->table());
  response->set_chunked_content_provider(kMetricsType,
                                         [this, page](size_t, httplib::DataSink& sink) {
                                           std::string piece;
                                           piece.reserve(kPieceBytes + 4096);
                                           bool more = page->Next(kPieceBytes, &piece);
                                           if (!more) piece += metrics.Text();
                                           bool written = sink.write(piece.data(), piece.size());
                                           if (!more) sink.done();
                                           return written;
                                         });
}

void HttpServer::State::ServeProbePage(const Request& request, Response* response) {
  ProbeQuery query;
  query.target = request.get_param_value("target");
  query.module = request.get_param_value("module");
  query.debug = request.get_param_value("debug") == "true";
  query.scrape_timeout = request.get_header_value("X-Prometheus-Scrape-Timeout-Seconds");
  query.client = request.remote_addr;
  ProbePage page = ServeProbe(services, &ad_hoc, query);
  if (!page.rejection.empty()) metrics.CountRejection(page.rejection);
  if (page.retry_after > 0) response->set_header("Retry-After", std::to_string(page.retry_after));
  response->status = page.status;
  response->set_content(page.text, query.debug || page.status != 200 ? kTextType : kMetricsType);
}

void HttpServer::State::Send(const ApiReply& reply, Response* response) {
  if (!reply.rejection.empty()) metrics.CountRejection(reply.rejection);
  if (!reply.location.empty()) response->set_header("Location", reply.location);
  if (reply.retry_after > 0) {
    response->set_header("Retry-After", std::to_string(reply.retry_after));
  }
  response->status = reply.status;
  response->set_content(reply.body, kJsonType);
}

void HttpServer::State::ServePost(ApiEndpoint endpoint, const Request& request,
                                  const httplib::ContentReader& reader, Response* response) {
  std::optional<std::string> body = ReadBody(reader);
  if (body) return Send(api.Post(endpoint, *body, request.remote_addr), response);
  SetError({413, "the body is longer than 64 KiB", "request", 0}, response);
}

void HttpServer::State::ServeReload(Response* response) {
  auto loaded = services.reloader->Load();
  if (loaded) {
    Log(LogLevel::kInfo, "configuration reloaded", {{"cause", "HTTP"}});
    return response->set_content("reloaded\n", kTextType);
  }
  Log(LogLevel::kError, "configuration not reloaded, the running one stays",
      {{"cause", "HTTP"}, {"error", loaded.error()}});
  response->status = 500;
  response->set_content("not reloaded, the running configuration stays:\n" + loaded.error() + "\n",
                        kTextType);
}

void HttpServer::State::AddApiRoutes(httplib::Server* server) {
  constexpr std::pair<const char*, ApiEndpoint> kPosts[] = {
      {"/api/ike/probe", ApiEndpoint::kProbe},
      {"/api/ike/version", ApiEndpoint::kVersion},
      {"/api/ike/v2-sa", ApiEndpoint::kV2Sa},
      {"/api/ike/audit", ApiEndpoint::kAudit}};
  for (const auto& [path, endpoint] : kPosts) {
    server->Post(path, [this, endpoint = endpoint](const Request& request, Response& response,
                                                   const httplib::ContentReader& reader) {
      ServePost(endpoint, request, reader, &response);
    });
  }
  server->Get("/api/targets",
              [this](const Request&, Response& response) { Send(api.Targets(), &response); });
  server->Get(R"(/api/targets/([^/]+))", [this](const Request& request, Response& response) {
    Send(api.Target(request.matches[1]), &response);
  });
  server->Get(R"(/api/audits/([^/]+))", [this](const Request& request, Response& response) {
    Send(api.Audit(request.matches[1]), &response);
  });
}

void HttpServer::State::AddPages(httplib::Server* server) {
  server->Get("/", [this](const Request&, Response& response) {
    SetPage(StatusPage(*services.store->table(), UnixNow()), &response);
  });
  server->Get(R"(/targets/([^/]+))", [this](const Request& request, Response& response) {
    std::shared_ptr<const TargetTable> table = services.store->table();
    auto found = table->by_name.find(request.matches[1]);
    if (found == table->by_name.end()) {
      return SetError({404, "there is no target of that name", "not_found", 0}, &response);
    }
    SetPage(TargetPage(*table->entries[found->second], UnixNow()), &response);
  });
}

void HttpServer::State::AddRoutes(httplib::Server* server) {
  AddPages(server);
  server->Get(services.telemetry_path,
              [this](const Request&, Response& response) { ServeMetrics(&response); });
  server->Get("/-/healthy", [](const Request&, Response& response) {
    response.set_content("Healthy\n", kTextType);
  });
  server->Get("/-/ready", [this](const Request&, Response& response) {
    bool ready = !draining && services.reloader->loaded();
    response.status = ready ? 200 : 503;
    response.set_content(ready ? "Ready\n" : "Not ready\n", kTextType);
  });
  server->Get("/probe", [this](const Request& request, Response& response) {
    ServeProbePage(request, &response);
  });
  server->Post("/-/reload", [this](const Request&, Response& response) {
    if (services.lifecycle) return ServeReload(&response);
    SetError({403, "reloading by HTTP needs --web.enable-lifecycle", "lifecycle", 0}, &response);
  });
  AddApiRoutes(server);
}

void HttpServer::State::Configure(httplib::Server* server) {
  server->set_tcp_nodelay(true);
  server->new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server->set_payload_max_length(kMaxBody);
  server->set_read_timeout(std::chrono::seconds(5));
  server->set_write_timeout(std::chrono::seconds(10));
  server->set_keep_alive_timeout(5);
  server->set_keep_alive_max_count(1000);
  // Not SO_REUSEPORT: two exporters must not share a port unnoticed.
  server->set_socket_options([](socket_t socket) {
    int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  server->set_exception_handler([](const Request&, Response& response, std::exception_ptr) {
    SetError({500, "internal error", "internal", 0}, &response);
  });
  // One thread does a request from beginning to end.
  static thread_local std::chrono::steady_clock::time_point begun;
  server->set_pre_routing_handler([this](const Request& request, Response& response) {
    begun = std::chrono::steady_clock::now();
    return Refuses(request, &response) ? httplib::Server::HandlerResponse::Handled
                                       : httplib::Server::HandlerResponse::Unhandled;
  });
  server->set_logger([this](const Request& request, const Response& response) {
    const Route* route = FindRoute(request.path, services.telemetry_path);
    std::string_view handler = route == nullptr ? "other" : route->handler;
    metrics.CountRequest(handler, response.status);
    metrics.ObserveRequest(
        handler, std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  });
  AddRoutes(server);
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(); }

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::Start(
    HttpServices services, const std::vector<std::string>& listen) {
  auto state = std::make_unique<State>(std::move(services));
  for (const std::string& address : listen) {
    // ":port" is every address.
    auto parsed = net::ParseHostPort(address.front() == ':' ? "[::]" + address : address);
    if (!parsed || !parsed->port) {
      return tl::make_unexpected("cannot listen on \"" + address + "\": expected HOST:PORT");
    }
    httplib::Server& server = state->servers.emplace_back();
    state->Configure(&server);
    if (!server.bind_to_port(parsed->host.c_str(), *parsed->port)) {
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
