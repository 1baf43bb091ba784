#include "exporter/net/error_queue.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "probes/wire/encapsulation.h"

namespace exporter::net {
namespace {

bool IsError(const cmsghdr& control) {
  return (control.cmsg_level == IPPROTO_IP && control.cmsg_type == IP_RECVERR) ||
         (control.cmsg_level == IPPROTO_IPV6 && control.cmsg_type == IPV6_RECVERR);
}

bool IsIcmp(const sock_extended_err& error) {
  return error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
}

// SO_EE_OFFENDER: the sender of the ICMP message follows the error.
ike::IpAddress Offender(const cmsghdr& control) {
  sockaddr_storage storage{};
  const size_t present = control.cmsg_len - CMSG_LEN(sizeof(sock_extended_err));
  const uint8_t* start = CMSG_DATA(&control) + sizeof(sock_extended_err);
  std::memcpy(&storage, start, std::min(present, sizeof storage));
  return FromSockaddr(storage).address;
}

// Fills in what the control message says; false: it is our own stack's word that a message is too
// long, which the call that sent it has returned too.
bool ReadError(msghdr* header, IcmpError* out) {
  for (cmsghdr* control = CMSG_FIRSTHDR(header); control != nullptr;
       control = CMSG_NXTHDR(header, control)) {
    if (!IsError(*control) || control->cmsg_len < CMSG_LEN(sizeof(sock_extended_err))) continue;
    sock_extended_err error;
    std::memcpy(&error, CMSG_DATA(control), sizeof error);
    out->error = static_cast<int>(error.ee_errno);
    out->type = error.ee_type;
    out->code = error.ee_code;
    out->offender = IsIcmp(error) ? Offender(*control) : ike::IpAddress{};
    return error.ee_errno != EMSGSIZE || IsIcmp(error);
  }
  return false;
}

}  // namespace

const IcmpError* ErrorQueue::Next() {
  for (;;) {
    sockaddr_storage destination{};
    alignas(cmsghdr) std::array<uint8_t, 512> control;
    iovec vector{quoted_.data(), quoted_.size()};
    msghdr header{};
    header.msg_name = &destination;
    header.msg_namelen = sizeof destination;
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t size = recvmsg(fd_, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return nullptr;
    if (!ReadError(&header, &error_)) continue;
    error_.destination = FromSockaddr(destination);
    error_.quoted = {quoted_.data(), static_cast<size_t>(size)};
    if (!marked_) return &error_;
    error_.quoted = ike::wire::StripMarker(error_.quoted).value_or(ike::ByteSpan{});
    return &error_;
  }
}

}  // namespace exporter::net
