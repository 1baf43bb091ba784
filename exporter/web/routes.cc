#include "exporter/web/routes.h"

#include "exporter/web/site.h"

namespace exporter {
namespace {

constexpr Route kMetrics{"", "GET, HEAD", "metrics", &Site::Metrics};

constexpr Route kRoutes[] = {
    {"/", "GET, HEAD", "page", &Site::Pages},
    {"/targets/*", "GET, HEAD", "page", &Site::Pages},
    {"/runbooks/*", "GET, HEAD", "page", &Site::Pages},
    {"/assets/*", "GET, HEAD", "page", &Site::Pages},
    {.path = "/-/healthy",
     .methods = "GET, HEAD",
     .handler = "healthy",
     .serve = &Site::Healthy,
     .open = true},
    {.path = "/-/ready",
     .methods = "GET, HEAD",
     .handler = "ready",
     .serve = &Site::Ready,
     .open = true},
    {"/-/reload", "POST", "reload", &Site::Reload, true},
    {"/probe", "GET", "probe", &Site::Probe, true},
    {"/logs", "GET, HEAD", "logs", &Site::Logs},
    {"/config", "GET, HEAD", "config", &Site::Config},
    {"/api/ike/probe", "POST", "api_probe", &Site::ApiProbe, true},
    {"/api/ike/version", "POST", "api_version", &Site::ApiVersion, true},
    {"/api/ike/v2-sa", "POST", "api_v2_sa", &Site::ApiV2Sa, true},
    {.path = "/api/ike/audit",
     .methods = "POST",
     .handler = "api_audit",
     .serve = &Site::ApiAudit,
     .acts = true,
     .success = 202},
    {"/api/audits/*", "GET, HEAD", "api_audits", &Site::ApiAudits},
    {"/api/probes", "GET, HEAD", "api_probes", &Site::ApiProbes},
    {"/api/openapi.json", "GET, HEAD", "api_openapi", &Site::ApiDescription},
    {"/api/targets", "GET, HEAD", "api_targets", &Site::ApiTargets},
    {"/api/targets/*", "GET, HEAD", "api_target", &Site::ApiTarget},
};

bool EndsOpen(std::string_view pattern) { return !pattern.empty() && pattern.back() == '*'; }

bool Matches(std::string_view pattern, std::string_view path) {
  if (!EndsOpen(pattern)) return pattern == path;
  std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  return path.size() > prefix.size() && path.starts_with(prefix) &&
         path.find('/', prefix.size()) == std::string_view::npos;
}

}  // namespace

std::span<const Route> AllRoutes() { return kRoutes; }

const Route& MetricsRoute() { return kMetrics; }

const Route* FindRoute(std::string_view path, std::string_view telemetry_path) {
  if (path == telemetry_path) return &kMetrics;
  for (const Route& route : kRoutes) {
    if (Matches(route.path, path)) return &route;
  }
  return nullptr;
}

std::string Segment(const Route& route, std::string_view path) {
  return EndsOpen(route.path) ? std::string(path.substr(route.path.size() - 1)) : std::string();
}

bool Takes(const Route& route, std::string_view method) {
  for (std::string_view rest = route.methods; !rest.empty();) {
    size_t comma = rest.find(", ");
    if (rest.substr(0, comma) == method) return true;
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 2);
  }
  return false;
}

}  // namespace exporter
