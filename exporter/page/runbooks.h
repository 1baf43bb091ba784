// The runbooks of the alerts, as dashboards/runbooks/ held them when the program was built.
// Constant, any thread.
#pragma once

#include <span>
#include <string_view>

namespace exporter {

struct Runbook {
  std::string_view name;  // "IKETargetDown": the alert's name, or "README"
  std::string_view text;  // Markdown
};

std::span<const Runbook> AllRunbooks();
// Null if there is none of that name.
const Runbook* FindRunbook(std::string_view name);

}  // namespace exporter
