// Config: one whole configuration, valid in every respect once it exists. Made by config/load.h,
// held by a shared_ptr<const Config> and read by everybody; a reload makes another one. Immutable
// after loading, so safe to read from any thread. Equal settings, modules and label sets are one
// object.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/host.h"
#include "config/user_policy.h"
#include "probes/target.h"

namespace config {

struct WebSettings {
  // "host:port", "[v6]:port" or ":port" (every address); checked (config/host.h splits them).
  std::vector<std::string> listen{"127.0.0.1:10500"};
  // Lower case names that a Host header may carry besides address literals and localhost.
  std::vector<std::string> hosts;
  // Of a target's dashboard; "{target}" stands for its name. Empty = none.
  std::string dashboard_url;

  friend bool operator==(const WebSettings&, const WebSettings&) = default;
};

// Severities by name: "debug", "info", "warn", "error"; empty = not set.
struct LogSettings {
  std::string level;
  std::string prober;  // of lines about single probes

  friend bool operator==(const LogSettings&, const LogSettings&) = default;
};

enum class MetricsDetail : uint8_t { kFull, kBasic };

struct MetricsSettings {
  MetricsDetail detail = MetricsDetail::kFull;
  // Seconds, positive and strictly increasing; empty = no histogram.
  std::vector<double> rtt_buckets{0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2};

  friend bool operator==(const MetricsSettings&, const MetricsSettings&) = default;
};

// One entry of [api] allow.
struct AllowRule {
  enum class Kind : uint8_t {
    kConfigured,  // the configured targets
    kAny,         // every unicast address but loopback and link-local ones
    kHost,        // a DNS name, in `host`, lower case, without the final dot
    kNetwork,     // an address or CIDR block, in `network`
  };
  Kind kind = Kind::kConfigured;
  std::string host;
  Network network;

  friend bool operator==(const AllowRule&, const AllowRule&) = default;
};

struct ApiSettings {
  std::vector<AllowRule> allow{AllowRule{}};
  std::vector<uint16_t> ports;  // besides 500, 4500 and the configured targets' own
  double requests_per_second = 5;
  uint32_t max_concurrent = 64;

  friend bool operator==(const ApiSettings&, const ApiSettings&) = default;
};

// [probe] packets_per_second and network_packets_per_second: not for modules and targets.
struct PacketRates {
  uint32_t exporter = 10000;  // of the whole process
  uint32_t network = 1000;    // to one /24 or /64

  friend bool operator==(const PacketRates&, const PacketRates&) = default;
};

using SettingsPtr = std::shared_ptr<const ike::ProbeSettings>;

struct Config {
  WebSettings web;
  MetricsSettings metrics;
  ApiSettings api;
  LogSettings log;
  SettingsPtr defaults = std::make_shared<ike::ProbeSettings>();  // [probe]; never null
  PacketRates packet_rates;
  std::map<std::string, SettingsPtr, std::less<>> modules;  // [modules.NAME], defaults merged in
  std::map<std::string, UserPolicy, std::less<>> policies;  // [policies.NAME]
  std::vector<ike::Target> targets;                         // in the order of the files
  std::vector<std::string> files;  // every file that was read, the main one first
  uint64_t content_hash = 0;       // of all their bytes: equal hashes = nothing changed
};

}  // namespace config
