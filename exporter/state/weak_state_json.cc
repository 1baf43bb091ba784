#include "exporter/state/weak_state_json.h"

#include <map>
#include <utility>

#include "exporter/json/json_fields.h"

namespace exporter {
namespace {

using Group = std::pair<ike::IkeVersion, ike::Kind>;

Group GroupOf(const ike::Algorithm& row) { return {row.version, row.kind}; }

uint32_t NumberOf(const ike::Algorithm& row) {
  return static_cast<uint32_t>(row.key_length) << 16 | row.id;
}

// Null where the registry has no such row. Returns false where it is no number of a row.
bool FindRow(const Group& group, const Json& json, const ike::Algorithm** row) {
  uint32_t number = 0;
  if (!TakeNumber(json, &number)) return false;
  *row = ike::FindAlgorithm(group.first, group.second, static_cast<uint16_t>(number),
                            static_cast<uint16_t>(number >> 16));
  return true;
}

void ReadRefused(const Group& group, JsonFields* fields, WeakHistory* weak) {
  for (const Json& number : fields->List("refused")) {
    const ike::Algorithm* row = nullptr;
    fields->Require(FindRow(group, number, &row));
    if (row != nullptr) weak->RestoreRefused(*row);
  }
}

void ReadAccepted(const Group& group, JsonFields* fields, WeakHistory* weak) {
  for (const Json& json : fields->List("accepted")) {
    JsonFields accepted(json);
    const ike::Algorithm* row = nullptr;
    const Json* number = accepted.Find("algorithm");
    double since = 0;
    accepted.GetTime("since", &since);
    accepted.Require(number != nullptr && FindRow(group, *number, &row));
    fields->Require(accepted.ok());
    if (accepted.ok() && row != nullptr) weak->RestoreAccepted({row, since});
  }
}

}  // namespace

Json WeakHistoryState(const WeakHistory& weak) {
  std::map<Group, Json> groups;
  const auto list_of = [&](const ike::Algorithm& row, const char* list) -> Json& {
    Json& json = groups[GroupOf(row)];
    if (json.is_null()) {
      json = {{"version", static_cast<unsigned>(row.version)},
              {"kind", ike::KindName(row.kind)},
              {"accepted", Json::array()},
              {"refused", Json::array()}};
    }
    return json[list];
  };
  for (const WeakHistory::Accepted& accepted : weak.accepted()) {
    list_of(*accepted.row, "accepted")
        .push_back({{"algorithm", NumberOf(*accepted.row)}, {"since", accepted.since}});
  }
  for (const ike::Algorithm* row : weak.refused()) {
    list_of(*row, "refused").push_back(NumberOf(*row));
  }
  Json json = Json::array();
  for (auto& [group, rows] : groups) json.push_back(std::move(rows));
  return json;
}

bool ReadWeakHistory(const Json& json, WeakHistory* weak) {
  if (!json.is_array()) return false;
  for (const Json& rows : json) {
    JsonFields fields(rows);
    uint8_t version = 0;
    fields.Get("version", &version);
    fields.Require(version == 1 || version == 2);
    const auto kind = static_cast<ike::Kind>(fields.GetName("kind", ike::kKindNames));
    if (!fields.ok()) return false;
    const Group group{static_cast<ike::IkeVersion>(version), kind};
    ReadAccepted(group, &fields, weak);
    ReadRefused(group, &fields, weak);
    if (!fields.ok()) return false;
  }
  return true;
}

}  // namespace exporter
