#include "exporter/http/http_server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <utility>

#include "exporter/http/acceptor.h"
#include "exporter/http/service.h"
#include "exporter/http/stream_plain.h"
#include "exporter/http/stream_tls.h"
#include "exporter/http/thread_pool.h"
#include "exporter/http/web_access.h"
#include "exporter/log/log.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

constexpr ike::Duration kStopPatience = std::chrono::seconds(2);
constexpr size_t kMinConnections = 64;

void WarnIfOpen(const Listener& listener, const WebPolicy& policy) {
  bool asks = policy.auth || policy.config.tls_requires_certificate();
  if (listener.local() || asks) return;
  Log(LogLevel::kWarn,
      "whoever reaches this address can read everything and ask for probes: no authentication is "
      "configured (--web.config.file)",
      {{"listen", listener.address()}});
}

// Half of the descriptors are for probes over TCP, files and the like.
size_t ConnectionLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMinConnections;
  return std::clamp(static_cast<size_t>(limit.rlim_cur / 2), kMinConnections,
                    ConnectionLimiter::kMaxConnections);
}

struct Connection {
  explicit Connection(int accepted) : fd(accepted), address(ClientNetworkOf(accepted)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    place.reset();  // first: nobody shuts down who gets the number next
    close(fd);
  }

  const int fd;
  const ike::IpAddress address;
  ConnectionLimiter::PlacePtr place;
};

}  // namespace

struct HttpServer::State {
  State(std::unique_ptr<RequestHandler> given_handler, std::unique_ptr<WebAccess> given_access)
      : handler(std::move(given_handler)),
        access(std::move(given_access)),
        service(handler.get(), access.get()),
        limiter(ConnectionLimit()) {}

  void OnAccepted(int fd);
  void Serve(const Connection& connection);
  void Tick(bool first);

  const std::unique_ptr<RequestHandler> handler;
  const std::unique_ptr<WebAccess> access;
  Service service;
  ConnectionLimiter limiter;
  std::atomic<bool> stopping{false};
  ThreadPool pool;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
};

void HttpServer::State::OnAccepted(int fd) {
  auto connection = std::make_shared<Connection>(fd);
  connection->place = limiter.Add(fd, connection->address);
  if (!connection->place) return;
  pool.Run([this, connection] { Serve(*connection); });
  // Jobs without a thread wait for one that waits for its client.
  if (pool.starved()) limiter.ShutLongest();
}

void HttpServer::State::Serve(const Connection& connection) {
  ConnectionLimiter::Place* place = connection.place.get();
  // Where threads are short, they are for those that wait for one.
  ServedClient client{net::ToString(connection.address), place,
                      [this] { return stopping || pool.starved(); }};
  TlsContextPtr tls = access->current()->tls;
  if (!tls) {
    PlainStream stream(connection.fd, place);
    return service.ServeAll(&stream, client);
  }
  TlsStream stream(connection.fd, place, std::move(tls));
  if (stream.Handshake()) service.ServeAll(&stream, client);
}

void HttpServer::State::Tick(bool first) {
  limiter.Trim(std::chrono::steady_clock::now());
  if (pool.starved()) limiter.ShutLongest();
  if (first && access->has_files()) access->Refresh();
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(); }

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::Start(
    std::unique_ptr<RequestHandler> handler, Options options) {
  auto access = WebAccess::Open(options.web_config_file);
  if (!access) return tl::make_unexpected(access.error());
  auto state = std::make_unique<State>(std::move(handler), std::move(*access));
  for (Listener& listener : options.listeners) {
    WarnIfOpen(listener, *state->access->current());
    bool first = state->acceptors.empty();
    Acceptor::Callbacks callbacks{[at = state.get()](int fd) { at->OnAccepted(fd); },
                                  [at = state.get(), first] { at->Tick(first); },
                                  [at = state.get()] { return at->limiter.ShutLongest(); }};
    state->acceptors.push_back(std::make_unique<Acceptor>(std::move(listener), callbacks));
  }
  // A thread for connections from now on: later another may take the last that the system gives.
  state->pool.Run([] {});
  for (const auto& acceptor : state->acceptors) {
    if (!acceptor->Start()) {
      return tl::make_unexpected("cannot wait for connections: out of file descriptors");
    }
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

void HttpServer::Drain() { state_->handler->Drain(); }

void HttpServer::Stop() {
  state_->handler->Abandon();
  state_->stopping = true;
  state_->acceptors.clear();
  state_->limiter.ShutAll(true);
  if (!state_->limiter.WaitUntilEmpty(kStopPatience)) state_->limiter.ShutAll(false);
  state_->pool.Stop();
}

// Each of them has to be alive.
uint64_t HttpServer::beats() const {
  uint64_t least = UINT64_MAX;
  for (const auto& acceptor : state_->acceptors) least = std::min(least, acceptor->beats());
  return least;
}

}  // namespace exporter
