#include "exporter/web/api.h"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "config/host.h"
#include "exporter/base/number_text.h"
#include "exporter/json/audit_json.h"
#include "exporter/json/probe_json.h"
#include "exporter/json/target_json.h"
#include "exporter/web/replies.h"
#include "probes/algorithms/policy.h"

namespace exporter {
namespace {

constexpr ike::Duration kResolveLimit = std::chrono::seconds(5);

// 502 refused, unreachable, unresolvable or no IKE; 504 no answer in time.
int StatusOf(ike::Reason reason) {
  if (reason == ike::Reason::kTimeout) return 504;
  return reason == ike::Reason::kInternal ? 500 : 502;
}

std::chrono::milliseconds DefaultTimeout(ApiEndpoint endpoint) {
  return std::chrono::seconds(endpoint == ApiEndpoint::kVersion ? 10 : 15);
}

struct Place {
  ike::Transport transport;
  uint16_t port;
};

// A port of its own goes before the one that stands in the host.
Place PlaceOf(const ApiRequest& request, std::optional<uint16_t> port_in_host) {
  std::optional<uint16_t> port = request.port ? request.port : port_in_host;
  ike::Transport transport =
      request.transport.value_or(port == 4500 ? ike::Transport::kUdpEncap : ike::Transport::kUdp);
  return {transport, port.value_or(ike::DefaultPort(transport))};
}

// What an error says it is about; nothing where there is no host.
ProbedHost AskedFor(const ApiRequest& request) {
  if (request.host.empty()) return {};
  auto parsed = config::ParseHostPort(request.host);
  return {request.host, PlaceOf(request, parsed ? parsed->port : std::nullopt).port};
}

std::shared_ptr<const ike::ProbeSettings> SettingsFor(const ApiRequest& request,
                                                      ApiEndpoint endpoint,
                                                      std::optional<uint16_t> port_in_host,
                                                      const ike::ProbeSettings& defaults) {
  auto settings = std::make_shared<ike::ProbeSettings>();
  settings->half_open_budget = defaults.half_open_budget;
  settings->source_address = defaults.source_address;
  settings->source_port = defaults.source_port;
  settings->policy = request.policy.empty() ? defaults.policy : request.policy;
  const Place place = PlaceOf(request, port_in_host);
  settings->transport = place.transport;
  settings->port = place.port;
  settings->proposal = request.proposal;
  settings->address_family = request.address_family;
  settings->exchange = request.exchange;
  settings->aggressive_id = request.id;
  settings->aggressive_id_type = request.identity_type();
  settings->aggressive_dh_group = request.dh_group;
  settings->timeout = endpoint == ApiEndpoint::kAudit
                          ? defaults.timeout
                          : request.timeout.value_or(DefaultTimeout(endpoint));
  settings->ikev1 = endpoint != ApiEndpoint::kV2Sa;
  settings->ikev1_named = endpoint == ApiEndpoint::kProbe || defaults.ikev1_named;
  settings->ikev2 = endpoint != ApiEndpoint::kProbe;
  return settings;
}

// An identity must be of its type, or no daemon would read it.
std::optional<std::string> CheckIdentity(const ApiRequest& request) {
  if (request.exchange == ike::Ikev1Mode::kMain) return std::nullopt;
  if (request.identity_type() != ike::IdType::kIpv4) {
    if (!request.id.empty()) return std::nullopt;
    return "\"idType\" other than \"ipv4\" needs an \"id\"";
  }
  auto address = config::ParseIpAddress(request.id);
  if (request.id.empty() || (address && address->is_v4())) return std::nullopt;
  return "\"id\" must be an IPv4 address, since \"idType\" says so";
}

HttpReply BadRequest(const ProbedHost& host, const std::string& sentence) {
  return JsonError(host, {400, sentence, "request", 0});
}

HttpReply NotAnswered(const ProbedHost& host, const std::optional<ProbeResult>& answer) {
  if (!answer) return JsonError(host, {504, "no answer in time", "timeout", 0});
  if (answer->end == ProbeEnd::kNoBudget) {
    return JsonError(host, {429, "the half-open budget of this address is spent; try again later",
                            "budget", 30});
  }
  ike::Reason reason = answer->report.outcome.reason;
  return JsonError(host, {StatusOf(reason), FailureSentence(*answer), ike::ReasonName(reason), 0});
}

bool Answered(const std::optional<ProbeResult>& answer) {
  return answer && answer->end == ProbeEnd::kProbed && answer->report.outcome.answered();
}

std::string NewAuditId() {
  uint64_t number = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number);
  return SpiHex(number);
}

}  // namespace

