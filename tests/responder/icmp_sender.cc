#include "tests/responder/icmp_sender.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tests/responder/socket_address.h"

namespace responder {
namespace {

constexpr uint8_t kDestinationUnreachable = 3;
constexpr size_t kMaxQuoted = 548;  // RFC 1812 section 4.3.2.3: no more than 576 bytes in all

// RFC 1071.
uint16_t Checksum(View bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += Get16(bytes, i);
  if (bytes.size() % 2 != 0) sum += static_cast<uint32_t>(bytes.back()) << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

Bytes QuotedPacket(const IcmpError& error, View payload) {
  Bytes packet = {0x45, 0};
  Put16(packet, static_cast<uint32_t>(28 + payload.size()));
  packet.insert(packet.end(), {0, 0, 0x40, 0, 64, IPPROTO_UDP, 0, 0});
  PutAll(packet, error.to.address.bytes());
  PutAll(packet, error.quoted.address.bytes());
  Set16(packet, 10, Checksum(packet));
  Put16(packet, error.to.port);
  Put16(packet, error.quoted.port);
  Put16(packet, static_cast<uint32_t>(8 + payload.size()));
  Put16(packet, 0);
  PutAll(packet, payload.first(std::min(payload.size(), kMaxQuoted - packet.size())));
  return packet;
}

}  // namespace

IcmpSender::~IcmpSender() {
  if (fd_ >= 0) close(fd_);
}

bool IcmpSender::Open() {
  if (fd_ >= 0 || refused_) return fd_ >= 0;
  fd_ = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
  refused_ = fd_ < 0;
  if (refused_) std::fprintf(stderr, "ike_responder: no right to send ICMP errors\n");
  return fd_ >= 0;
}

void IcmpSender::Send(const IcmpError& error, View payload) {
  if (error.to.address.size != 4 || !Open()) return;
  Bytes message = {kDestinationUnreachable, error.code, 0, 0, 0, 0, 0, 0};
  PutAll(message, QuotedPacket(error, payload));
  Set16(message, 2, Checksum(message));
  iovec part = {message.data(), message.size()};
  sockaddr_storage name;
  msghdr header{};
  header.msg_name = &name;
  header.msg_namelen = WriteSocketAddress({error.to.address, 0}, name);
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(in6_pktinfo))];
  header.msg_control = control;
  PinSource(header, error.from);
  sendmsg(fd_, &header, 0);
}

}  // namespace responder
