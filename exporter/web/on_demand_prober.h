// OnDemandProber: probes on request. Admits them (ports, addresses, rate and number of requests),
// sends them to the engine that owns the host and waits. Called by the HTTP threads, any number at
// a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>

#include "exporter/base/token_bucket.h"
#include "exporter/http/fair_share.h"
#include "exporter/http/http_error.h"
#include "exporter/web/probe_acl.h"
#include "exporter/web/services.h"

namespace exporter {

// A host that may be probed, with those of its addresses that were checked: at least one.
struct AllowedHost {
  std::string host;
  std::vector<ike::IpAddress> addresses;
  std::shared_ptr<const ike::ProbeSettings> settings;
};

// Each waits in a thread of its own: more are not under way, whatever is configured.
inline constexpr uint32_t kProbeThreads = 128;

// How many probes are under way, in all and of each client.
class ProbePlaces {
 public:
  // False: as many as `limit` or kProbeThreads allow are under way, see MayTake.
  bool Take(const std::string& client, uint32_t limit);
  void Leave(const std::string& client);

 private:
  std::mutex mutex_;
  uint32_t taken_ = 0;
  std::unordered_map<std::string, uint32_t> clients_;
};

// A place that was taken; left with its end.
class ConcurrencySlot {
 public:
  ConcurrencySlot(ProbePlaces* places, std::string client)
      : places_(places), client_(std::move(client)) {}
  ConcurrencySlot(ConcurrencySlot&& other) noexcept
      : places_(std::exchange(other.places_, nullptr)), client_(std::move(other.client_)) {}
  ConcurrencySlot& operator=(ConcurrencySlot&&) = delete;
  ~ConcurrencySlot() {
    if (places_ != nullptr) places_->Leave(client_);
  }

 private:
  ProbePlaces* places_;
  std::string client_;
};

// A limit per client address, in bounded space.
class ClientRate {
 public:
  // Seconds until the next request is welcome; 0 = this one is.
  int Ask(const std::string& client, double per_second);

 private:
  static constexpr size_t kMaxClients = 4096;

  std::mutex mutex_;
  std::unordered_map<std::string, TokenBucket> buckets_;
};

class OnDemandProber {
 public:
  explicit OnDemandProber(const HttpServices* services) : services_(services) {}

  // Counts the request against its client's rate and the number of requests under way.
  tl::expected<ConcurrencySlot, HttpError> TakeSlot(const std::string& client);

  // Resolves and checks. No longer than `limit`.
  tl::expected<AllowedHost, HttpError> ResolveAllowed(
      const std::string& host, std::shared_ptr<const ike::ProbeSettings> settings,
      ike::Duration limit);

  // Probes the versions of `settings`, both at the same time; [version - 1]. A version that was not
  // asked for, or that got no answer at all from the engine, is absent.
  struct Answers {
    std::array<std::optional<ProbeResult>, 2> versions;
  };
  Answers Probe(const AllowedHost& allowed, ike::Duration timeout, bool need_suite, bool trace);

  // The exporter stops: nobody waits for an answer any longer.
  void Abandon() { abandoned_ = true; }
  bool abandoned() const { return abandoned_; }

 private:
  std::vector<ike::IpAddress> ListedAddresses(const TargetTable& table, ike::Duration limit);
  std::optional<net::ResolveResult> Resolve(const std::string& host, ike::AddressFamily family,
                                            ike::Duration limit);

  const HttpServices* const services_;
  ProbePlaces places_;
  std::atomic<bool> abandoned_{false};
  ClientRate rate_;
};

}  // namespace exporter
