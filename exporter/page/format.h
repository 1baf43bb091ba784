// Figures and times as a person reads them. Called by everything that writes a page. Pure
// functions, any thread.
#pragma once

#include <string>

#include "exporter/page/html.h"
#include "probes/algorithms/registry.h"
#include "probes/algorithms/suite.h"
#include "probes/exchange/outcome.h"

namespace exporter {

// "45 s", "12 min", "3.5 h", "6 days".
std::string DurationText(double seconds);
// "12 min ago"; "never" where `at` is 0.
std::string AgoText(double at, double now);
// "2026-11-24T02:05:31Z"
std::string IsoTime(double at);
// "8.4 ms"; empty where it is unknown.
std::string RttText(double seconds);
// A <time> element that says how long ago it was.
void AddAgo(double at, double now, Html* html);
// A <time> element that says how long it has lasted, and since when: "12 min, since 02:05:31 UTC".
void AddSince(double since, double now, Html* html);
// A <time> element with the time of day and how long ago it was.
void AddTime(double at, double now, Html* html);

// "IKEv2"
std::string_view VersionText(ike::IkeVersion version);
// "Key exchange group"
std::string_view KindText(ike::Kind kind);
// Why a probe failed, in a few words: "no answer".
std::string_view ReasonText(ike::Reason reason);
// "NO_PROPOSAL_CHOSEN", or the number.
std::string NotifyText(ike::IkeVersion version, uint16_t notify);

}  // namespace exporter
