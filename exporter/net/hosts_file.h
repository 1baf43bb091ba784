// What the hosts file says of a name. Used by the Resolver for names with a final dot, which c-ares
// does not find there. Reads the file; one thread.
#pragma once

#include <string>
#include <vector>

#include "probes/base/ip_address.h"

struct ares_channeldata;

namespace exporter::net {

// The addresses of `name`, which has no final dot, of `domain`: AF_INET, AF_INET6 or AF_UNSPEC; of
// each family those of the first line that has the name.
std::vector<ike::IpAddress> AddressesInHostsFile(ares_channeldata* channel, const std::string& name,
                                                 int domain);

}  // namespace exporter::net
