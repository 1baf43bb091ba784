// Site: what is served, free of sockets. Made by `serve`, called by the HTTP service; any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/http/basic_auth.h"
#include "exporter/http/request_handler.h"
#include "exporter/metrics/exporter_metrics.h"
#include "exporter/web/api.h"
#include "exporter/web/on_demand_prober.h"
#include "exporter/web/recent_probes.h"
#include "exporter/web/routes.h"
#include "exporter/web/services.h"

namespace exporter {

class Site final : public RequestHandler {
 public:
  // What `services` points to outlives it.
  explicit Site(HttpServices services);

  std::vector<std::string> PostPaths() const override;
  Decision Decide(const HttpRequest& request, const WebPolicy& policy, bool authenticated) override;
  std::optional<HttpReply> CheckPassword(const HttpRequest& request, const WebPolicy& policy,
                                         std::mutex* turn) override;
  HttpReply Serve(const Route& route, const HttpRequest& request) override;
  HttpReply Refuse(const HttpError& error, std::string_view path) const override;
  void Count(const Route* route, int status, double seconds) override;
  void Drain() override { draining_ = true; }
  void Abandon() override { prober_.Abandon(); }

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

  const HttpServices services_;
  ExporterMetrics metrics_;
  OnDemandProber prober_;
  ProbePlaces passwords_;  // being checked
  RecentProbes recent_;
  Api api_;
  std::atomic<bool> draining_{false};
};

}  // namespace exporter
