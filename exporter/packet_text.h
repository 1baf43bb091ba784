// A message decoded field by field for a person: the log of /probe?debug=true and the status page.
// Pure function; any bytes, bounded output. What could crack a pre-shared key (HASH, signatures,
// nonces of Aggressive Mode) is the caller's to keep out.
#pragma once

#include <string>

#include "probes/bytes.h"

namespace exporter {

// Several lines, each indented by two spaces, with a hex dump at the end.
std::string PacketText(ike::ByteSpan message);

}  // namespace exporter
