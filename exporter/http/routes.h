// The routes: which paths exist, what they take, and under which name they are counted. One table,
// so that guard, metrics and description agree. Constant, any thread.
#pragma once

#include <string_view>

namespace exporter {

struct Route {
  std::string_view path;     // a trailing "*" stands for one more segment
  std::string_view methods;  // as in the header Allow
  std::string_view handler;  // the label of ike_exporter_http_requests_total
  bool acts = false;         // makes the exporter do something: not for pages of other origins
  bool json = false;         // takes a JSON body
};

// Null where there is none. `telemetry_path` is the metrics' own.
const Route* FindRoute(std::string_view path, std::string_view telemetry_path);

bool Takes(const Route& route, std::string_view method);

}  // namespace exporter
