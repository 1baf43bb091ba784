#include "exporter/cli/nagios_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "probes/algorithms/suite_text.h"
#include "probes/wire/ikev2_ids.h"

namespace exporter {
namespace {

using namespace std::chrono_literals;

constexpr RttThresholds kThresholds{500ms, 1s};
const PluginHost kHost{"192.0.2.1", "192.0.2.1"};

ProbeResult Answer(ike::IkeVersion version, ike::Duration rtt) {
  ProbeResult result;
  result.report.full_opening = true;
  result.report.address = ike::IpAddress::V4(192, 0, 2, 1);
  ike::Outcome& outcome = result.report.outcome;
  outcome.version = version;
  outcome.answer = ike::AnswerKind::kErrorNotify;
  outcome.reason = ike::Reason::kRejected;
  outcome.error_notify = ike::wire::v2::notify::kNoProposalChosen;
  outcome.version_answered = true;
  outcome.rtt = outcome.answer_delay = rtt;
  return result;
}

ProbeResult Ikev2Answer(ike::Duration rtt) { return Answer(ike::IkeVersion::kV2, rtt); }

ProbeResult Failure(ike::Reason reason, const std::string& error = "") {
  ProbeResult result;
  result.report.outcome.reason = reason;
  result.error = error;
  return result;
}

VersionResults Ikev2Only(ProbeResult result) { return {std::nullopt, std::move(result)}; }

PluginOutput OutputOf(const VersionResults& results, const RttThresholds& thresholds = kThresholds,
                      ike::Require require = ike::Require::kAny) {
  return PluginOutputOf(kHost, require, thresholds, results);
}

PluginStatus StatusOf(const VersionResults& results, ike::Require require = ike::Require::kAny) {
  return OutputOf(results, kThresholds, require).status;
}

TEST(NagiosText, IsOneLineWithPerformanceData) {
  const PluginOutput output = OutputOf(Ikev2Only(Ikev2Answer(12300us)));
  EXPECT_EQ(output.status, PluginStatus::kOk);
  EXPECT_EQ(output.line,
            "IKE OK - 192.0.2.1: IKEv2 up, but refused what was offered (NO_PROPOSAL_CHOSEN), "
            "12.3 ms|rtt_ikev2=0.0123s;0.5;1;0");
}

TEST(NagiosText, HasTheSuiteThatWasChosen) {
  ProbeResult result = Ikev2Answer(10s);
  ike::Outcome& outcome = result.report.outcome;
  outcome.answer = ike::AnswerKind::kSelected;
  outcome.ikev2 = {.encryption = 20, .key_length = 256, .prf = 6, .group = 20};
  EXPECT_EQ(OutputOf(Ikev2Only(result), {}).line, "IKE OK - 192.0.2.1: IKEv2 up, 10000.0 ms, " +
                                                      ike::SuiteText(outcome.ikev2) +
                                                      "|rtt_ikev2=10s;;;0");
}

TEST(NagiosText, HasEveryVersionThatWasProbed) {
  const PluginOutput output =
      OutputOf({Failure(ike::Reason::kTimeout), Ikev2Answer(1ms)}, {std::nullopt, 1500ms});
  EXPECT_EQ(output.status, PluginStatus::kOk);
  EXPECT_EQ(output.line,
            "IKE OK - 192.0.2.1: IKEv2 up, but refused what was offered (NO_PROPOSAL_CHOSEN), "
            "1.0 ms; IKEv1 no answer: no answer in time|rtt_ikev2=0.001s;;1.5;0 "
            "rtt_ikev1=U;;1.5;0");
}

TEST(NagiosText, NamesTheAddressOfAName) {
  const PluginOutput output = PluginOutputOf({"vpn.example:4500", "vpn.example"},
                                             ike::Require::kAny, {}, Ikev2Only(Ikev2Answer(1ms)));
  EXPECT_TRUE(output.line.starts_with("IKE OK - vpn.example:4500 (192.0.2.1): IKEv2 up"));
}

TEST(NagiosText, ThresholdsAreReachedWhenEqual) {
  EXPECT_EQ(StatusOf(Ikev2Only(Ikev2Answer(500ms - 1ns))), PluginStatus::kOk);
  EXPECT_EQ(StatusOf(Ikev2Only(Ikev2Answer(500ms))), PluginStatus::kWarning);
  EXPECT_EQ(StatusOf(Ikev2Only(Ikev2Answer(1s - 1ns))), PluginStatus::kWarning);
  EXPECT_EQ(StatusOf(Ikev2Only(Ikev2Answer(1s))), PluginStatus::kCritical);
  EXPECT_EQ(OutputOf(Ikev2Only(Ikev2Answer(1s)), {}).status, PluginStatus::kOk);
}

TEST(NagiosText, TheSlowestVersionDecides) {
  EXPECT_EQ(StatusOf({Answer(ike::IkeVersion::kV1, 600ms), Ikev2Answer(1ms)}),
            PluginStatus::kWarning);
  EXPECT_EQ(StatusOf({Answer(ike::IkeVersion::kV1, 1ms), Ikev2Answer(2s)}),
            PluginStatus::kCritical);
}

TEST(NagiosText, AfterARetransmissionTheWholeDelayIsCompared) {
  ProbeResult result = Ikev2Answer(1203400us);
  result.report.outcome.rtt.reset();
  result.report.outcome.retransmitted = true;
  const PluginOutput output = OutputOf(Ikev2Only(result));
  EXPECT_EQ(output.status, PluginStatus::kCritical);
  EXPECT_EQ(output.line,
            "IKE CRITICAL - 192.0.2.1: IKEv2 up, but refused what was offered "
            "(NO_PROPOSAL_CHOSEN), 1203.4 ms with a retransmission|rtt_ikev2=U;0.5;1;0");
}

TEST(NagiosText, DownIsCritical) {
  for (ike::Reason reason : {ike::Reason::kTimeout, ike::Reason::kUnreachable,
                             ike::Reason::kMalformed, ike::Reason::kRejected}) {
    EXPECT_EQ(StatusOf(Ikev2Only(Failure(reason))), PluginStatus::kCritical)
        << ike::ReasonName(reason);
  }
  EXPECT_EQ(OutputOf(Ikev2Only(Failure(ike::Reason::kTimeout))).line,
            "IKE CRITICAL - 192.0.2.1: IKEv2 no answer: no answer in time|rtt_ikev2=U;0.5;1;0");
}

TEST(NagiosText, WhatTellsNothingIsUnknown) {
  for (ike::Reason reason :
       {ike::Reason::kResolve, ike::Reason::kSend, ike::Reason::kInternal, ike::Reason::kNone}) {
    EXPECT_EQ(StatusOf(Ikev2Only(Failure(reason))), PluginStatus::kUnknown)
        << ike::ReasonName(reason);
  }
  ProbeResult unprobed = Failure(ike::Reason::kTimeout);
  unprobed.end = ProbeEnd::kNoBudget;
  EXPECT_EQ(StatusOf(Ikev2Only(unprobed)), PluginStatus::kUnknown);
}

TEST(NagiosText, RequireCombinesTheVersions) {
  const ProbeResult up = Ikev2Answer(1ms);
  const ProbeResult down = Failure(ike::Reason::kTimeout);
  const ProbeResult unknown = Failure(ike::Reason::kSend);
  const struct {
    VersionResults results;
    PluginStatus any, all;
  } cases[] = {
      {{up, up}, PluginStatus::kOk, PluginStatus::kOk},
      {{down, up}, PluginStatus::kOk, PluginStatus::kCritical},
      {{unknown, up}, PluginStatus::kOk, PluginStatus::kUnknown},
      {{down, down}, PluginStatus::kCritical, PluginStatus::kCritical},
      {{unknown, down}, PluginStatus::kUnknown, PluginStatus::kCritical},
      {{unknown, unknown}, PluginStatus::kUnknown, PluginStatus::kUnknown},
      {{std::nullopt, down}, PluginStatus::kCritical, PluginStatus::kCritical},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(StatusOf(test.results, ike::Require::kAny), test.any) << &test - cases;
    EXPECT_EQ(StatusOf(test.results, ike::Require::kAll), test.all) << &test - cases;
  }
}

TEST(NagiosText, NothingBreaksTheLine) {
  const std::string foreign = "a|rtt_ikev2=0s\nOK\r\x1b[2J\x7f";
  const std::string clean = "a rtt_ikev2=0s OK  [2J ";
  EXPECT_EQ(PluginFailure(foreign).line, "IKE UNKNOWN - " + clean);
  EXPECT_EQ(OutputOf(Ikev2Only(Failure(ike::Reason::kResolve, foreign))).line,
            "IKE UNKNOWN - 192.0.2.1: IKEv2 no answer: " + clean + "|rtt_ikev2=U;0.5;1;0");
}

TEST(NagiosText, ForeignNumbersAndTextsLeaveItOneLine) {
  ProbeResult result = Ikev2Answer(1ms);
  ike::Outcome& outcome = result.report.outcome;
  outcome.details.vendor_ids = {{'|', '\n'}};
  outcome.details.redirected_to = {3, '|', '\n'};
  outcome.error_notify = 65535;
  const std::string line = OutputOf(Ikev2Only(result)).line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '|'), 1);
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace exporter
