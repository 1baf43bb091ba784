#include "exporter/web/site.h"

#include <charconv>
#include <chrono>
#include <memory>
#include <utility>

#include "exporter/base/unix_time.h"
#include "exporter/base/url.h"
#include "exporter/http/credentials.h"
#include "exporter/log/log.h"
#include "exporter/page/pages.h"
#include "exporter/web/cross_origin_check.h"
#include "exporter/web/long_pages.h"
#include "exporter/web/openapi.h"
#include "exporter/web/probe_page.h"
#include "exporter/web/replies.h"

namespace exporter {
namespace {

BrowserHeaders HeadersOf(const HttpRequest& request) {
  return {std::string(request.Field("host")), std::string(request.Field("origin")),
          std::string(request.Field("sec-fetch-site")), std::string(request.Field("referer")),
          std::string(request.Field("user-agent"))};
}

// A browser that opens an address (RFC 9110 section 12.5.1).
bool WantsPage(const HttpRequest& request) {
  bool reads = request.method == "GET" || request.method == "HEAD";
  return reads && request.Field("accept").find("text/html") != std::string_view::npos;
}

// What a few clients with as many connections as anybody needs may ask for at once.
constexpr uint32_t kPasswords = 64;
// Of the overview, where the newest few matter.
constexpr size_t kRecentRows = 20;

std::vector<RecentProbeRow> RowsOf(std::vector<KeptProbePtr> probes) {
  if (probes.size() > kRecentRows) probes.resize(kRecentRows);
  std::vector<RecentProbeRow> rows;
  for (const KeptProbePtr& probe : probes) {
    rows.push_back({probe->id, probe->at, probe->target, probe->module, probe->success,
                    probe->duration_seconds});
  }
  return rows;
}

std::optional<uint64_t> ParseId(const std::string& text) {
  uint64_t id = 0;
  auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  bool whole = error == std::errc{} && at == text.data() + text.size();
  return whole ? std::optional(id) : std::nullopt;
}

// JSON where the API was asked (docs/api.md), else plain text.
HttpReply ErrorReply(const HttpError& error, std::string_view path = {}) {
  return path.starts_with("/api/") ? JsonError({}, error) : TextError(error);
}

HttpReply WrongPassword(AuthResult result) {
  if (result == AuthResult::kBusy) {
    return ErrorReply({429, "too many passwords are being checked", "password", 1});
  }
  HttpReply reply = ErrorReply({401, "a user name and a password are needed", "password", 0});
  reply.fields.push_back({"WWW-Authenticate", "Basic realm=\"ike_exporter\", charset=\"UTF-8\""});
  return reply;
}

}  // namespace

Site::Site(HttpServices services)
    : services_(std::move(services)),
      metrics_({services_.engines, services_.reloader, services_.store}),
      prober_(&services_),
      recent_(services_.history_limit),
      api_(&services_, &prober_) {
  metrics_.Expect(MetricsRoute().handler, MetricsRoute().success);
  for (const Route& route : AllRoutes()) metrics_.Expect(route.handler, route.success);
}

std::optional<HttpError> Site::CheckRoute(const Route& route, const HttpRequest& request) const {
  if (route.acts) {
    if (auto error = CheckOrigin(HeadersOf(request))) return error;
    if (request.method == "GET") {
      if (auto error = CheckReferer(HeadersOf(request))) return error;
    }
  }
  if (!request.Field("content-encoding").empty()) {
    return HttpError{415, "a compressed body is not accepted", "content_type", 0};
  }
  if (request.method != "POST") return std::nullopt;
  return CheckContentType(request.Field("content-type"), request.has_body);
}

Decision Site::Decide(const HttpRequest& request, const WebPolicy& policy, bool authenticated) {
  Decision decision;
  auto refuse = [&](const HttpError& error) {
    if (error.status == 403 || error.status == 415) metrics_.CountRejection(error.reason);
    decision.refusal = ErrorReply(error, request.path);
    return std::move(decision);
  };
  if (auto error = CheckHost(HeadersOf(request), services_.store->table()->config->web.hosts)) {
    return refuse(*error);
  }
  if (!authenticated && policy.rate && !policy.rate->Take(std::chrono::steady_clock::now())) {
    return refuse(
        {429, "too many requests; rate_limit of the web configuration bounds them", "web_rate", 1});
  }
  decision.route = FindRoute(request.path, services_.telemetry_path);
  bool open = !policy.auth || (decision.route != nullptr && decision.route->open);
  if (!open && !authenticated) {
    auto credentials = ParseCredentials(request.Field("authorization"));
    if (!credentials) {
      decision.refusal = WrongPassword(AuthResult::kDenied);
      return decision;
    }
    decision.needs_password = !policy.auth->Remembers(credentials->user, credentials->password);
    if (decision.needs_password) return decision;
  }
  if (decision.route == nullptr) {
    if (WantsPage(request)) {
      decision.refusal = Pages(request, {});
      return decision;
    }
    return refuse({404, "there is nothing here", "not_found", 0});
  }
  if (!Takes(*decision.route, request.method)) {
    std::string methods(decision.route->methods);
    decision.refusal = ErrorReply({405, "expected " + methods, "method", 0}, request.path);
    decision.refusal->fields.push_back({"Allow", methods});
    return decision;
  }
  if (auto error = CheckRoute(*decision.route, request)) return refuse(*error);
  decision.one_at_a_time = !decision.route->acts && !decision.route->open;
  return decision;
}

// One at a time for each client, so that guesses do not take the turns of all others.
std::optional<HttpReply> Site::CheckPassword(const HttpRequest& request, const WebPolicy& policy,
                                             std::mutex* turn) {
  auto credentials = ParseCredentials(request.Field("authorization"));
  if (!credentials || !policy.auth) return WrongPassword(AuthResult::kDenied);
  if (!passwords_.Take(request.client, kPasswords)) return WrongPassword(AuthResult::kBusy);
  ConcurrencySlot slot(&passwords_, request.client);
  std::lock_guard lock(*turn);
  if (prober_.abandoned()) return WrongPassword(AuthResult::kBusy);
  AuthResult result = policy.auth->Check(credentials->user, credentials->password);
  return result == AuthResult::kGranted ? std::nullopt : std::optional(WrongPassword(result));
}

HttpReply Site::Serve(const Route& route, const HttpRequest& request) {
  HttpReply reply = (this->*route.serve)(request, Segment(route, request.path));
  if (!reply.rejection.empty()) metrics_.CountRejection(reply.rejection);
  return reply;
}

HttpReply Site::Refuse(const HttpError& error, std::string_view path) const {
  return ErrorReply(error, path);
}

std::vector<std::string> Site::PostPaths() const {
  std::vector<std::string> paths;
  for (const Route& route : AllRoutes()) {
    if (Takes(route, "POST")) paths.emplace_back(route.path);
  }
  return paths;
}

void Site::Count(const Route* route, int status, double seconds) {
  std::string_view handler = route == nullptr ? "other" : route->handler;
  metrics_.CountRequest(handler, status);
  metrics_.ObserveRequest(handler, seconds);
}

HttpReply Site::Metrics(const HttpRequest&, const std::string&) {
  HttpReply reply;
  reply.type = kMetricsType;
  reply.source = MetricsBody(services_.store->table(), &metrics_, kPieceBytes);
  return reply;
}

HttpReply Site::Pages(const HttpRequest& request, const std::string&) {
  PageContext context{services_.store->table(), UnixNow(), services_.telemetry_path,
                      !services_.reloader->last_successful(),
                      request.path == "/" ? RowsOf(recent_.All()) : std::vector<RecentProbeRow>()};
  return ServePage(context, request.path, request.query);
}

HttpReply Site::Healthy(const HttpRequest&, const std::string&) {
  return TextReply(200, "Healthy\n");
}

HttpReply Site::Ready(const HttpRequest&, const std::string&) {
  bool ready = !draining_ && services_.reloader->loaded();
  return ready ? TextReply(200, "Ready\n") : TextReply(503, "Not ready\n");
}

HttpReply Site::Reload(const HttpRequest&, const std::string&) {
  if (!services_.lifecycle) {
    return TextReply(403, "reloading by HTTP needs --web.enable-lifecycle\n");
  }
  auto loaded = services_.reloader->Load();
  if (loaded) {
    Log(LogLevel::kInfo, "configuration reloaded", {{"cause", "HTTP"}});
    return TextReply(200, "reloaded\n");
  }
  Log(LogLevel::kError, "configuration not reloaded, the running one stays",
      {{"cause", "HTTP"}, {"error", loaded.error()}});
  return TextReply(500, "not reloaded, the running configuration stays:\n" + loaded.error() + "\n");
}

HttpReply Site::Probe(const HttpRequest& request, const std::string&) {
  bool ambiguous = false;
  auto parameter = [&](std::string_view name) {
    auto values = QueryValues(request.query, name);
    ambiguous |= values.size() > 1;
    return values.empty() ? std::string() : values.front();
  };
  ProbeQuery query;
  query.target = parameter("target");
  query.module = parameter("module");
  query.debug = parameter("debug") == "true";
  query.scrape_timeout = request.Field("x-prometheus-scrape-timeout-seconds");
  query.client = request.client;
  if (ambiguous) return ErrorReply({400, "a parameter is given twice", "request", 0});
  return ServeProbe({&services_, &prober_, &recent_}, query);
}

HttpReply Site::Logs(const HttpRequest& request, const std::string&) {
  auto parameter = [&](std::string_view name) {
    auto values = QueryValues(request.query, name);
    return values.size() == 1 ? values.front() : std::string();
  };
  std::string id = parameter("id");
  std::string target = parameter("target");
  KeptProbePtr probe;
  if (auto number = ParseId(id)) {
    probe = recent_.Find(*number);
  } else if (!target.empty()) {
    probe = recent_.Find(target, parameter("module"));
  } else {
    return ErrorReply({400, "expected id=NUMBER, or target=HOST and module=NAME", "request", 0});
  }
  if (!probe) return ErrorReply({404, "no such probe is kept", "not_found", 0});
  return TextReply(200, ProbeLogText(*probe));
}

HttpReply Site::Config(const HttpRequest&, const std::string&) {
  HttpReply reply;
  reply.type = kTextType;
  reply.source = ConfigBody(services_.store->table(), kPieceBytes);
  return reply;
}

HttpReply Site::Post(ApiEndpoint endpoint, const HttpRequest& request) {
  return api_.Post(endpoint, request.body, request.client);
}

HttpReply Site::ApiProbe(const HttpRequest& request, const std::string&) {
  return Post(ApiEndpoint::kProbe, request);
}

HttpReply Site::ApiVersion(const HttpRequest& request, const std::string&) {
  return Post(ApiEndpoint::kVersion, request);
}

HttpReply Site::ApiV2Sa(const HttpRequest& request, const std::string&) {
  return Post(ApiEndpoint::kV2Sa, request);
}

HttpReply Site::ApiAudit(const HttpRequest& request, const std::string&) {
  return Post(ApiEndpoint::kAudit, request);
}

HttpReply Site::ApiAudits(const HttpRequest&, const std::string& id) { return api_.Audit(id); }

HttpReply Site::ApiProbes(const HttpRequest&, const std::string&) {
  Json list = Json::array();
  for (const KeptProbePtr& probe : recent_.All()) list.push_back(KeptProbeJson(*probe));
  return JsonReply(200, Json{{"probes", std::move(list)}});
}

HttpReply Site::ApiDescription(const HttpRequest&, const std::string&) {
  HttpReply reply = TextReply(200, std::string(OpenApiDocument()));
  reply.type = kJsonType;
  return reply;
}

HttpReply Site::ApiTargets(const HttpRequest&, const std::string&) {
  HttpReply reply;
  reply.type = kJsonType;
  reply.source = TargetListBody(services_.store->table(), kPieceBytes);
  return reply;
}

HttpReply Site::ApiTarget(const HttpRequest&, const std::string& name) { return api_.Target(name); }

}  // namespace exporter
