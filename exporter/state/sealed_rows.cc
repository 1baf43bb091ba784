#include "exporter/state/sealed_rows.h"

#include <cstdio>

#include "exporter/json/json_fields.h"

namespace exporter {
namespace {

constexpr size_t kTailSize = std::string_view("\n],\"checksum\":\"0123456789abcdef\"}\n").size();

}  // namespace

std::string SealedHead(std::string_view list) {
  return "{\"version\":" + std::to_string(kSealedVersion) + ",\"" + std::string(list) + "\":[";
}

std::string SealedTail(const ike::Fnv1a& checksum) {
  char text[kTailSize + 1];
  std::snprintf(text, sizeof text, "\n],\"checksum\":\"%016llx\"}\n",
                static_cast<unsigned long long>(checksum.value()));
  return text;
}

tl::expected<void, std::string> ParseSealed(std::string_view text, const char* list,
                                            const std::function<bool(const Json& row)>& take) {
  if (text.size() < kTailSize) return tl::make_unexpected("it is damaged: it is too short");
  ike::Fnv1a checksum;
  checksum.Add(text.substr(0, text.size() - kTailSize));
  if (text.substr(text.size() - kTailSize) != SealedTail(checksum)) {
    return tl::make_unexpected("it is damaged: its checksum does not match");
  }
  bool taken = true;
  // Takes the rows out one by one as they are parsed, so that a large file is never whole in memory
  // as JSON.
  const auto take_row = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth != 2 || event != Json::parse_event_t::object_end) return true;
    taken = taken && take(parsed);
    return false;
  };
  Json json = Json::parse(text, take_row, false);
  if (json.is_discarded()) return tl::make_unexpected("it is damaged: it is no JSON");
  JsonFields fields(json);
  uint64_t version = 0;
  fields.Get("version", &version);
  if (fields.ok() && version != kSealedVersion) {
    return tl::make_unexpected("its version " + std::to_string(version) +
                               " is not known, only version " + std::to_string(kSealedVersion));
  }
  // Every row that is an object was taken out.
  fields.Require(fields.List(list).empty());
  if (!fields.ok()) {
    return tl::make_unexpected("it is damaged: it has no version or no list \"" +
                               std::string(list) + "\"");
  }
  if (!taken) return tl::make_unexpected("it is damaged: a row of it is incomplete");
  return {};
}

}  // namespace exporter
