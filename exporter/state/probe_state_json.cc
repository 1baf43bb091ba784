#include "exporter/state/probe_state_json.h"

#include <algorithm>
#include <array>
#include <string>

#include "exporter/json/json_fields.h"
#include "exporter/state/audit_state_json.h"
#include "probes/algorithms/vendor_ids.h"

namespace exporter {
namespace {

using ike::IkeVersion;

constexpr std::array<const char*, 2> kVersionKeys = {"ikev1", "ikev2"};

template <size_t size>
Json BucketsState(const std::array<Uptime::Bucket, size>& buckets) {
  Json json = Json::array();
  for (const Uptime::Bucket& bucket : buckets) {
    json.push_back(bucket.known);
    json.push_back(bucket.down);
  }
  return json;
}

template <size_t size>
bool ReadBuckets(const Json& json, std::array<Uptime::Bucket, size>* buckets) {
  if (json.size() != 2 * size) return false;
  for (size_t i = 0; i < size; ++i) {
    Uptime::Bucket& bucket = (*buckets)[i];
    if (!TakeNumber(json[2 * i], &bucket.known) || !TakeNumber(json[2 * i + 1], &bucket.down) ||
        bucket.down > bucket.known) {
      return false;
    }
  }
  return true;
}

Json UptimeState(const Uptime::Parts& uptime) {
  return Json{{"hour", uptime.hour},
              {"known", uptime.known},
              {"down", uptime.down},
              {"hours", BucketsState(uptime.hours)},
              {"days", BucketsState(uptime.days)}};
}

bool ReadUptime(const Json& json, Uptime::Parts* uptime) {
  JsonFields fields(json);
  double known = 0;
  double down = 0;
  fields.Get("hour", &uptime->hour);
  fields.GetTime("known", &known);
  fields.GetTime("down", &down);
  constexpr double kHour = 3600;
  fields.Require(down <= known && known <= 2 * kHour);
  fields.Require(ReadBuckets(fields.List("hours"), &uptime->hours));
  fields.Require(ReadBuckets(fields.List("days"), &uptime->days));
  uptime->known = static_cast<float>(known);
  uptime->down = static_cast<float>(down);
  return fields.ok();
}

Json VersionStateRow(const VersionState& state) {
  Json json{
      {"up", state.up},
      {"upChangedAt", state.up_changed_at},
      {"lastRun", state.last_run},
      {"lastAnswer", state.last_answer},
      {"everAnswered", state.ever_answered},
      {"reason", static_cast<unsigned>(state.last_reason)},
      {"negotiated", state.negotiated},
      {"negotiatedAt", state.negotiated_at},
      {"fullyOpened", state.fully_opened},
      {"refused", state.refused},
      {"errorNotify", state.error_notify},
      {"cookie", state.cookie_required},
      {"nat", {static_cast<unsigned>(state.nat_local), static_cast<unsigned>(state.nat_remote)}}};
  if (state.responder_known) {
    json["implementation"] = ike::Implementations()[state.implementation];
  }
  if (state.features_known) json["features"] = state.features;
  if (!state.has_suite()) return json;
  json["suiteChangedAt"] = state.suite_changed_at;
  json["suite"] = state.suite.index() == 1 ? SuiteState(state.ikev1()) : SuiteState(state.ikev2());
  return json;
}

bool ReadNat(const Json& json, VersionState* state) {
  uint8_t local = 0;
  uint8_t remote = 0;
  if (json.size() != 2 || !TakeNumber(json[0], &local) || !TakeNumber(json[1], &remote)) {
    return false;
  }
  constexpr auto kMost = static_cast<uint8_t>(ike::NatState::kYes);
  if (local > kMost || remote > kMost) return false;
  state->nat_local = static_cast<ike::NatState>(local);
  state->nat_remote = static_cast<ike::NatState>(remote);
  return true;
}

template <typename Suite>
bool ReadSuiteOf(const Json& json, VersionState* state) {
  Suite suite;
  if (!ReadSuite(json, &suite)) return false;
  state->suite = suite;
  return true;
}

// What is known only where an answer showed it.
void ReadAnswered(IkeVersion version, JsonFields* fields, VersionState* state) {
  if (fields->Find("implementation") != nullptr) {
    std::string name;
    fields->Get("implementation", &name);
    state->implementation = static_cast<uint8_t>(ImplementationIndex(name));
    state->responder_known = true;
  }
  if (fields->Find("features") != nullptr) {
    fields->Get("features", &state->features);
    state->features_known = true;
  }
  const Json* suite = fields->Find("suite");
  if (suite == nullptr) return;
  fields->GetTime("suiteChangedAt", &state->suite_changed_at);
  fields->Require(version == IkeVersion::kV1 ? ReadSuiteOf<ike::Ikev1Suite>(*suite, state)
                                             : ReadSuiteOf<ike::Ikev2Suite>(*suite, state));
}

// Bit-fields have no address.
bool ReadFlag(const char* key, JsonFields* fields) {
  bool flag = false;
  fields->Get(key, &flag);
  return flag;
}

bool ReadVersionState(IkeVersion version, const Json& json, VersionState* state) {
  JsonFields fields(json);
  uint8_t reason = 0;
  state->up = ReadFlag("up", &fields);
  fields.GetTime("upChangedAt", &state->up_changed_at);
  fields.GetTime("lastRun", &state->last_run);
  fields.GetTime("lastAnswer", &state->last_answer);
  state->ever_answered = ReadFlag("everAnswered", &fields);
  fields.Get("reason", &reason);
  fields.Require(reason < ike::kReasonCount);
  if (fields.ok()) state->last_reason = static_cast<ike::Reason>(reason);
  state->negotiated = ReadFlag("negotiated", &fields);
  fields.GetTime("negotiatedAt", &state->negotiated_at);
  state->fully_opened = ReadFlag("fullyOpened", &fields);
  state->refused = ReadFlag("refused", &fields);
  fields.Get("errorNotify", &state->error_notify);
  state->cookie_required = ReadFlag("cookie", &fields);
  fields.Require(ReadNat(fields.List("nat"), state));
  ReadAnswered(version, &fields, state);
  return fields.ok();
}

}  // namespace

Json ProbedPastState(const ProbedPast& past) {
  Json json{{"up", past.up},
            {"upChangedAt", past.up_changed_at},
            {"firstProbedAt", past.first_probed_at}};
  if (past.uptime.hour != 0) json["uptime"] = UptimeState(past.uptime);
  for (size_t i = 0; i < kVersionKeys.size(); ++i) {
    if (past.versions[i].last_run > 0) json[kVersionKeys[i]] = VersionStateRow(past.versions[i]);
  }
  return json;
}

std::optional<ProbedPast> ReadProbedPast(const Json& row) {
  JsonFields fields(row);
  ProbedPast past;
  fields.Get("up", &past.up);
  fields.GetTime("upChangedAt", &past.up_changed_at);
  fields.Get("firstProbedAt", &past.first_probed_at);
  if (const Json* uptime = fields.Find("uptime")) {
    fields.Require(ReadUptime(*uptime, &past.uptime));
  }
  for (size_t i = 0; i < kVersionKeys.size(); ++i) {
    const Json* version = fields.Find(kVersionKeys[i]);
    if (version == nullptr) continue;
    fields.Require(ReadVersionState(static_cast<IkeVersion>(i + 1), *version, &past.versions[i]));
  }
  if (!fields.ok()) return std::nullopt;
  return past;
}

}  // namespace exporter
