// The text of a file of rows: a version, JSON objects and a checksum over all that stands before
// it, so that a damaged file is never half believed. Written and read by exporter/sealed_file.h.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "exporter/json/probe_json.h"
#include "probes/base/fnv.h"

namespace exporter {

// The file is the head, the rows, each on a line of its own with a comma before each but the first,
// and the tail: the writer needs no more memory than one row.
inline constexpr uint64_t kSealedVersion = 1;
std::string SealedHead(std::string_view list);
std::string SealedTail(const ike::Fnv1a& checksum);

// Calls `take` with each row of a whole file whose list has that name; what is wrong with it
// otherwise. Any bytes may come. A row that `take` refuses ends it.
tl::expected<void, std::string> ParseSealed(std::string_view text, const char* list,
                                            const std::function<bool(const Json& row)>& take);

}  // namespace exporter
