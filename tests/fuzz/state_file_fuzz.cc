// Any text is a state file or is refused with a reason; what was taken can be written and taken
// again. The text is tried as a whole file and, so that the checksum does not keep everything out,
// as the rows of one that is sealed properly.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "exporter/state/sealed_rows.h"
#include "exporter/state/state_json.h"
#include "probes/base/fnv.h"
#include "tests/fuzz/fuzz.h"

namespace {

std::string FileOf(std::string_view rows) {
  std::string text = exporter::StateHead();
  text += rows;
  ike::Fnv1a checksum;
  checksum.Add(text);
  return text + exporter::SealedTail(checksum);
}

void Try(std::string_view text) {
  auto audits = exporter::ParseState(text);
  if (!audits) return ike::fuzz::Require(!audits.error().empty(), "a refusal has a reason");
  for (const auto& [key, history] : *audits) {
    ike::fuzz::Require(history.last != nullptr, "a history has its newest audit");
    auto again = exporter::ParseState(FileOf(exporter::StateRow(key, history)));
    ike::fuzz::Require(again.has_value() && again->contains(key), "what was taken is taken again");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Try(text);
  Try(FileOf(text));
  return 0;
}
