// One row of the table of targets, and the pieces of it that the target's own page shows too.
// Called by both pages. Pure functions, any thread.
#pragma once

#include "exporter/page/html.h"
#include "exporter/page/judgement.h"

namespace exporter {

void AddTargetRow(const TargetSnapshot& snapshot, double now, Html* html);

// The pieces that the target's own page shows too.
void AddConditionBadge(Condition condition, Html* html);
void AddVersionChips(const TargetFacts& facts, Html* html);
// "2 broken", "3 weak", "5 against ietf", or that there is none or no audit yet.
void AddWeakBadges(const TargetFacts& facts, Html* html);
// "vpn.example.com", with the port and the transport where they are not the usual ones.
std::string PlaceText(const ike::Target& target);

}  // namespace exporter
