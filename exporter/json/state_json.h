// The text of the state file: the audits of every target as JSON, sealed by a checksum, so that a
// damaged file is never half believed. Written and read by exporter/state_file.h. Pure functions
// but for the reasons of undecidable algorithms, which are kept for ever; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "exporter/store.h"
#include "probes/target.h"

namespace exporter {

// What an audit belongs to: a name that moved to another endpoint inherits nothing.
struct AuditKey {
  std::string name;
  std::string host;
  uint16_t port = 0;
  ike::Transport transport = ike::Transport::kUdp;

  friend auto operator<=>(const AuditKey&, const AuditKey&) = default;
};

AuditKey KeyOf(const ike::Target& target);

using SavedAudits = std::map<AuditKey, AuditHistory>;

// FNV-1a over the text as it goes out.
class Checksum {
 public:
  void Add(std::string_view text);
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

// The file is the head, the rows with a comma before each but the first, and the tail, whose
// checksum is of all that stands before it: the writer needs no more memory than one row.
std::string_view StateHead();
std::string StateRow(const AuditKey& key, const AuditHistory& history);
std::string StateTail(const Checksum& checksum);

// The audits of a whole file, or what is wrong with it. Any bytes may come.
tl::expected<SavedAudits, std::string> ParseState(std::string_view text);

}  // namespace exporter
