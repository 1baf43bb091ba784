// TestPath: where a file of the tests lies. The folder is known to one generated file only, so that
// a test's object does not depend on the place of the source tree and ccache can share it.
#pragma once

#include <string>
#include <string_view>

// The path of `relative`, which is named from the folder tests/.
std::string TestPath(std::string_view relative);
