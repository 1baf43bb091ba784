// The page of one runbook, "/runbooks/NAME". Called by pages.cc. Pure function, any thread.
#pragma once

#include <string>

#include "exporter/page/frame.h"
#include "exporter/page/runbooks.h"

namespace exporter {

std::string RunbookPage(const PageContext& context, const Runbook& runbook);

}  // namespace exporter
