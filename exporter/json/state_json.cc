#include "exporter/json/state_json.h"

#include <cstdio>
#include <functional>
#include <optional>
#include <utility>

#include "exporter/json/audit_state_json.h"
#include "exporter/json/json_fields.h"
#include "exporter/json/probe_json.h"

namespace exporter {
namespace {

constexpr uint64_t kStateVersion = 1;
constexpr std::string_view kHead = "{\"version\":1,\"audits\":[";
constexpr size_t kTailSize = std::string_view("\n],\"checksum\":\"0123456789abcdef\"}\n").size();

std::optional<AuditKey> ReadKey(const Json& row) {
  JsonFields fields(row);
  AuditKey key;
  fields.Get("name", &key.name);
  fields.Get("host", &key.host);
  fields.Get("port", &key.port);
  key.transport = static_cast<ike::Transport>(fields.GetName("transport", ike::kTransportNames));
  if (!fields.ok()) return std::nullopt;
  return key;
}

Json ChangesState(const AuditHistory& history) {
  Json json = Json::array();
  for (const auto& version : history.changes) {
    for (const auto& kind : version) {
      for (uint32_t count : kind) json.push_back(count);
    }
  }
  return json;
}

bool ReadChanges(const Json& json, AuditHistory* history) {
  size_t index = 0;
  for (auto& version : history->changes) {
    for (auto& kind : version) {
      for (uint32_t& count : kind) {
        if (index >= json.size() || !TakeNumber(json[index++], &count)) return false;
      }
    }
  }
  return index == json.size();
}

std::shared_ptr<const ike::AuditResult> ReadShared(const Json* json) {
  if (json == nullptr) return nullptr;
  auto result = ReadAuditResult(*json);
  if (!result) return nullptr;
  return std::make_shared<const ike::AuditResult>(std::move(*result));
}

std::optional<AuditHistory> ReadHistory(const Json& row) {
  JsonFields fields(row);
  AuditHistory history;
  bool last_is_complete = false;
  fields.Get("audits", &history.audits);
  fields.Get("failures", &history.failures);
  fields.GetTime("lastRun", &history.last_run);
  uint64_t nanoseconds = 0;
  const bool has_cost = fields.Find("lastDurationNs") != nullptr;  // not in older files
  if (has_cost) {
    fields.Get("lastRequests", &history.last_requests);
    fields.Get("lastDurationNs", &nanoseconds);
    fields.Require(nanoseconds <= static_cast<uint64_t>(INT64_MAX));
  }
  fields.Require(ReadChanges(fields.List("changes"), &history));
  for (const Json& line : fields.List("lastChanges")) {
    fields.Require(line.is_string());
    if (!fields.ok()) return std::nullopt;
    history.last_changes.push_back(line.get_ref<const std::string&>());
  }
  fields.Get("lastIsComplete", &last_is_complete);
  history.last = ReadShared(fields.Find("last"));
  const Json* complete = fields.Find("lastComplete");
  history.last_complete = last_is_complete ? history.last : ReadShared(complete);
  // Who reads a history relies on its newest audit.
  fields.Require(history.last != nullptr);
  fields.Require(history.last_complete != nullptr || complete == nullptr);
  if (!fields.ok()) return std::nullopt;
  if (!has_cost) history.last_requests = history.last->requests;
  history.last_duration =
      has_cost ? ike::Duration(static_cast<int64_t>(nanoseconds)) : history.last->duration;
  return history;
}

// Takes the rows one by one as they are parsed, so that a large file is never whole in memory as
// JSON.
class RowReader {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth != 2 || event != Json::parse_event_t::object_end) return true;
    auto key = ReadKey(parsed);
    auto history = ReadHistory(parsed);
    if (!key || !history) {
      ok = false;
    } else {
      audits.insert_or_assign(std::move(*key), std::move(*history));
    }
    return false;
  }

  bool ok = true;
  SavedAudits audits;
};

}  // namespace

AuditKey KeyOf(const ike::Target& target) {
  return {target.name, target.host, target.settings->port, target.settings->transport};
}

void Checksum::Add(std::string_view text) {
  for (char c : text) hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 0x100000001b3;
}

std::string_view StateHead() { return kHead; }

std::string StateRow(const AuditKey& key, const AuditHistory& history) {
  Json json{{"name", key.name},
            {"host", key.host},
            {"port", key.port},
            {"transport", ike::TransportName(key.transport)},
            {"audits", history.audits},
            {"failures", history.failures},
            {"lastRun", history.last_run},
            {"lastRequests", history.last_requests},
            {"lastDurationNs", static_cast<uint64_t>(history.last_duration.count())},
            {"changes", ChangesState(history)},
            {"lastChanges", history.last_changes},
            {"lastIsComplete", history.last != nullptr && history.last == history.last_complete}};
  if (history.last) json["last"] = AuditResultState(*history.last);
  if (history.last_complete && history.last_complete != history.last) {
    json["lastComplete"] = AuditResultState(*history.last_complete);
  }
  return "\n" + JsonText(json);
}

std::string StateTail(const Checksum& checksum) {
  char text[kTailSize + 1];
  std::snprintf(text, sizeof text, "\n],\"checksum\":\"%016llx\"}\n",
                static_cast<unsigned long long>(checksum.value()));
  return text;
}

tl::expected<SavedAudits, std::string> ParseState(std::string_view text) {
  if (text.size() < kTailSize) return tl::make_unexpected("it is too short");
  Checksum checksum;
  checksum.Add(text.substr(0, text.size() - kTailSize));
  if (text.substr(text.size() - kTailSize) != StateTail(checksum)) {
    return tl::make_unexpected("its checksum does not match");
  }
  RowReader rows;
  Json json = Json::parse(text, std::ref(rows), false);
  if (json.is_discarded()) return tl::make_unexpected("it is no JSON");
  JsonFields fields(json);
  uint64_t version = 0;
  fields.Get("version", &version);
  // Every row that is an object was taken out.
  fields.Require(fields.List("audits").empty());
  if (!fields.ok()) return tl::make_unexpected("it has no version or no audits");
  if (version != kStateVersion) {
    return tl::make_unexpected("its version " + std::to_string(version) + " is not known");
  }
  if (!rows.ok) return tl::make_unexpected("an audit in it is incomplete");
  return std::move(rows.audits);
}

}  // namespace exporter
