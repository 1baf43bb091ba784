#include "exporter/json/probe_json.h"

#include <algorithm>

#include "exporter/base/number_text.h"
#include "exporter/net/address.h"
#include "exporter/targets/packet_text.h"
#include "probes/algorithms/registry.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/audit/audit_result.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/names.h"

namespace exporter {
namespace {

using ike::IkeVersion;
using ike::Kind;
using ike::wire::NameOrNumber;

std::string Hex(ike::ByteSpan bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::string AlgorithmName(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length = 0) {
  const ike::Algorithm* row = ike::FindAnswered(version, kind, id, key_length);
  return NameOrNumber(row == nullptr ? std::string_view{} : row->name, id);
}

// RFC 2408 calls it by another name than its users do.
std::string ExchangeTypeName(uint8_t type) {
  if (type == 2) return "Main Mode";
  if (type == 4) return "Aggressive Mode";
  if (type == 5) return "Informational";
  if (type == 32) return "Quick Mode";
  return "Unknown (" + std::to_string(type) + ")";
}

std::string NotifyText(IkeVersion version, uint16_t type) {
  std::string_view name = version == IkeVersion::kV1 ? ike::wire::v1::NotifyName(type)
                                                     : ike::wire::v2::NotifyName(type);
  return NameOrNumber(name, type);
}

void AddAddress(const ProbedHost& host, Json* json) {
  if (!host.address.empty()) (*json)["address"] = net::ToString(host.address);
}

Json Begin(const ProbedHost& host) {
  Json json{{"success", true}, {"host", host.host}, {"port", host.port}};
  AddAddress(host, &json);
  return json;
}

void AddRtt(const ike::Outcome& outcome, Json* json) {
  if (outcome.rtt) (*json)["rtt"] = Milliseconds(*outcome.rtt);
}

void AddVendors(const ike::AnswerDetails& details, Json* json) {
  (*json)["vendorIds"] = VendorIdsJson(details);
  (*json)["vendors"] = VendorsJson(details);
  Json texts = VendorTextsJson(details);
  if (!texts.empty()) (*json)["vendorTexts"] = std::move(texts);
}

void AddRedirect(const ike::AnswerDetails& details, Json* json) {
  std::string gateway = RedirectText(details.redirected_to);
  if (!gateway.empty()) (*json)["redirectedTo"] = std::move(gateway);
}

void AddQuirks(uint16_t quirks, Json* json) {
  if (quirks != 0) (*json)["quirks"] = QuirksJson(quirks);
}

void AddErrorNotify(const ike::Outcome& outcome, Json* json) {
  if (outcome.error_notify == 0) return;
  (*json)["errorNotify"] = NotifyText(outcome.version, outcome.error_notify);
}

Json Ikev1SuiteJson(const ike::Ikev1Suite& suite) {
  Json selected{{"encryption", AlgorithmName(IkeVersion::kV1, Kind::kEncryption, suite.encryption,
                                             suite.key_length)}};
  if (suite.key_length != 0) selected["keyLength"] = suite.key_length;
  selected["hash"] = AlgorithmName(IkeVersion::kV1, Kind::kHash, suite.hash);
  selected["authentication"] =
      AlgorithmName(IkeVersion::kV1, Kind::kAuthentication, suite.authentication);
  selected["group"] = suite.group;
  if (suite.life_seconds != 0) selected["life"] = suite.life_seconds;
  return selected;
}

void AddIkev2Suite(const ike::Ikev2Suite& suite, Json* json) {
  Json& out = *json;
  out["selectedDHGroup"] = suite.group;
  out["selectedEncr"] =
      AlgorithmName(IkeVersion::kV2, Kind::kEncryption, suite.encryption, suite.key_length);
  if (suite.key_length != 0) out["selectedKeyLength"] = suite.key_length;
  if (suite.integrity != 0) {
    out["selectedInteg"] = AlgorithmName(IkeVersion::kV2, Kind::kIntegrity, suite.integrity);
  }
  out["selectedPRF"] = AlgorithmName(IkeVersion::kV2, Kind::kPrf, suite.prf);
  Json additional = Json::array();
  for (uint16_t id : suite.additional_ke) {
    if (id != 0) additional.push_back(AlgorithmName(IkeVersion::kV2, Kind::kAdditionalKe, id));
  }
  if (!additional.empty()) out["additionalKeyExchanges"] = additional;
}

void AddNat(const ike::Outcome& outcome, Json* json) {
  if (outcome.nat_local == ike::NatState::kUnknown ||
      outcome.nat_remote == ike::NatState::kUnknown) {
    return;
  }
  (*json)["natDetected"] = {{"local", outcome.nat_local == ike::NatState::kYes},
                            {"remote", outcome.nat_remote == ike::NatState::kYes}};
}

Json NotifiesJson(const ike::Outcome& outcome) {
  Json names = Json::array();
  for (uint16_t type : outcome.details.notifies) {
    names.push_back(NotifyText(outcome.version, type));
  }
  return names;
}

// What leaves no state is refused whatever the endpoint accepts.
bool OfferedAChoice(const std::optional<ProbeResult>& result) {
  if (!result || result->end != ProbeEnd::kProbed) return false;
  return result->report.full_opening || result->report.outcome.selected();
}

}  // namespace

std::string JsonText(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json VendorIdsJson(const ike::AnswerDetails& details) {
  Json ids = Json::array();
  for (const ike::Bytes& id : details.vendor_ids) ids.push_back(Hex(id));
  return ids;
}

Json VendorsJson(const ike::AnswerDetails& details) {
  Json names = Json::array();
  for (const ike::Bytes& id : details.vendor_ids) {
    auto match = ike::MatchVendorId(id);
    if (!match) continue;
    std::string name(match->name);
    if (!match->version.empty()) name += " " + match->version;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

Json VendorTextsJson(const ike::AnswerDetails& details) {
  Json texts = Json::array();
  for (const ike::Bytes& id : details.vendor_ids) {
    const std::string_view text = ike::MatchVendorId(id) ? "" : ike::VendorIdText(id);
    if (text.empty() || std::find(texts.begin(), texts.end(), text) != texts.end()) continue;
    texts.push_back(text);
  }
  return texts;
}

Json QuirksJson(uint16_t quirks) {
  Json names = Json::array();
  ike::ForEachQuirk(quirks, [&](std::string_view name) { names.push_back(name); });
  return names;
}

Json ErrorJson(const ProbedHost& host, const std::string& error, std::string_view reason) {
  Json json{{"success", false}, {"host", host.host}, {"port", host.port}};
  AddAddress(host, &json);
  json["error"] = error;
  json["reason"] = reason;
  return json;
}

Json Ikev1ProbeJson(const ProbedHost& host, const ike::Outcome& outcome) {
  const ike::AnswerDetails& details = outcome.details;
  Json json = Begin(host);
  json["version"] =
      std::to_string(details.major_version) + "." + std::to_string(details.minor_version);
  json["exchangeType"] = ExchangeTypeName(details.exchange_type);
  json["initiatorCookie"] = SpiHex(outcome.initiator_spi);
  json["responderCookie"] = SpiHex(outcome.responder_spi);
  AddVendors(details, &json);
  if (details.proposal_count != 0) json["proposals"] = details.proposal_count;
  if (details.transform_count != 0) json["transforms"] = details.transform_count;
  if (outcome.selected()) json["selected"] = Ikev1SuiteJson(outcome.ikev1);
  json["natTraversal"] = details.nat_traversal_vendor_id;
  AddQuirks(outcome.quirks, &json);
  AddErrorNotify(outcome, &json);
  AddRtt(outcome, &json);
  return json;
}

Json Ikev2SaJson(const ProbedHost& host, const ike::Outcome& outcome) {
  Json json = Begin(host);
  json["version"] = 2;
  json["responderSpi"] = SpiHex(outcome.responder_spi);
  if (outcome.selected()) AddIkev2Suite(outcome.ikev2, &json);
  AddErrorNotify(outcome, &json);
  json["notifies"] = NotifiesJson(outcome);
  AddVendors(outcome.details, &json);
  AddRedirect(outcome.details, &json);
  AddNat(outcome, &json);
  AddQuirks(outcome.quirks, &json);
  json["cookieRequired"] = outcome.cookie_required;
  AddRtt(outcome, &json);
  return json;
}

void AddProvenance(const ProbeResult& result, Json* json) {
  if (!result.report.age) return;
  const double age = Milliseconds(*result.report.age) / 1000;
  (*json)["cached"] = true;
  (*json)["age"] = std::max(age, json->value("age", 0.0));
}

Json VersionJson(const ProbedHost& host,
                 const std::array<std::optional<ProbeResult>, 2>& versions) {
  const ike::Outcome ikev1 = versions[0] ? TellingOutcome(*versions[0]) : ike::Outcome{};
  const ike::Outcome ikev2 = versions[1] ? TellingOutcome(*versions[1]) : ike::Outcome{};
  Json json = Begin(host);
  json["ikev1"] = ikev1.version_answered;
  json["ikev2"] = ikev2.version_answered;
  if (OfferedAChoice(versions[0])) json["ikev1Selected"] = ikev1.selected();
  if (OfferedAChoice(versions[1])) json["ikev2Selected"] = ikev2.selected();
  if (ikev2.version_answered) {
    json["version"] = "2.0";
  } else if (ikev1.version_answered) {
    json["version"] = std::to_string(ikev1.details.major_version) + "." +
                      std::to_string(ikev1.details.minor_version);
  }
  ike::AnswerDetails all = ikev1.details;
  for (const ike::Bytes& id : ikev2.details.vendor_ids) {
    if (std::find(all.vendor_ids.begin(), all.vendor_ids.end(), id) == all.vendor_ids.end()) {
      all.vendor_ids.push_back(id);
    }
  }
  json["vendorIds"] = VendorIdsJson(all);
  if (ikev2.selected()) {
    Json suite;
    AddIkev2Suite(ikev2.ikev2, &suite);
    json["v2SelectedEncr"] = suite["selectedEncr"];
    if (suite.contains("selectedInteg")) json["v2SelectedInteg"] = suite["selectedInteg"];
    json["v2SelectedPRF"] = suite["selectedPRF"];
    json["v2SelectedDHGroup"] = suite["selectedDHGroup"];
  }
  AddErrorNotify(ikev2.error_notify != 0 ? ikev2 : ikev1, &json);
  AddQuirks(static_cast<uint16_t>(ikev1.quirks | ikev2.quirks), &json);
  for (const auto& result : versions) {
    if (result) AddProvenance(*result, &json);
  }
  return json;
}

}  // namespace exporter
