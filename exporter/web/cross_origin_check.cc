#include "exporter/web/cross_origin_check.h"

#include <algorithm>

#include "config/host.h"
#include "probes/base/ascii.h"

namespace exporter {
namespace {

// The authority of an http or https origin; empty for anything else, "null" included.
std::string_view OriginAuthority(std::string_view origin) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size());
  }
  return {};
}

std::string_view RefererAuthority(std::string_view referer) {
  std::string_view rest = OriginAuthority(referer);
  return rest.substr(0, rest.find_first_of("/?#"));
}

// All browsers since the nineties say so, and no page can make them say anything else.
bool IsBrowser(std::string_view user_agent) { return user_agent.starts_with("Mozilla/"); }

}  // namespace

std::optional<HttpError> CheckHost(const BrowserHeaders& headers,
                                   const std::vector<std::string>& hosts) {
  // Browsers always send it. HTTP/1.0 does not ask for it, and health checks leave it out.
  if (headers.host.empty()) return std::nullopt;
  auto parsed = config::ParseHostPort(headers.host);
  if (parsed) {
    std::string name = ike::AsciiLower(parsed->host);
    if (!name.empty() && name.back() == '.') name.pop_back();
    bool known = config::ParseIpAddress(name).has_value() || name == "localhost" ||
                 std::find(hosts.begin(), hosts.end(), name) != hosts.end();
    if (known) return std::nullopt;
  }
  return HttpError{403,
                   "the Host header names neither an address nor this server; list its names in "
                   "[web] hosts",
                   "host", 0};
}

std::optional<HttpError> CheckOrigin(const BrowserHeaders& headers) {
  std::string site = ike::AsciiLower(headers.sec_fetch_site);
  bool foreign_site = site == "cross-site" || site == "same-site";
  bool foreign_origin =
      !headers.origin.empty() &&
      ike::AsciiLower(OriginAuthority(headers.origin)) != ike::AsciiLower(headers.host);
  if (!foreign_site && !foreign_origin) return std::nullopt;
  return HttpError{403, "requests of other origins' pages are refused", "origin", 0};
}

std::optional<HttpError> CheckReferer(const BrowserHeaders& headers) {
  if (!headers.sec_fetch_site.empty() || !IsBrowser(headers.user_agent)) return std::nullopt;
  if (ike::AsciiLower(RefererAuthority(headers.referer)) == ike::AsciiLower(headers.host))
    return std::nullopt;
  return HttpError{403,
                   "this browser does not say which page the request is from; open / here and "
                   "start from there",
                   "origin", 0};
}

std::optional<HttpError> CheckContentType(std::string_view content_type, bool has_body) {
  std::string type = ike::AsciiLower(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  if (!has_body || type == "application/json") return std::nullopt;
  return HttpError{415, "the body must be application/json", "content_type", 0};
}

}  // namespace exporter
