// The order in which a name's addresses are known, whatever the server's rotation of its records.
// Used by the Resolver. Pure functions, any thread.
#pragma once

#include <vector>

#include "probes/base/ip_address.h"

namespace exporter::net {

// Sorted, IPv6 first, without duplicates, and at most 16, so that neither family crowds the other
// out.
void ArrangeAddresses(std::vector<ike::IpAddress>* addresses);

}  // namespace exporter::net
