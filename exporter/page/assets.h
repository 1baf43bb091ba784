// The style sheet, the script and the icon of the pages, as they were when the program was built.
// Constant, any thread.
#pragma once

#include <string>
#include <string_view>

namespace exporter {

struct Asset {
  std::string_view name;  // "page.css"
  std::string_view type;  // its media type
  std::string_view text;
};

// Null if there is none of that name.
const Asset* FindAsset(std::string_view name);

// "/assets/page.css?v=0123456789abcdef": another one whenever the text is another one, so that it
// may be cached for ever. REQUIRES: it exists.
std::string AssetAddress(std::string_view name);

}  // namespace exporter
