// What this build is: for --version, ike_exporter_build_info and the foot of the pages. Constant,
// any thread.
#pragma once

#include <string>
#include <string_view>

namespace exporter {

std::string_view Version();
std::string_view Revision();  // of the source, "unknown" outside a checkout
std::string_view Compiler();
std::string VersionText();  // several lines: version, revision, compiler, libraries

}  // namespace exporter
