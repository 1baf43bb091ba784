#include "exporter/net/receive_control.h"

#include <netinet/in.h>
#include <time.h>

#include <chrono>
#include <cstring>

#include "exporter/net/address.h"

namespace exporter::net {
namespace {

template <typename Data>
Data DataOf(const cmsghdr* control) {
  Data data;
  std::memcpy(&data, CMSG_DATA(control), sizeof data);
  return data;
}

bool Is(const cmsghdr* control, int level, int type) {
  return control->cmsg_level == level && control->cmsg_type == type;
}

ike::Duration FromTimespec(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

ike::IpAddress FromPktinfo(const in_pktinfo& info) {
  ike::IpAddress address;
  address.size = 4;
  std::memcpy(address.octets.data(), &info.ipi_addr, 4);
  return address;
}

ike::IpAddress FromPktinfo(const in6_pktinfo& info) {
  ike::IpAddress address;
  address.size = 16;
  std::memcpy(address.octets.data(), &info.ipi6_addr, 16);
  if (IsLinkLocal(address)) address.scope_id = info.ipi6_ifindex;
  return address;
}

}  // namespace

ReceiveControl ReadControl(msghdr* header) {
  ReceiveControl read;
  for (cmsghdr* control = CMSG_FIRSTHDR(header); control != nullptr;
       control = CMSG_NXTHDR(header, control)) {
    if (Is(control, SOL_SOCKET, SCM_TIMESTAMPNS)) {
      read.stamp = FromTimespec(DataOf<timespec>(control));
    }
    if (Is(control, IPPROTO_IP, IP_PKTINFO)) {
      read.local = FromPktinfo(DataOf<in_pktinfo>(control));
    }
    if (Is(control, IPPROTO_IPV6, IPV6_PKTINFO)) {
      read.local = FromPktinfo(DataOf<in6_pktinfo>(control));
    }
  }
  return read;
}

}  // namespace exporter::net
