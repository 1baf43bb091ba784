// Api: the JSON API (docs/api.md) over the prober and the engines, and the audits that it started.
// Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "exporter/http/message.h"
#include "exporter/json/request.h"
#include "exporter/web/on_demand_prober.h"

namespace exporter {

class Api {
 public:
  Api(const HttpServices* services, OnDemandProber* prober)
      : services_(services), prober_(prober) {}

  HttpReply Post(ApiEndpoint endpoint, std::string_view body, const std::string& client);
  HttpReply Target(const std::string& name) const;
  HttpReply Audit(const std::string& id);

 private:
  // A finished audit stays for an hour, and no more than this many are kept.
  static constexpr size_t kMaxAudits = 1000;
  static constexpr std::chrono::hours kAuditKept{1};

  struct KeptAudit {
    std::string host;
    uint16_t port = 0;
    ike::Transport transport{};
    AuditJobPtr job;
    std::string client;  // that asked for it first
    std::chrono::steady_clock::time_point started;
  };

  HttpReply Run(ApiEndpoint endpoint, const ApiRequest& request, const AllowedHost& allowed);
  HttpReply StartAudit(const AllowedHost& allowed, const std::string& client);
  bool HasRoomFor(const std::string& client) const;
  void ForgetOldAudits();

  const HttpServices* const services_;
  OnDemandProber* const prober_;
  std::mutex mutex_;
  std::unordered_map<std::string, KeptAudit> audits_;  // guarded by mutex_, by id
};

}  // namespace exporter
