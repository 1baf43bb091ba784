// The page of all targets, "/": filter, order and a page of rows. Called by pages.cc. Pure function
// over the store, any thread.
#pragma once

#include <string>

#include "exporter/page/frame.h"
#include "exporter/page/list_query.h"

namespace exporter {

std::string ListPage(const PageContext& context, const ListQuery& query);

}  // namespace exporter
