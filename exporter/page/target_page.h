// The page of one target, "/targets/NAME", put together from its sections. Called by pages.cc. Pure
// function over the store, any thread.
#pragma once

#include <string>

#include "exporter/page/frame.h"

namespace exporter {

std::string TargetPage(const PageContext& context, const TargetEntry& entry);

}  // namespace exporter
