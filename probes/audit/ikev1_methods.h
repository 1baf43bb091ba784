// The authentication methods of IKEv1 that gateways ask for, in the sets that one opening may hold:
// libreswan has connections with XAUTH and without, and is silent to an opening that finds none of
// its kind. Methods that it does not know it passes over. Used by the IKEv1 audit. Constants.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ike::audit {

using Methods = std::vector<uint16_t>;

// RFC 2409 appendix A, draft-beaulieu-ike-xauth-02 section 7.2, draft-zegman-ike-hybrid-auth-01.
inline constexpr uint16_t kPsk = 1;
inline constexpr uint16_t kRsaSignatures = 3;
inline constexpr uint16_t kXauthPsk = 65001;
inline constexpr uint16_t kXauthRsa = 65005;
inline constexpr uint16_t kHybridRsa = 64221;

inline Methods PlainMethods() { return {kPsk, kRsaSignatures}; }
inline Methods XauthMethods() { return {kXauthPsk, kXauthRsa, kHybridRsa}; }

inline bool Contains(const Methods& methods, uint16_t method) {
  return std::ranges::find(methods, method) != methods.end();
}

}  // namespace ike::audit
