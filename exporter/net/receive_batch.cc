#include "exporter/net/receive_batch.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "exporter/net/receive_control.h"
#include "probes/wire/encapsulation.h"

namespace exporter::net {
namespace {

// An ICMP error that waits in the socket is returned once in place of datagrams; the error queue
// has it too. A flood of them is left to the next turn.
constexpr int kAttempts = 8;

// A cache line more than a page, lest the beginnings of all datagrams compete for the same lines.
constexpr size_t kStride = UdpSocket::kReceiveBytes + 64;
constexpr size_t kAllBytes = UdpSocket::kBatch * kStride;

// What an ordinary answer does not exceed.
constexpr size_t kOrdinaryBytes = 4096;

// Tells the kernel how to keep the pages that lie wholly within `bytes`.
void Advise(uint8_t* bytes, int advice) {
  constexpr uintptr_t kPage = 65536;  // the largest that Linux has
  const auto begin = (reinterpret_cast<uintptr_t>(bytes) + kPage - 1) & ~(kPage - 1);
  const auto end = (reinterpret_cast<uintptr_t>(bytes) + kAllBytes) & ~(kPage - 1);
  madvise(reinterpret_cast<void*>(begin), end - begin, advice);
}

// RFC 3948 section 2.3: one byte, 0xFF.
bool IsKeepalive(ike::ByteSpan bytes) { return bytes.size() == 1 && bytes[0] == 0xff; }

}  // namespace

ReceiveBatch::ReceiveBatch(int fd, bool marked)
    : fd_(fd),
      marked_(marked),
      bytes_(new uint8_t[kAllBytes]),
      slots_(new Slot[UdpSocket::kBatch]) {
  // A huge page would be memory for all of what is rarely filled.
  Advise(bytes_.get(), MADV_NOHUGEPAGE);
  for (size_t i = 0; i < UdpSocket::kBatch; ++i) {
    vectors_[i] = {&bytes_[i * kStride], UdpSocket::kReceiveBytes};
    headers_[i].msg_hdr.msg_name = &slots_[i].from;
    headers_[i].msg_hdr.msg_control = slots_[i].control.data();
    headers_[i].msg_hdr.msg_iov = &vectors_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
  }
}

size_t ReceiveBatch::Read() {
  for (mmsghdr& header : headers_) {
    header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    header.msg_hdr.msg_controllen = kControlBytes;
  }
  if (has_grown_) Advise(bytes_.get(), MADV_DONTNEED);  // what was read
  const int count = ReadSome();
  NoteSizes(static_cast<size_t>(std::max(count, 0)));
  if (count > 0) clock_.Update(ReadClocks());
  if (count <= 0) clock_.Drained();
  return count > 0 ? static_cast<size_t>(count) : 0;
}

int ReceiveBatch::ReadSome() {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const int count = recvmmsg(fd_, headers_.data(), UdpSocket::kBatch, MSG_DONTWAIT, nullptr);
    if (count >= 0 || errno == EAGAIN || errno == EWOULDBLOCK) return count;
    met_error_ |= errno != EINTR;
  }
  return 0;
}

void ReceiveBatch::NoteSizes(size_t count) {
  has_grown_ = std::any_of(headers_.begin(), headers_.begin() + static_cast<std::ptrdiff_t>(count),
                           [](const mmsghdr& header) { return header.msg_len > kOrdinaryBytes; });
}

ike::ByteSpan ReceiveBatch::BytesAt(size_t index) const {
  const ike::ByteSpan bytes{static_cast<const uint8_t*>(vectors_[index].iov_base),
                            headers_[index].msg_len};
  if (!marked_) return bytes;
  return bytes.subspan(std::min(bytes.size(), ike::wire::kNonEspMarkerSize));
}

const Datagram* ReceiveBatch::At(size_t index) {
  mmsghdr& header = headers_[index];
  const ReceiveControl control = ReadControl(&header.msg_hdr);
  datagram_.from = FromSockaddr(slots_[index].from);
  datagram_.bytes = {static_cast<const uint8_t*>(vectors_[index].iov_base), header.msg_len};
  datagram_.arrival = clock_.Arrival(control.stamp);
  datagram_.local = control.local;
  return marked_ && !Unwrap() ? nullptr : &datagram_;
}

// False: there is nothing to hand on.
bool ReceiveBatch::Unwrap() {
  if (IsKeepalive(datagram_.bytes)) return false;
  const auto message = ike::wire::StripMarker(datagram_.bytes);
  datagram_.unmarked = !message;
  if (message) datagram_.bytes = *message;
  return true;
}

}  // namespace exporter::net
