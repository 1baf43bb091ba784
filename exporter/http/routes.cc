#include "exporter/http/routes.h"

namespace exporter {
namespace {

constexpr Route kMetrics{"", "GET, HEAD", "metrics"};

constexpr Route kRoutes[] = {
    {"/", "GET, HEAD", "page"},
    {"/targets/*", "GET, HEAD", "page"},
    {"/-/healthy", "GET, HEAD", "healthy"},
    {"/-/ready", "GET, HEAD", "ready"},
    {"/-/reload", "POST", "reload", true},
    {"/probe", "GET", "probe", true},
    {"/api/ike/probe", "POST", "api_probe", true, true},
    {"/api/ike/version", "POST", "api_version", true, true},
    {"/api/ike/v2-sa", "POST", "api_v2_sa", true, true},
    {"/api/ike/audit", "POST", "api_audit", true, true},
    {"/api/audits/*", "GET, HEAD", "api_audits"},
    {"/api/targets", "GET, HEAD", "api_targets"},
    {"/api/targets/*", "GET, HEAD", "api_target"},
};

bool Matches(std::string_view pattern, std::string_view path) {
  if (pattern.back() != '*') return pattern == path;
  std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  return path.size() > prefix.size() && path.starts_with(prefix) &&
         path.find('/', prefix.size()) == std::string_view::npos;
}

}  // namespace

const Route* FindRoute(std::string_view path, std::string_view telemetry_path) {
  if (path == telemetry_path) return &kMetrics;
  for (const Route& route : kRoutes) {
    if (Matches(route.path, path)) return &route;
  }
  return nullptr;
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
