#include "config/sections.h"

#include <algorithm>
#include <cmath>

#include "config/fields.h"
#include "config/host.h"
#include "config/names.h"

namespace config {
namespace {

constexpr size_t kMaxBuckets = 100;
constexpr double kMaxRequestsPerSecond = 1e6;

bool ReadListen(const Value& value, WebSettings& web) {
  constexpr std::string_view kExpected =
      "an address such as \"127.0.0.1:10500\", \"[::1]:10500\" or \":10500\"";
  constexpr std::string_view kExpectedArray = "an array such as [\"127.0.0.1:10500\"]";
  web.listen.clear();
  const bool valid = ReadArray(value, kExpectedArray, [&](const Value& element) {
    const auto text = ReadString(element, kExpected);
    if (!text) return false;
    if (!ParseListenAddress(*text)) return element.Reject("is not a listen address", kExpected);
    const bool twice = std::find(web.listen.begin(), web.listen.end(), *text) != web.listen.end();
    if (twice) return element.Reject("stands here twice", "each address once");
    web.listen.emplace_back(*text);
    return true;
  });
  if (valid && web.listen.empty()) return value.Reject("is empty", "at least one address");
  return valid;
}

bool ReadWebHosts(const Value& value, WebSettings& web) {
  web.hosts.clear();
  return ReadArray(value, "an array of DNS names", [&](const Value& element) {
    const auto text = ReadString(element, "a DNS name");
    if (!text) return false;
    if (!IsHostName(*text)) return element.Reject("is not a DNS name", "a name without a port");
    web.hosts.push_back(CanonicalName(*text));
    return true;
  });
}

// It becomes the address of a link, so that no other scheme may pass.
bool IsWebAddress(std::string_view text) {
  const bool known = text.starts_with("https://") || text.starts_with("http://");
  return known && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\';
         });
}

bool ReadDashboardUrl(const Value& value, WebSettings& web) {
  constexpr std::string_view kExpected =
      "an address such as \"https://grafana.example.com/d/ike-endpoint?var-target={target}\"";
  const auto text = ReadString(value, kExpected);
  if (!text) return false;
  if (!text->empty() && !IsWebAddress(*text)) return value.Reject("is not an address", kExpected);
  web.dashboard_url = *text;
  return true;
}

constexpr Field<WebSettings> kWebFields[] = {
    {"listen", ReadListen}, {"hosts", ReadWebHosts}, {"dashboard_url", ReadDashboardUrl}};

bool ReadDetail(const Value& value, MetricsSettings& metrics) {
  constexpr std::string_view kNames[] = {"full", "basic"};
  return Store(ReadChoice(value, {"a level of detail", kNames}), metrics.detail);
}

bool ReadBuckets(const Value& value, MetricsSettings& metrics) {
  metrics.rtt_buckets.clear();
  const bool valid = ReadArray(value, "an array of seconds", [&](const Value& element) {
    const auto bound = ReadNumber(element, "a number of seconds");
    if (!bound) return false;
    if (!std::isfinite(*bound) || *bound <= 0) {
      return element.Reject("is not a bucket bound", "a finite number of seconds above 0");
    }
    if (!metrics.rtt_buckets.empty() && *bound <= metrics.rtt_buckets.back()) {
      return element.Reject("is not above the bound before it", "increasing bounds");
    }
    metrics.rtt_buckets.push_back(*bound);
    return true;
  });
  if (metrics.rtt_buckets.size() > kMaxBuckets) {
    return value.Reject("has too many bounds", "at most " + std::to_string(kMaxBuckets));
  }
  return valid;
}

constexpr Field<MetricsSettings> kMetricsFields[] = {{"detail", ReadDetail},
                                                     {"rtt_buckets", ReadBuckets}};

