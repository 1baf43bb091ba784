// ListSelection: the targets that a ListQuery asks for, sorted, of which one page is shown. One
// short look at each target under its lock; nothing is rendered there. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "exporter/page/judgement.h"
#include "exporter/page/list_query.h"

namespace exporter {

struct ListSelection {
  std::vector<EntryPtr> shown;  // of this page
  // How many of those that the words match each value of Show would give.
  std::array<uint32_t, std::size(kShowNames)> counts{};
  uint32_t matched = 0;  // by words and `show`
  uint32_t page = 1;     // what was asked for, or the last there is
  uint32_t pages = 1;
};

ListSelection SelectTargets(const TargetTable& table, const ListQuery& query);

}  // namespace exporter
