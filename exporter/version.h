// What this build is: for --version and ike_exporter_build_info. Constant.
#pragma once

#include <string>
#include <string_view>

namespace exporter {

std::string_view Version();
std::string_view Revision();  // of the source, "unknown" outside a checkout
std::string_view Compiler();
std::string VersionText();  // several lines: version, revision, compiler, libraries

}  // namespace exporter
