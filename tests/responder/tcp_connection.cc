#include "tests/responder/tcp_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace responder {
namespace {

constexpr uint8_t kPrefix[] = {'I', 'K', 'E', 'T', 'C', 'P'};  // RFC 9329 section 4
constexpr size_t kFrameHeader = 2, kMarker = 4;
constexpr size_t kMaxMessage = 65535;
constexpr size_t kSplitSize = 5;
constexpr int64_t kSplitPause = 1'000'000;

}  // namespace

TcpConnection::TcpConnection(int fd, bool framed, Fleet::Place place)
    : fd_(fd), framed_(framed), place_(place) {}

TcpConnection::~TcpConnection() { close(fd_); }

bool TcpConnection::Read(const Request& ends, EventLog& log) {
  uint8_t buffer[16384];
  ssize_t count = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  in_.insert(in_.end(), buffer, buffer + count);
  while (true) {
    Bytes message;
    Take taken = framed_ ? TakeFramed(message) : TakeRaw(message);
    if (taken == Take::kBroken) return false;
    if (taken == Take::kMore) return true;
    if (place_.gateway->posture().tcp == TcpHabit::kLeave) return false;
    Request request = ends;
    request.slot = place_.slot;
    request.message = message;
    place_.gateway->Handle(request, *this, log);
  }
}

// RFC 9329 section 3: the length counts itself; 0 and 1 close the connection.
TcpConnection::Take TcpConnection::TakeFramed(Bytes& message) {
  if (!prefix_seen_) {
    size_t have = std::min(in_.size(), sizeof kPrefix);
    if (!std::equal(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(have), kPrefix)) {
      return Take::kBroken;
    }
    if (have < sizeof kPrefix) return Take::kMore;
    in_.erase(in_.begin(), in_.begin() + sizeof kPrefix);
    prefix_seen_ = true;
  }
  while (in_.size() >= kFrameHeader) {
    size_t length = Get16(in_, 0);
    if (length < kFrameHeader) return Take::kBroken;
    if (in_.size() < length) return Take::kMore;
    Bytes frame(in_.begin() + kFrameHeader, in_.begin() + static_cast<ptrdiff_t>(length));
    in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(length));
    // Without the marker it is ESP or a keepalive.
    bool ike = frame.size() >= kMarker && Get32(frame, 0) == 0;
    if (!ike) continue;
    message.assign(frame.begin() + kMarker, frame.end());
    return Take::kMessage;
  }
  return Take::kMore;
}

TcpConnection::Take TcpConnection::TakeRaw(Bytes& message) {
  if (in_.size() < kHeaderSize) return Take::kMore;
  size_t length = Get32(in_, 24);
  if (length < kHeaderSize || length > kMaxMessage) return Take::kBroken;
  if (in_.size() < length) return Take::kMore;
  message.assign(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(length));
  in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(length));
  return Take::kMessage;
}

Bytes TcpConnection::Frame(View bytes, bool marker) const {
  bool lies = place_.gateway->posture().tcp == TcpHabit::kBadLength;
  Bytes stream;
  if (framed_) {
    size_t length = kFrameHeader + (marker ? kMarker : 0) + bytes.size();
    Put16(stream, lies ? 0 : static_cast<uint32_t>(std::min<size_t>(length, 0xffff)));
    if (marker) Put32(stream, 0);
  }
  PutAll(stream, bytes);
  if (lies && !framed_ && stream.size() >= kHeaderSize) Set32(stream, 24, 3);
  return stream;
}

void TcpConnection::Send(const Request& request, View bytes, const Departure& departure) {
  if (departure.icmp_code) return;
  Schedule(Frame(bytes, !departure.flip_marker), request.now + departure.delay);
}

void TcpConnection::Schedule(const Bytes& stream, int64_t due) {
  const Posture& posture = place_.gateway->posture();
  size_t step = stream.size(), end = stream.size();
  int64_t pause = 0;
  if (posture.tcp == TcpHabit::kUnfinished && end > 0) --end;
  if (posture.tcp == TcpHabit::kDribble) {
    step = 1;
    pause = posture.tcp_pause;
  } else if (posture.tcp == TcpHabit::kSplit) {
    step = kSplitSize;
    pause = kSplitPause;
  }
  for (size_t at = 0; at < end; at += step) {
    auto begin = stream.begin() + static_cast<ptrdiff_t>(at);
    auto stop = stream.begin() + static_cast<ptrdiff_t>(std::min(at + step, end));
    out_.push_back({due, Bytes(begin, stop)});
    due += pause;
  }
}

int64_t TcpConnection::NextDue() const { return out_.empty() ? INT64_MAX : out_.front().due; }

bool TcpConnection::Write(int64_t now) {
  while (!out_.empty() && out_.front().due <= now) {
    Bytes& bytes = out_.front().bytes;
    ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) return false;
    if (count < static_cast<ssize_t>(bytes.size())) {
      // The peer reads slowly: the rest a little later.
      bytes.erase(bytes.begin(), bytes.begin() + std::max<ssize_t>(count, 0));
      out_.front().due = now + kSplitPause;
      return true;
    }
    out_.pop_front();
  }
  return true;
}

}  // namespace responder