std::optional<AllowRule> ParseAllowRule(std::string_view text) {
  using Kind = AllowRule::Kind;
  if (text == "configured") return AllowRule{Kind::kConfigured, {}, {}};
  if (text == "any") return AllowRule{Kind::kAny, {}, {}};
  if (const auto network = ParseNetwork(text)) {
    return AllowRule{Kind::kNetwork, {}, *network};
  }
  if (!IsHostName(text)) return std::nullopt;
  return AllowRule{Kind::kHost, CanonicalName(text), {}};
}

bool ReadAllow(const Value& value, ApiSettings& api) {
  constexpr std::string_view kExpected =
      "\"configured\", \"any\", a host name, an address or a CIDR block such as \"192.0.2.0/24\"";
  api.allow.clear();
  return ReadArray(value, "an array such as [\"configured\"]", [&](const Value& element) {
    const auto text = ReadString(element, kExpected);
    if (!text) return false;
    const auto rule = ParseAllowRule(*text);
    if (!rule && HasHostBits(*text)) {
      return element.Reject("has bits set behind its prefix", "the first address of the block");
    }
    if (!rule) return element.Reject("is none of what may be allowed", kExpected);
    api.allow.push_back(*rule);
    return true;
  });
}

bool ReadApiPorts(const Value& value, ApiSettings& api) {
  api.ports.clear();
  return ReadArray(value, "an array of ports", [&](const Value& element) {
    const auto port = ReadInteger(element, kPortRange);
    if (port) api.ports.push_back(static_cast<uint16_t>(*port));
    return port.has_value();
  });
}

bool ReadRequestsPerSecond(const Value& value, ApiSettings& api) {
  constexpr std::string_view kExpected = "a number above 0 and at most 1000000";
  const auto rate = ReadNumber(value, kExpected);
  if (!rate) return false;
  // Written so that NaN is refused too.
  if (!(*rate > 0 && *rate <= kMaxRequestsPerSecond)) {
    return value.Reject("is not a rate", kExpected);
  }
  api.requests_per_second = *rate;
  return true;
}

constexpr Field<ApiSettings> kApiFields[] = {
    {"allow", ReadAllow},
    {"ports", ReadApiPorts},
    {"requests_per_second", ReadRequestsPerSecond},
    {"max_concurrent",
     [](const Value& value, ApiSettings& api) {
       return Store(ReadInteger(value, {1, 100000, "a number of requests"}), api.max_concurrent);
     }},
};

constexpr IntegerRange kPacketRate{1, 10000000, "a packet rate"};

constexpr Field<PacketRates> kPacketRateFields[] = {
    {"packets_per_second",
     [](const Value& value, PacketRates& rates) {
       return Store(ReadInteger(value, kPacketRate), rates.exporter);
     }},
    {"network_packets_per_second",
     [](const Value& value, PacketRates& rates) {
       return Store(ReadInteger(value, kPacketRate), rates.network);
     }},
};

template <std::string LogSettings::*member>
bool ReadLogLevel(const Value& value, LogSettings& log) {
  const auto index = ReadChoice(value, {"a log level", kLogLevels});
  if (index) log.*member = kLogLevels[*index];
  return index.has_value();
}

constexpr Field<LogSettings> kLogFields[] = {{"level", ReadLogLevel<&LogSettings::level>},
                                             {"prober", ReadLogLevel<&LogSettings::prober>}};

}  // namespace

void ReadWeb(const Value& value, WebSettings& web) { ReadSection(value, "[web]", kWebFields, web); }

void ReadMetrics(const Value& value, MetricsSettings& metrics) {
  ReadSection(value, "[metrics]", kMetricsFields, metrics);
}

void ReadApi(const Value& value, ApiSettings& api) { ReadSection(value, "[api]", kApiFields, api); }

void ReadLog(const Value& value, LogSettings& log) { ReadSection(value, "[log]", kLogFields, log); }

bool ReadPacketRate(const Member& member, PacketRates& rates, Problems& problems) {
  const auto* field = FindField(std::span<const Field<PacketRates>>(kPacketRateFields), member.key);
  if (field == nullptr) return false;
  field->read(Value{member.key, member.value, problems}, rates);
  return true;
}

}  // namespace config