HttpReply Api::Post(ApiEndpoint endpoint, std::string_view body, const std::string& client) {
  auto request = ParseApiRequest(body, endpoint);
  if (!request) return BadRequest(AskedFor(request.error().request), request.error().sentence);
  const ProbedHost asked = AskedFor(*request);
  auto parsed = config::ParseHostPort(request->host);
  if (!parsed) return BadRequest(asked, "\"host\": " + parsed.error());
  if (auto mistake = CheckIdentity(*request)) return BadRequest(asked, *mistake);
  std::shared_ptr<const TargetTable> table = services_->store->table();
  bool known_policy = request->policy.empty() || ike::IsBuiltInPolicy(request->policy) ||
                      table->config->policies.contains(request->policy);
  if (!known_policy) return BadRequest(asked, "\"policy\" names no policy that there is");
  auto settings = SettingsFor(*request, endpoint, parsed->port, *table->config->defaults);
  auto slot = prober_->TakeSlot(client);
  if (!slot) return JsonError(asked, slot.error());
  auto allowed = prober_->ResolveAllowed(parsed->host, settings, kResolveLimit);
  if (!allowed) return JsonError(asked, allowed.error());
  if (endpoint == ApiEndpoint::kAudit) return StartAudit(*allowed, client);
  return Run(endpoint, *request, *allowed);
}

HttpReply Api::Run(ApiEndpoint endpoint, const ApiRequest& request, const AllowedHost& allowed) {
  bool need_suite = endpoint != ApiEndpoint::kVersion;
  OnDemandProber::Answers answers =
      prober_->Probe(allowed, allowed.settings->timeout, need_suite, false);
  const std::optional<ProbeResult>& ikev1 = answers.versions[0];
  const std::optional<ProbeResult>& ikev2 = answers.versions[1];
  ProbedHost host{request.host, allowed.settings->port};
  for (const auto& answer : {ikev1, ikev2}) {
    if (answer && (host.address.empty() || Answered(answer))) host.address = answer->report.address;
  }
  if (endpoint == ApiEndpoint::kProbe) {
    if (!Answered(ikev1)) return NotAnswered(host, ikev1);
    Json json = Ikev1ProbeJson(host, ikev1->report.outcome);
    AddProvenance(*ikev1, &json);
    return JsonReply(200, json);
  }
  if (endpoint == ApiEndpoint::kV2Sa) {
    if (!Answered(ikev2)) return NotAnswered(host, ikev2);
    Json json = Ikev2SaJson(host, ikev2->report.outcome);
    AddProvenance(*ikev2, &json);
    return JsonReply(200, json);
  }
  if (!Answered(ikev1) && !Answered(ikev2)) return NotAnswered(host, ikev2);
  return JsonReply(200, VersionJson(host, answers.versions));
}

void Api::ForgetOldAudits() {
  auto now = std::chrono::steady_clock::now();
  std::erase_if(audits_, [&](const auto& item) {
    return item.second.job->done() && now - item.second.started > kAuditKept;
  });
}

bool Api::HasRoomFor(const std::string& client) const {
  auto own = std::ranges::count_if(audits_,
                                   [&](const auto& item) { return item.second.client == client; });
  return MayTake(audits_.size(), static_cast<size_t>(own), kMaxAudits);
}

HttpReply Api::StartAudit(const AllowedHost& allowed, const std::string& client) {
  ProbedHost host{allowed.host, allowed.settings->port};
  std::string id;
  {
    std::lock_guard lock(mutex_);
    ForgetOldAudits();
    for (const auto& [known_id, audit] : audits_) {
      bool same = audit.host == host.host && audit.port == host.port &&
                  audit.transport == allowed.settings->transport;
      if (same && !audit.job->done()) id = known_id;
    }
    if (id.empty()) {
      if (!HasRoomFor(client)) {
        return JsonError(host,
                         {429, "too many audits are kept; try again later", "concurrency", 60});
      }
      id = NewAuditId();
      AuditJobPtr job =
          services_->engines->For(allowed.host)
              .Audit({allowed.host, allowed.addresses.front(), allowed.settings, nullptr});
      audits_.emplace(id, KeptAudit{host.host, host.port, allowed.settings->transport, job, client,
                                    std::chrono::steady_clock::now()});
    }
  }
  std::string location = "/api/audits/" + id;
  HttpReply reply = JsonReply(
      202, {{"id", id}, {"host", host.host}, {"port", host.port}, {"location", location}});
  reply.fields.push_back({"Location", location});
  return reply;
}

HttpReply Api::Audit(const std::string& id) {
  std::lock_guard lock(mutex_);
  auto found = audits_.find(id);
  if (found == audits_.end()) {
    return JsonError({},
                     {404, "there is no such audit; results are kept for an hour", "not_found", 0});
  }
  const KeptAudit& audit = found->second;
  std::shared_ptr<const ike::AuditResult> result = audit.job->result();
  uint32_t requests = result ? 0 : audit.job->requests();
  Json json{{"id", id}, {"host", audit.host}, {"port", audit.port}, {"done", result != nullptr}};
  if (result) {
    json["result"] = AuditJson(*result);
  } else {
    json["requests"] = requests;
    json["estimatedRequests"] = std::max(requests, audit.job->estimated_requests());
  }
  return JsonReply(200, json);
}

HttpReply Api::Target(const std::string& name) const {
  EntryPtr entry = services_->store->table()->Find(name);
  if (!entry) return JsonError({}, {404, "there is no target of that name", "not_found", 0});
  return JsonReply(200, TargetJson(*entry));
}

}  // namespace exporter
