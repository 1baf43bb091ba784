// What the kernel says about a received datagram or segment in control messages. Used by the
// sockets; pure functions.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "probes/base/ip_address.h"
#include "probes/base/time.h"

namespace exporter::net {

struct ReceiveControl {
  std::optional<ike::Duration> stamp;  // SO_TIMESTAMPNS: wall clock, since the Unix epoch
  ike::IpAddress local;                // IP_PKTINFO: where it was sent to
};

ReceiveControl ReadControl(msghdr* header);

}  // namespace exporter::net
