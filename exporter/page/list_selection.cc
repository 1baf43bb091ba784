#include "exporter/page/list_selection.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "probes/base/ascii.h"

namespace exporter {
namespace {

using ike::IkeVersion;

// What sorting needs of one target.
struct Key {
  uint32_t index = 0;
  Condition condition = Condition::kUp;
  WeakCount weak;
  uint16_t strength = 0;
  double rtt = kNotYet;
  double changed_at = 0;
  std::string text;  // the name or the suite, where that is what is sorted by
};

// `word` is lower case already.
bool Holds(std::string_view text, std::string_view word) {
  auto same = [](char a, char b) { return ike::AsciiLower(a) == b; };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

bool HoldsLabel(const ike::Target& target, std::string_view word) {
  if (!target.labels) return false;
  return std::ranges::any_of(*target.labels, [&](const auto& label) {
    return Holds(label.first + "=" + label.second, word);
  });
}

bool HoldsInVersion(const TargetFacts& facts, IkeVersion version, std::string_view word) {
  if (!facts.settings.probes(version)) return false;
  const VersionState& state = facts.of(version);
  return Holds(SuiteTextOf(version, state), word) ||
         Holds(ike::ReasonName(state.last_reason), word);
}

bool Matches(const ike::Target& target, const TargetFacts& facts, const ListQuery& query) {
  return std::ranges::all_of(query.words, [&](const std::string& word) {
    return Holds(target.name, word) || Holds(target.host, word) || HoldsLabel(target, word) ||
           (target.module && Holds(*target.module, word)) || Holds(target.settings->policy, word) ||
           Holds(ike::TransportName(target.settings->transport), word) ||
           HoldsInVersion(facts, IkeVersion::kV2, word) ||
           HoldsInVersion(facts, IkeVersion::kV1, word);
  });
}

bool Shows(Show show, const Key& key) {
  switch (show) {
    case Show::kAll:
      return true;
    case Show::kDown:
      return key.condition == Condition::kDown;
    case Show::kImpaired:
      return key.condition == Condition::kImpaired;
    case Show::kWaiting:
      return key.condition == Condition::kWaiting;
    case Show::kUp:
      return key.condition == Condition::kUp;
    case Show::kWeak:
      return key.weak.broken + key.weak.weak > 0;
    case Show::kPolicy:
      return key.weak.violations > 0;
  }
  return false;
}

Key KeyOf(const ike::Target& target, const TargetFacts& facts, SortBy sort) {
  Key key;
  key.condition = ConditionOf(facts);
  key.weak = CountWeak(facts.audit);
  IkeVersion version = MainVersion(facts);
  key.strength = GroupStrengthOf(version, facts.of(version));
  if (facts.of(version).up) key.rtt = facts.of(version).last_rtt;
  key.changed_at = LastChange(facts).at;
  key.text = sort == SortBy::kSuite ? SuiteTextOf(version, facts.of(version)) : target.name;
  return key;
}

// What has no value comes last, whatever the direction.
bool IsMissing(const Key& key, SortBy sort) {
  if (sort == SortBy::kRtt) return std::isnan(key.rtt);
  if (sort == SortBy::kStrength) return key.strength == 0;
  if (sort == SortBy::kSuite) return key.text.empty();
  if (sort == SortBy::kChange) return key.changed_at <= 0;
  return false;
}

// Among those that are down, what went down last comes first: that is what woke somebody.
auto BadnessOf(const Key& key) {
  bool failing = key.condition == Condition::kDown || key.condition == Condition::kImpaired;
  return std::tuple(static_cast<int>(key.condition), failing ? -key.changed_at : 0.0,
                    -static_cast<int64_t>(key.weak.broken), -static_cast<int64_t>(key.weak.weak),
                    -static_cast<int64_t>(key.weak.violations));
}

int Sign(std::partial_ordering order) { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

int Compare(const Key& a, const Key& b, SortBy sort) {
  switch (sort) {
    case SortBy::kWorst:
      return Sign(BadnessOf(a) <=> BadnessOf(b));
    case SortBy::kState:
      return Sign(a.condition <=> b.condition);
    case SortBy::kName:
    case SortBy::kSuite:
      return Sign(a.text <=> b.text);
    case SortBy::kRtt:
      return Sign(a.rtt <=> b.rtt);
    case SortBy::kStrength:
      return Sign(a.strength <=> b.strength);
    case SortBy::kWeak:
      return Sign(std::tuple(a.weak.broken, a.weak.weak) <=>
                  std::tuple(b.weak.broken, b.weak.weak));
    case SortBy::kChange:
      return Sign(a.changed_at <=> b.changed_at);
  }
  return 0;
}

bool Before(const Key& a, const Key& b, const ListQuery& query) {
  bool a_missing = IsMissing(a, query.sort);
  bool b_missing = IsMissing(b, query.sort);
  if (a_missing != b_missing) return b_missing;
  int order = a_missing ? 0 : Compare(a, b, query.sort);
  if (order != 0) return (order < 0) != query.descending;
  if (query.sort != SortBy::kSuite && a.text != b.text) return a.text < b.text;
  return a.index < b.index;
}

}  // namespace

ListSelection SelectTargets(const TargetTable& table, const ListQuery& query) {
  ListSelection selection;
  std::vector<Key> keys;
  for (size_t i = 0; i < table.entries.size(); ++i) {
    table.entries[i]->With([&](const ike::Target& target, const TargetState& state) {
      TargetFacts facts = FactsOf(target, state);
      if (!Matches(target, facts, query)) return;
      Key key = KeyOf(target, facts, query.sort);
      key.index = static_cast<uint32_t>(i);
      for (size_t show = 0; show < selection.counts.size(); ++show) {
        selection.counts[show] += Shows(static_cast<Show>(show), key) ? 1 : 0;
      }
      if (Shows(query.show, key)) keys.push_back(std::move(key));
    });
  }
  std::ranges::sort(keys, [&](const Key& a, const Key& b) { return Before(a, b, query); });
  selection.matched = static_cast<uint32_t>(keys.size());
  selection.pages = std::max<uint32_t>(1, (selection.matched + query.rows - 1) / query.rows);
  selection.page = std::min(query.page, selection.pages);
  size_t begin = size_t{selection.page - 1} * query.rows;
  size_t end = std::min(keys.size(), begin + query.rows);
  for (size_t i = begin; i < end; ++i) selection.shown.push_back(table.entries[keys[i].index]);
  return selection;
}

}  // namespace exporter
