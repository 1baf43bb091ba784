#include "exporter/cli/probe_text.h"

#include <cstdio>

#include "exporter/base/number_text.h"
#include "exporter/json/probe_json.h"
#include "exporter/net/address.h"
#include "exporter/targets/packet_text.h"
#include "probes/algorithms/registry.h"
#include "probes/algorithms/suite_text.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/names.h"

namespace exporter {
namespace {

void Field(const char* name, const std::string& value) {
  std::printf("    %-14s %s\n", name, value.c_str());
}

std::string NotifyText(const ike::Outcome& outcome) {
  std::string_view name = outcome.version == ike::IkeVersion::kV1
                              ? ike::wire::v1::NotifyName(outcome.error_notify)
                              : ike::wire::v2::NotifyName(outcome.error_notify);
  return ike::wire::NameOrNumber(name, outcome.error_notify);
}

void PrintSuite(const ike::Outcome& outcome) {
  bool ikev1 = outcome.version == ike::IkeVersion::kV1;
  Field("suite", ikev1 ? ike::SuiteText(outcome.ikev1) : ike::SuiteText(outcome.ikev2));
  uint16_t strength = ike::GroupStrength(ikev1 ? outcome.ikev1.group : outcome.ikev2.group);
  if (strength != 0) Field("group", std::to_string(strength) + " bits");
}

void PrintResponder(const ProbeReport& report) {
  std::string responder(ike::Implementations()[report.implementation]);
  std::string vendors;
  for (const auto& name : VendorsJson(report.outcome.details)) {
    vendors += (vendors.empty() ? "" : ", ") + name.get<std::string>();
  }
  for (const auto& text : VendorTextsJson(report.outcome.details)) {
    vendors += (vendors.empty() ? "\"" : ", \"") + text.get<std::string>() + "\"";
  }
  if (!vendors.empty()) responder += " (" + vendors + ")";
  Field("responder", responder);
}

void PrintNat(const ike::Outcome& outcome) {
  std::string sides;
  if (outcome.nat_local == ike::NatState::kYes) sides = "on our side";
  if (outcome.nat_remote == ike::NatState::kYes)
    sides += sides.empty() ? "on theirs" : " and theirs";
  if (!sides.empty()) Field("NAT", sides);
}

void PrintQuirks(uint16_t quirks) {
  std::string names;
  ike::ForEachQuirk(quirks, [&](std::string_view name) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  });
  if (!names.empty()) Field("quirks", names);
}

}  // namespace

int UsageError(const std::string& sentence) {
  std::fprintf(stderr, "ike_exporter: %s\n", sentence.c_str());
  return 2;
}

std::string Headline(const ProbeResult& result) {
  const ike::Outcome& outcome = result.report.outcome;
  if (result.end == ProbeEnd::kNoBudget) return "not probed: the half-open budget is spent";
  if (!outcome.answered()) return "no answer: " + FailureSentence(result);
  if (outcome.selected()) return "up";
  if (!outcome.version_answered) return "a daemon is there, but refuses this version";
  if (outcome.answer == ike::AnswerKind::kCookie) {
    return "up, but it asks for cookies only; what it would choose is not known";
  }
  if (!result.report.full_opening) {
    return "up; what it chooses was not asked, since its half-open budget is spent";
  }
  return "up, but refused what was offered (" + NotifyText(outcome) + ")";
}

void PrintHostHeading(const std::string& host, const ike::ProbeSettings& settings) {
  std::printf("%s  %s port %u\n", host.c_str(),
              std::string(ike::TransportName(settings.transport)).c_str(), settings.port);
}

void PrintProbe(ike::IkeVersion version, const ProbeResult& result) {
  const ike::Outcome& outcome = result.report.outcome;
  std::printf("  IKEv%d  %s", static_cast<int>(version), Headline(result).c_str());
  if (outcome.rtt) std::printf(", %.1f ms", Milliseconds(*outcome.rtt));
  std::printf("\n");
  if (!result.report.address.empty()) Field("address", net::ToString(result.report.address));
  if (!outcome.answered()) return;
  if (outcome.selected()) PrintSuite(outcome);
  PrintResponder(result.report);
  PrintNat(outcome);
  const std::string gateway = RedirectText(outcome.details.redirected_to);
  if (!gateway.empty()) Field("redirected to", gateway);
  PrintQuirks(outcome.quirks);
  if (outcome.cookie_required) Field("cookie", "was asked for: the gateway is under load");
}

}  // namespace exporter
