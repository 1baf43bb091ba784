// What goes out through a UdpSocket, and what comes back: datagrams, ICMP errors, local failures.
// Values; the spans of what comes die with the next call of the function that handed them out.
#pragma once

#include <cstdint>

#include "probes/base/bytes.h"
#include "probes/base/ip_address.h"
#include "probes/base/time.h"

namespace exporter::net {

struct UdpMessage {
  const ike::Endpoint& to;
  const ike::IpAddress& source;  // pinned as the packet's; none = the socket's own
  ike::ByteSpan bytes;           // without the marker
  uint64_t tag;                  // comes back where it could not be sent
};

struct Datagram {
  ike::Endpoint from;
  ike::ByteSpan bytes;     // without the marker
  ike::TimePoint arrival;  // the kernel's stamp, on our clock
  ike::IpAddress local;    // where it was sent to, if asked for
  bool unmarked = false;   // udp-encap: no marker, so it is ESP or garbage; bytes are whole
};

struct IcmpError {
  ike::IpAddress offender;    // who sent it; none: our own stack
  ike::Endpoint destination;  // where our packet had been sent to
  int error = 0;              // as errno: ECONNREFUSED, EHOSTUNREACH ...
  uint8_t type = 0;           // of ICMP or ICMPv6, by the destination's family
  uint8_t code = 0;
  ike::ByteSpan quoted;  // our payload as far as it was quoted, without the marker; may be empty
};

struct SendFailure {
  uint64_t tag;
  int error;  // errno
};

}  // namespace exporter::net
