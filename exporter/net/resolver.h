// Resolver: names to addresses, asynchronously, on the event loop of one engine and its thread.
// One query per name however many ask; answers are cached for their TTL (1 s to 1 day), failures
// for a few seconds; at most `max_queries` of the last 100 ms are unanswered, the rest waits in
// order. /etc/hosts is respected. A stale answer is never used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/net/address.h"
#include "exporter/net/event_loop.h"
#include "probes/base/ip_address.h"
#include "probes/base/time.h"

namespace exporter::net {

struct ResolveError {
  std::string text;           // "vpn.example.com: no such name", for a person
  bool no_such_name = false;  // or no address of the family; else the servers failed
};

struct Resolved {
  // At least 1, at most 16, IPv6 first, each family in numeric order: the server's rotation of
  // its records does not show.
  std::vector<ike::IpAddress> addresses;
  ike::Duration ttl;  // that is left
};

using ResolveResult = tl::expected<Resolved, ResolveError>;

struct ResolverOptions {
  size_t max_queries = 64;                                  // asked and not answered for 100 ms
  ike::Duration timeout = std::chrono::milliseconds(1500);  // of one try
  int tries = 2;                                            // per server
  // "127.0.0.1:5353,[::1]:53", asked without search domains; empty = the system's configuration.
  std::string servers{};
  std::function<ike::TimePoint()> cache_clock{};  // for tests; empty = the loop's
};

class Resolver {
 public:
  using Callback = std::function<void(const ResolveResult&)>;
  using LookupId = uint64_t;  // 0 = answered already

  static tl::expected<std::unique_ptr<Resolver>, std::string> Create(
      EventLoop* loop, const ResolverOptions& options = {});
  ~Resolver();  // the callbacks that still wait are not called; not allowed within one of them
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Calls back exactly once unless cancelled; before it returns, with 0, where nothing has to be
  // asked: a literal, a cached answer, or what cannot be a name.
  LookupId Resolve(std::string_view host, IpFamily family, Callback callback);
  void Cancel(LookupId lookup);  // the callback is not called any more; unknown lookups are ignored

  // Reads the system's configuration and hosts file anew and forgets all answers: on reload.
  void FlushCache();

  size_t pending() const;  // names being asked or waiting to be

 private:
  class Impl;
  explicit Resolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace exporter::net
