#include "tests/responder/listen_plan.h"

#include <set>

namespace responder {
namespace {

// Above this many addresses a socket for each costs more than it shows.
constexpr uint64_t kFewAddresses = 256;

void AddEach(const Fleet& fleet, Transport transport, std::set<Address>& out) {
  for (const AddressRange& range : fleet.ranges()) {
    Fleet::Place place = fleet.Find(range.first);
    if (!place.gateway->posture().Serves(transport)) continue;
    out.insert(range.first);
    if (range.first.size == 16) continue;
    for (uint64_t at = range.first.v4(); at <= range.last.v4(); ++at) {
      out.insert(Address::V4(static_cast<uint32_t>(at)));
    }
  }
}

void AddWildcards(const Fleet& fleet, std::set<Address>& out) {
  for (const AddressRange& range : fleet.ranges()) {
    Address any;
    any.size = range.first.size;
    out.insert(any);
  }
}

}  // namespace

bool UsesWildcard(const Fleet& fleet) {
  if (fleet.listen().binding != Binding::kAuto) {
    return fleet.listen().binding == Binding::kWildcard;
  }
  return fleet.addresses() > kFewAddresses;
}

std::vector<Endpoint> PlanEndpoints(const Fleet& fleet, const std::vector<uint16_t>& ports,
                                    Transport transport) {
  std::set<Address> addresses;
  if (UsesWildcard(fleet)) {
    AddWildcards(fleet, addresses);
  } else {
    AddEach(fleet, transport, addresses);
  }
  std::vector<Endpoint> endpoints;
  for (const Address& address : addresses) {
    for (uint16_t port : ports) endpoints.push_back({address, port});
  }
  return endpoints;
}

}  // namespace responder
