// Site: what is served, free of sockets: which requests may pass, and the answers to them. Made by
// HttpServer, asked by the service; any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/basic_auth.h"
#include "exporter/http/ad_hoc.h"
#include "exporter/http/api.h"
#include "exporter/http/http_error.h"
#include "exporter/http/message.h"
#include "exporter/http/recent_probes.h"
#include "exporter/http/routes.h"
#include "exporter/http/services.h"
#include "exporter/http/web_access.h"
#include "exporter/metrics/exporter_metrics.h"

namespace exporter {

// What is to be done with a request.
struct Admission {
  const Route* route = nullptr;  // null: there is none
  // It is to be answered with this.
  std::optional<HttpReply> refusal;
  // First CheckPassword must be asked, which takes its time.
  bool asks_password = false;
};

class Site {
 public:
  explicit Site(HttpServices services);

  // Quick. `authenticated`: CheckPassword has granted it.
  Admission Admit(const HttpRequest& request, const WebPolicy& policy, bool authenticated);
  // `turn` is the client's.
  AuthResult CheckPassword(const HttpRequest& request, const WebPolicy& policy, std::mutex* turn);
  static HttpReply WrongPassword(AuthResult result);
  // REQUIRES: Admit let the request pass to `route`.
  HttpReply Serve(const Route& route, const HttpRequest& request);

  // A request has been answered. `route` may be null.
  void Count(const Route* route, int status, double seconds);
  // From now on /-/ready says no.
  void Drain() { draining_ = true; }
  // Nobody waits for a probe any longer.
  void Abandon() { ad_hoc_.Abandon(); }

  // The answers, by route.
  HttpReply Metrics(const HttpRequest& request, const std::string& segment);
  HttpReply Pages(const HttpRequest& request, const std::string& segment);
  HttpReply Healthy(const HttpRequest& request, const std::string& segment);
  HttpReply Ready(const HttpRequest& request, const std::string& segment);
  HttpReply Reload(const HttpRequest& request, const std::string& segment);
  HttpReply Probe(const HttpRequest& request, const std::string& segment);
  HttpReply Logs(const HttpRequest& request, const std::string& segment);
  HttpReply Config(const HttpRequest& request, const std::string& segment);
  HttpReply ApiProbe(const HttpRequest& request, const std::string& segment);
  HttpReply ApiVersion(const HttpRequest& request, const std::string& segment);
  HttpReply ApiV2Sa(const HttpRequest& request, const std::string& segment);
  HttpReply ApiAudit(const HttpRequest& request, const std::string& segment);
  HttpReply ApiAudits(const HttpRequest& request, const std::string& id);
  HttpReply ApiProbes(const HttpRequest& request, const std::string& segment);
  HttpReply ApiDescription(const HttpRequest& request, const std::string& segment);
  HttpReply ApiTargets(const HttpRequest& request, const std::string& segment);
  HttpReply ApiTarget(const HttpRequest& request, const std::string& name);

 private:
  std::optional<HttpError> CheckRoute(const Route& route, const HttpRequest& request) const;
  HttpReply Post(ApiEndpoint endpoint, const HttpRequest& request);
  HttpReply FromApi(ApiReply reply);

  const HttpServices services_;
  ExporterMetrics metrics_;
  AdHoc ad_hoc_;
  ProbePlaces passwords_;  // being checked
  RecentProbes recent_;
  Api api_;
  std::atomic<bool> draining_{false};
};

// A refusal: JSON where the API was asked (contract section 3), else plain text.
HttpReply ErrorReply(const HttpError& error, std::string_view path = {});

}  // namespace exporter
