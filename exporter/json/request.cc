#include "exporter/json/request.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "probes/algorithms/key_share.h"

namespace exporter {
namespace {

using nlohmann::json;
using Failure = std::optional<std::string>;  // what was expected of the value

constexpr int64_t kLongestTimeout = 60000;

template <typename Number>
Failure TakeNumber(const json& value, int64_t least, int64_t most, Number* out) {
  bool fits = value.is_number_integer() && value >= least && value <= most;
  if (!fits) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  }
  *out = static_cast<Number>(value.get<int64_t>());
  return std::nullopt;
}

template <typename Enum, size_t N>
Failure TakeName(const json& value, const std::string_view (&names)[N], Enum* out) {
  std::string expected = "one of";
  for (std::string_view name : names) expected += " \"" + std::string(name) + "\"";
  if (!value.is_string()) return expected;
  auto found = std::find(std::begin(names), std::end(names), value.get<std::string>());
  if (found == std::end(names)) return expected;
  *out = static_cast<Enum>(found - std::begin(names));
  return std::nullopt;
}

Failure TakeText(const json& value, size_t longest, std::string* out) {
  bool fits = value.is_string() && !value.get_ref<const std::string&>().empty() &&
              value.get_ref<const std::string&>().size() <= longest;
  if (!fits) return "a non-empty string of at most " + std::to_string(longest) + " bytes";
  *out = value.get<std::string>();
  return std::nullopt;
}

Failure TakePort(const json& value, ApiRequest* request) {
  return TakeNumber(value, 1, 65535, &request->port.emplace());
}

Failure TakeTimeout(const json& value, ApiRequest* request) {
  int64_t milliseconds = 0;
  Failure failure = TakeNumber(value, 1, kLongestTimeout, &milliseconds);
  request->timeout = std::chrono::milliseconds(milliseconds);
  return failure;
}

Failure TakeExchange(const json& value, ApiRequest* request) {
  if (!value.is_number_integer() || (value != 2 && value != 4)) {
    return "2 (Main Mode) or 4 (Aggressive Mode)";
  }
  request->exchange = value == 2 ? ike::Ikev1Mode::kMain : ike::Ikev1Mode::kAggressive;
  return std::nullopt;
}

Failure TakeIdType(const json& value, ApiRequest* request) {
  static const std::map<std::string, ike::IdType> kByName = {{"ipv4", ike::IdType::kIpv4},
                                                             {"fqdn", ike::IdType::kFqdn},
                                                             {"user_fqdn", ike::IdType::kUserFqdn},
                                                             {"key_id", ike::IdType::kKeyId}};
  for (const auto& [name, type] : kByName) {
    bool matches = value.is_string() ? value == name
                                     : value.is_number_integer() && value == static_cast<int>(type);
    if (!matches) continue;
    request->id_type = type;
    return std::nullopt;
  }
  return "one of \"ipv4\" (1), \"fqdn\" (2), \"user_fqdn\" (3), \"key_id\" (11)";
}

Failure TakeGroup(const json& value, ApiRequest* request) {
  Failure failure = TakeNumber(value, 1, 65535, &request->dh_group);
  if (!failure && ike::KeyShareLength(request->dh_group) == 0) {
    return "the number of a Diffie-Hellman group that is known here";
  }
  return failure;
}

using Take = std::function<Failure(const json&, ApiRequest*)>;

struct KeyRow {
  Take take;
  bool probe_only = false;
  bool audit_only = false;
};

const std::map<std::string, KeyRow>& Keys() {
  static const std::map<std::string, KeyRow> kKeys = {
      {"host", {[](const json& v, ApiRequest* r) { return TakeText(v, 300, &r->host); }}},
      {"port", {TakePort}},
      {"timeout", {TakeTimeout}},
      {"transport", {[](const json& v, ApiRequest* r) {
         return TakeName(v, ike::kTransportNames, &r->transport.emplace());
       }}},
      {"proposal", {[](const json& v, ApiRequest* r) {
         return TakeName(v, ike::kProposalSetNames, &r->proposal);
       }}},
      {"address_family", {[](const json& v, ApiRequest* r) {
         return TakeName(v, ike::kAddressFamilyNames, &r->address_family);
       }}},
      {"exchangeType", {TakeExchange, true}},
      {"id", {[](const json& v, ApiRequest* r) { return TakeText(v, 255, &r->id); }, true}},
      {"idType", {TakeIdType, true}},
      {"dhGroup", {TakeGroup, true}},
      {"policy",
       {[](const json& v, ApiRequest* r) { return TakeText(v, 128, &r->policy); }, false, true}},
  };
  return kKeys;
}

bool Serves(const KeyRow& row, ApiEndpoint endpoint) {
  if (row.probe_only) return endpoint == ApiEndpoint::kProbe;
  return !row.audit_only || endpoint == ApiEndpoint::kAudit;
}

// A key as it may be shown: bounded, and without what a terminal or a log would obey.
std::string Shown(const std::string& key) {
  std::string shown;
  for (char c : key.substr(0, 64)) shown.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  return shown;
}

// Two readings of one body are what smuggling is made of: `repeated` is a key that stands twice.
json Parse(std::string_view body, std::optional<std::string>* repeated) {
  std::set<std::string> seen;
  auto watch = [&](int depth, json::parse_event_t event, json& value) {
    bool top = depth == 1 && event == json::parse_event_t::key;
    if (top && !seen.insert(value.get<std::string>()).second) *repeated = value.get<std::string>();
    return true;
  };
  return json::parse(body, watch, false);
}

// What is wrong with the member, or nothing.
std::string TakeMember(const std::string& key, const json& value, ApiEndpoint endpoint,
                       ApiRequest* request) {
  auto row = Keys().find(key);
  if (row == Keys().end() || !Serves(row->second, endpoint)) {
    return "unknown key \"" + Shown(key) + "\"";
  }
  Failure failure = row->second.take(value, request);
  return failure ? "\"" + key + "\" must be " + *failure : "";
}

tl::unexpected<ApiRequestError> Mistake(const ApiRequest& request, std::string sentence) {
  return tl::unexpected(ApiRequestError{std::move(sentence), request});
}

}  // namespace

tl::expected<ApiRequest, ApiRequestError> ParseApiRequest(std::string_view body,
                                                          ApiEndpoint endpoint) {
  std::optional<std::string> repeated;
  json parsed = Parse(body, &repeated);
  if (parsed.is_discarded()) return Mistake({}, "the body is not valid JSON");
  if (!parsed.is_object()) return Mistake({}, "the body must be a JSON object");
  ApiRequest request;
  std::string mistake;
  if (repeated) mistake = "\"" + Shown(*repeated) + "\" stands there twice";
  for (const auto& [key, value] : parsed.items()) {
    std::string found = TakeMember(key, value, endpoint, &request);
    if (mistake.empty()) mistake = std::move(found);
  }
  if (mistake.empty() && request.host.empty()) mistake = "\"host\" is missing";
  if (!mistake.empty()) return Mistake(request, std::move(mistake));
  return request;
}

}  // namespace exporter
