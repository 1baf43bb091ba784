// ListQuery: what part of the targets a person asked for, as the address of the page says it. Made
// of the query's parameters; whatever is not understood keeps its default. Values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exporter {

enum class Show : uint8_t { kAll, kDown, kImpaired, kWaiting, kUp, kWeak, kPolicy };
inline constexpr std::string_view kShowNames[] = {"all", "down", "impaired", "waiting",
                                                  "up",  "weak", "policy"};

enum class SortBy : uint8_t {
  kWorst,
  kName,
  kState,
  kRtt,
  kSuite,
  kStrength,
  kWeak,
  kChange,
};
inline constexpr std::string_view kSortNames[] = {"worst", "name",     "state", "rtt",
                                                  "suite", "strength", "weak",  "change"};

struct ListQuery {
  static constexpr size_t kMostWords = 8;
  static constexpr size_t kMostText = 200;
  static constexpr uint32_t kDefaultRows = 100;
  static constexpr uint32_t kMostRows = 1000;

  std::string text;                // as it was typed, cut to kMostText bytes
  std::vector<std::string> words;  // of it, lower case: all of them must be found
  Show show = Show::kAll;
  SortBy sort = SortBy::kWorst;
  bool descending = false;
  uint32_t rows = kDefaultRows;
  uint32_t page = 1;  // from 1

  friend bool operator==(const ListQuery&, const ListQuery&) = default;
};

// `query` is that of the address, without the "?".
ListQuery ParseListQuery(std::string_view query);

// The address of that part: "/?show=down&sort=rtt". Defaults are left out.
std::string AddressOf(const ListQuery& query);

std::string PercentEncode(std::string_view text);

}  // namespace exporter
