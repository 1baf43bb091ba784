// The names of implementations by which something is decided, as the vendor ids and the behaviour
// of an endpoint tell them; the table of all is Implementations() (vendor_ids.h). Used by the
// fingerprint, the audits and the engine. Constants.
#pragma once

#include <string_view>

namespace ike {

inline constexpr std::string_view kUnknownImplementation = "unknown";
inline constexpr std::string_view kLibreswan = "libreswan";
inline constexpr std::string_view kStrongSwan = "strongSwan";

}  // namespace ike
