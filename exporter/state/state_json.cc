#include "exporter/state/state_json.h"

#include <optional>
#include <utility>

#include "exporter/json/json_fields.h"
#include "exporter/state/audit_state_json.h"
#include "exporter/state/sealed_rows.h"
#include "exporter/state/weak_state_json.h"

namespace exporter {
namespace {

constexpr const char* kList = "audits";

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

// An older file knows only what the last complete audit found: nothing of that counts as new.
bool ReadWeak(const JsonFields& fields, AuditHistory* history) {
  const Json* weak = fields.Find("weak");
  if (weak != nullptr) return ReadWeakHistory(*weak, &history->weak);
  if (history->last_complete) history->weak.Take(*history->last_complete, 0, {});
  return true;
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
  fields.Require(ReadWeak(fields, &history));
  if (!fields.ok()) return std::nullopt;
  if (!has_cost) history.last_requests = history.last->requests;
  history.last_duration =
      has_cost ? ike::Duration(static_cast<int64_t>(nanoseconds)) : history.last->duration;
  return history;
}

}  // namespace

AuditKey KeyOf(const ike::Target& target) {
  return {target.name, target.host, target.settings->port, target.settings->transport};
}

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

Json KeyState(const AuditKey& key) {
  return Json{{"name", key.name},
              {"host", key.host},
              {"port", key.port},
              {"transport", ike::TransportName(key.transport)}};
}

std::string StateHead() { return SealedHead(kList); }

std::string StateRow(const AuditKey& key, const AuditHistory& history) {
  Json json = KeyState(key);
  json.update(
      {{"audits", history.audits},
       {"failures", history.failures},
       {"lastRun", history.last_run},
       {"lastRequests", history.last_requests},
       {"lastDurationNs", static_cast<uint64_t>(history.last_duration.count())},
       {"changes", ChangesState(history)},
       {"weak", WeakHistoryState(history.weak)},
       {"lastChanges", history.last_changes},
       {"lastIsComplete", history.last != nullptr && history.last == history.last_complete}});
  if (history.last) json["last"] = AuditResultState(*history.last);
  if (history.last_complete && history.last_complete != history.last) {
    json["lastComplete"] = AuditResultState(*history.last_complete);
  }
  return JsonText(json);
}

tl::expected<SavedAudits, std::string> ParseState(std::string_view text) {
  SavedAudits audits;
  auto parsed = ParseSealed(text, kList, [&audits](const Json& row) {
    auto key = ReadKey(row);
    auto history = ReadHistory(row);
    if (!key || !history) return false;
    audits.insert_or_assign(std::move(*key), std::move(*history));
    return true;
  });
  if (!parsed) return tl::make_unexpected(parsed.error());
  return audits;
}

}  // namespace exporter
