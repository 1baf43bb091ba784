#include "exporter/web/on_demand_prober.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "config/host.h"
#include "exporter/web/reply_slot.h"

namespace exporter {
namespace {

// The engine answers by the probe's own deadline; this is for a turn of its loop on a busy machine.
constexpr ike::Duration kGrace = std::chrono::seconds(2);

HttpError Busy() {
  return {429, "too many probes are under way; [api] max_concurrent bounds them", "concurrency", 1};
}

}  // namespace

int ClientRate::Ask(const std::string& client, double per_second) {
  auto now = std::chrono::steady_clock::now();
  double burst = std::max(1.0, per_second);
  std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMaxClients && !buckets_.contains(client)) {
    // Drops full buckets, which say nothing, first: filling the table with clients loses only them.
    std::erase_if(buckets_, [&](const auto& item) {
      return now - item.second.refilled() > std::chrono::seconds(1);
    });
    if (buckets_.size() >= kMaxClients) return 1;
  }
  TokenBucket& bucket = buckets_.try_emplace(client, burst, now).first->second;
  if (bucket.Take(per_second, burst, now)) return 0;
  return static_cast<int>(std::ceil(bucket.missing() / per_second));
}

bool ProbePlaces::Take(const std::string& client, uint32_t limit) {
  std::lock_guard lock(mutex_);
  auto found = clients_.find(client);
  const uint32_t own = found == clients_.end() ? 0 : found->second;
  if (!MayTake(taken_, own, std::min(limit, kProbeThreads))) return false;
  ++clients_[client];  // where memory lacks for that, nothing was taken
  ++taken_;
  return true;
}

void ProbePlaces::Leave(const std::string& client) {
  std::lock_guard lock(mutex_);
  --taken_;
  auto found = clients_.find(client);
  if (--found->second == 0) clients_.erase(found);
}

tl::expected<ConcurrencySlot, HttpError> OnDemandProber::TakeSlot(const std::string& client) {
  std::shared_ptr<const TargetTable> table = services_->store->table();
  int wait = rate_.Ask(client, table->config->api.requests_per_second);
  if (wait > 0) {
    return tl::make_unexpected(
        HttpError{429, "this client asks too often; [api] requests_per_second bounds it",
                  "client_rate", wait});
  }
  std::string owner = client;  // what lacks memory has to fail before a place is taken
  if (!places_.Take(owner, table->config->api.max_concurrent)) {
    return tl::make_unexpected(Busy());
  }
  return ConcurrencySlot(&places_, std::move(owner));
}

std::optional<net::ResolveResult> OnDemandProber::Resolve(const std::string& host,
                                                          ike::AddressFamily family,
                                                          ike::Duration limit) {
  auto slot = std::make_shared<ReplySlot<net::ResolveResult>>();
  services_->engines->For(host).Resolve(
      host, family, [slot](const net::ResolveResult& result) { slot->Set(result); });
  return slot->WaitFor(limit, abandoned_);
}

// What the host names in [api] allow stand for: a request by address may mean one of them.
std::vector<ike::IpAddress> OnDemandProber::ListedAddresses(const TargetTable& table,
                                                            ike::Duration limit) {
  std::vector<ike::IpAddress> listed;
  for (const config::AllowRule& rule : table.config->api.allow) {
    if (rule.kind != config::AllowRule::Kind::kHost) continue;
    auto resolved = Resolve(rule.host, ike::AddressFamily::kAny, limit);
    if (!resolved || !*resolved) continue;
    listed.insert(listed.end(), (*resolved)->addresses.begin(), (*resolved)->addresses.end());
  }
  return listed;
}

tl::expected<AllowedHost, HttpError> OnDemandProber::ResolveAllowed(
    const std::string& host, std::shared_ptr<const ike::ProbeSettings> settings,
    ike::Duration limit) {
  std::shared_ptr<const TargetTable> table = services_->store->table();
  if (auto refused = CheckPort(*table, settings->port)) return tl::make_unexpected(*refused);
  const bool literal = config::ParseIpAddress(host).has_value();
  const NameRule access = RuleForName(*table, host);
  if (!literal && access == NameRule::kNever) return tl::make_unexpected(NotAllowed(host));
  auto resolved = Resolve(host, settings->family_to_probe(), limit);
  // Where only its addresses could allow it, the answer does not tell whether the name exists.
  const bool hidden = !literal && access == NameRule::kByAddress;
  if (hidden && (!resolved || !*resolved)) return tl::make_unexpected(NotAllowed(host));
  if (!resolved) {
    return tl::make_unexpected(
        HttpError{502, host + ": no answer from the name servers in time", "resolve", 0});
  }
  if (!*resolved) {
    return tl::make_unexpected(HttpError{502, resolved->error().text, "resolve", 0});
  }
  const std::vector<ike::IpAddress>& addresses = (*resolved)->addresses;
  std::vector<ike::IpAddress> allowed = AllowedAddresses(*table, host, addresses, {});
  if (allowed.empty() && literal) {
    allowed = AllowedAddresses(*table, host, addresses, ListedAddresses(*table, limit));
  }
  if (allowed.empty()) return tl::make_unexpected(NotAllowed(host));
  for (ike::IpAddress& address : allowed) address = ike::Normalize(address);
  return AllowedHost{host, std::move(allowed), std::move(settings)};
}

OnDemandProber::Answers OnDemandProber::Probe(const AllowedHost& allowed, ike::Duration timeout,
                                              bool need_suite, bool trace) {
  std::array<std::shared_ptr<ReplySlot<ProbeResult>>, 2> slots;
  for (ike::IkeVersion version : {ike::IkeVersion::kV2, ike::IkeVersion::kV1}) {
    if (!allowed.settings->probes(version)) continue;
    auto slot = std::make_shared<ReplySlot<ProbeResult>>();
    slots[static_cast<size_t>(version) - 1] = slot;
    ProbeRequest request;
    request.host = allowed.host;
    request.addresses = allowed.addresses;
    request.settings = allowed.settings;
    request.version = version;
    request.timeout = timeout;
    request.need_suite = need_suite;
    request.trace = trace;
    services_->engines->For(allowed.host).Probe(std::move(request), [slot](ProbeResult answer) {
      slot->Set(std::move(answer));
    });
  }
  Answers answers;
  for (size_t i = 0; i < slots.size(); ++i) {
    if (slots[i]) answers.versions[i] = slots[i]->WaitFor(timeout + kGrace, abandoned_);
  }
  return answers;
}

}  // namespace exporter
