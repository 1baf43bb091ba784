// Access: who may be probed on request (contract section 3, `[api] allow` and `ports`). Pure
// decisions over the configuration and what a name resolved to; so that the address that was
// checked is the one that is probed. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/http_error.h"
#include "exporter/targets/store.h"
#include "probes/base/ip_address.h"

namespace exporter {

// 403 where `port` is neither an IKE port, a configured target's, nor listed.
std::optional<HttpError> CheckPort(const TargetTable& table, uint16_t port);

// Whether an ad hoc probe may ever be sent there: never to multicast, broadcast or unspecified
// addresses, whatever the configuration says.
bool MayBeProbed(const ike::IpAddress& address);

// What can be said of a host before it is resolved.
enum class NameRule : uint8_t {
  kNever,      // no rule allows it, whatever it resolves to
  kByAddress,  // a network may, and nothing else
  kByName,     // it is configured or listed, or any name is allowed
};
NameRule RuleForName(const TargetTable& table, std::string_view host);

// Those of `addresses`, to which `host` resolved, that may be probed. `listed` are the addresses of
// the host names in [api] allow.
std::vector<ike::IpAddress> AllowedAddresses(const TargetTable& table, std::string_view host,
                                             const std::vector<ike::IpAddress>& addresses,
                                             const std::vector<ike::IpAddress>& listed);

// 403 for a host none of whose addresses is allowed.
HttpError NotAllowed(std::string_view host);

}  // namespace exporter
