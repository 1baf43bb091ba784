// A message decoded field by field for a person: the log of /probe?debug=true and the target's
// page. Pure functions; any bytes, bounded output. What could crack a pre-shared key (HASH,
// signatures, all of Aggressive Mode) is decoded, but its bytes are not shown.
#pragma once

#include <string>

#include "probes/base/bytes.h"

namespace exporter {

// Several lines, each indented by two spaces.
std::string FieldsText(ike::ByteSpan message);

// A hex dump, indented by four spaces, or why there is none.
std::string HexText(ike::ByteSpan message);

// Both.
std::string PacketText(ike::ByteSpan message);

// The gateway that REDIRECT names, by the type and the bytes of its identity (RFC 5685
// section 8.2): an address, or a name; empty: none.
std::string RedirectText(ike::ByteSpan identity);

}  // namespace exporter
