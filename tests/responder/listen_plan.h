// Which endpoints to bind for a fleet: one wildcard for each port, or one for each address. Used by
// the services; pure.
#pragma once

#include <vector>

#include "tests/responder/fleet.h"

namespace responder {

std::vector<Endpoint> PlanEndpoints(const Fleet& fleet, const std::vector<uint16_t>& ports,
                                    Transport transport);

// True when wildcard sockets serve all addresses, the absent ones' too.
bool UsesWildcard(const Fleet& fleet);

}  // namespace responder
