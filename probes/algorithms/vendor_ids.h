// What a Vendor ID payload says: a table of known prefixes, each with the name of the id and, where
// it tells, whose implementation sends it. Used by the dialogues (NAT-T), the JSON writers
// (`vendors`) and the fingerprint. Constant tables, any thread; names live for ever.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "probes/base/bytes.h"

namespace ike {

struct VendorIdMatch {
  std::string_view name;            // "strongSwan 5.9.8", "Dead Peer Detection"
  std::string_view implementation;  // of kImplementations; empty if it shows only an extension
  std::string version;              // from a typed tail: "1.0" of DPD; empty if there is none
};

// Every value of the label `implementation`; "unknown" is the first.
std::span<const std::string_view> Implementations();

// The longest known prefix of `body`; absent if there is none.
std::optional<VendorIdMatch> MatchVendorId(ByteSpan body);

// What an id that is not known says by itself: at least four printable characters of ASCII and
// nothing else but zeros at the end. Empty: nothing.
std::string_view VendorIdText(ByteSpan body);

// Whether `body` announces NAT traversal for IKEv1: RFC 3947 or one of its drafts.
bool IsNatTraversalVendorId(ByteSpan body);

}  // namespace ike
