// The routes: which paths exist, what they take, who answers, and under which name they are
// counted. One table, so that guard, metrics and description agree. Constant, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "exporter/http/message.h"

namespace exporter {

class Site;

struct Route {
  std::string_view path;     // a trailing "*" stands for one more segment
  std::string_view methods;  // as in the header Allow
  std::string_view handler;  // the label of ike_exporter_http_requests_total
  // `segment` is what the "*" stood for.
  HttpReply (Site::*serve)(const HttpRequest& request, const std::string& segment);
  bool acts = false;  // makes the exporter do something: not for pages of other origins
  bool open = false;  // for everybody, whatever authentication is configured
  int success = 200;
};

// All but the metrics', whose path is the operator's choice.
std::span<const Route> AllRoutes();
const Route& MetricsRoute();

// Null where there is none. `telemetry_path` is the metrics' own.
const Route* FindRoute(std::string_view path, std::string_view telemetry_path);

// What the "*" of `route` stands for in `path`.
std::string Segment(const Route& route, std::string_view path);

bool Takes(const Route& route, std::string_view method);

}  // namespace exporter
