#include "exporter/net/hosts_file.h"

#include <ares.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>

namespace exporter::net {

std::vector<ike::IpAddress> AddressesInHostsFile(ares_channeldata* channel, const std::string& name,
                                                 int domain) {
  std::vector<ike::IpAddress> addresses;
  for (int family : {AF_INET6, AF_INET}) {
    hostent* found = nullptr;
    const bool is_wanted = domain == AF_UNSPEC || domain == family;
    if (!is_wanted || ares_gethostbyname_file(channel, name.c_str(), family, &found) != 0) continue;
    for (char** each = found->h_addr_list; *each != nullptr; ++each) {
      ike::IpAddress& address = addresses.emplace_back();
      address.size = family == AF_INET ? 4 : 16;
      std::copy_n(reinterpret_cast<const uint8_t*>(*each), address.size, address.octets.begin());
    }
    ares_free_hostent(found);
  }
  return addresses;
}

}  // namespace exporter::net
