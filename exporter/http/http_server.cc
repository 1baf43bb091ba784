#include "exporter/http/http_server.h"

#include <chrono>
#include <utility>

#include "exporter/http/front.h"
#include "exporter/http/site.h"
#include "exporter/http/web_access.h"
#include "exporter/log.h"

namespace exporter {
namespace {

constexpr ike::Duration kStopPatience = std::chrono::seconds(2);

void WarnIfOpen(const std::vector<Listener>& listeners, const WebPolicy& policy) {
  bool asks = policy.auth || policy.config.tls_requires_certificate();
  for (const Listener& listener : listeners) {
    if (listener.local() || asks) continue;
    Log(LogLevel::kWarn,
        "whoever reaches this address can read everything and ask for probes: no authentication "
        "is configured (--web.config.file)",
        {{"listen", listener.address()}});
  }
}

}  // namespace

struct HttpServer::State {
  State(HttpServices services, std::unique_ptr<WebAccess> given)
      : site(std::move(services)), access(std::move(given)) {}

  Site site;
  const std::unique_ptr<WebAccess> access;
  std::unique_ptr<Front> front;
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { Stop(); }

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::Start(HttpServices services,
                                                                         Options options) {
  auto access = WebAccess::Open(options.web_config_file);
  if (!access) return tl::make_unexpected(access.error());
  WarnIfOpen(options.listeners, *(*access)->current());
  auto state = std::make_unique<State>(std::move(services), std::move(*access));
  auto front = Front::Create(&state->site, state->access.get());
  if (!front) return tl::make_unexpected(front.error());
  state->front = std::move(*front);
  if (!state->front->Start(std::move(options.listeners))) {
    return tl::make_unexpected("cannot wait for connections: out of file descriptors");
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

void HttpServer::Drain() { state_->site.Drain(); }

void HttpServer::Stop() {
  state_->site.Abandon();
  state_->front->Stop(kStopPatience);
}

uint64_t HttpServer::beats() const { return state_->front->beats(); }

}  // namespace exporter
