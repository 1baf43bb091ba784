// Whether a page is well-formed as far as the pages of this program have to be: every element is
// closed in order, but for those that HTML closes itself. For tests.
#pragma once

#include <string>
#include <string_view>

namespace exporter::test {

// Empty if it is, else what is wrong.
std::string Malformed(std::string_view html);

// How often `part` occurs.
size_t Count(std::string_view text, std::string_view part);

// What can run or load from elsewhere: inline scripts, styles, handlers, foreign addresses.
std::string Forbidden(std::string_view html);

}  // namespace exporter::test
