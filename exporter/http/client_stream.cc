#include "exporter/http/client_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace exporter {
namespace {

using std::chrono::seconds;

constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kHeldBytes = 16 * 1024;
// A connection between requests is kept for longer than scrapes are apart.
constexpr ike::Duration kIdle = seconds(75);
constexpr ike::Duration kHeadTime = seconds(10);
constexpr ike::Duration kBodyTime = seconds(10);
// A client that takes less than this in that time is too slow.
constexpr size_t kLeastProgress = 64 * 1024;
constexpr ike::Duration kProgressTime = seconds(10);
constexpr ike::Duration kLongestReply = std::chrono::minutes(5);
constexpr ike::Duration kLingerTime = seconds(2);
constexpr size_t kMaxDiscarded = 4 * 1024 * 1024;
// Messages of TLS that carry no data, one after another.
constexpr int kMaxEmptyReads = 64;

constexpr ike::TimePoint kNone{};

ike::TimePoint Now() { return std::chrono::steady_clock::now(); }

}  // namespace

bool ClientStream::Await(Need need, ike::TimePoint deadline, ike::TimePoint since) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Now());
  if (left.count() <= 0) return false;
  place_->Wait(since);
  pollfd ready{fd_, static_cast<short>(need == Need::kRead ? POLLIN : POLLOUT), 0};
  int count = poll(&ready, 1, static_cast<int>(left.count()));
  return count > 0 || (count < 0 && errno == EINTR);
}

// Appends what has come to in_.
bool ClientStream::Fill(ike::TimePoint deadline) {
  if (!Flush()) return false;
  char bytes[kReadBytes];
  for (int empty = 0; !broken_ && empty < kMaxEmptyReads;) {
    Moved got = Receive(bytes, sizeof bytes);
    if (got.bytes > 0) {
      in_.append(bytes, got.bytes);
      return true;
    }
    if (got.need == Need::kEnd || !Await(got.need, deadline, since_)) break;
    ++empty;
  }
  broken_ = true;
  return false;
}

// The lines that have come, as far as they are the head's.
HeadCheck::Action ClientStream::TakeLines() {
  for (;;) {
    size_t end = in_.find('\n', checked_);
    if (end == in_.npos) return head_.TakePartial(std::string_view(in_).substr(checked_));
    std::string line = in_.substr(checked_, end + 1 - checked_);
    size_t size = line.size();
    HeadCheck::Action verdict = head_.Take(&line);
    if (verdict == HeadCheck::Action::kRefuse) return verdict;
    if (verdict == HeadCheck::Action::kDrop) line.clear();
    in_.replace(checked_, size, line);
    checked_ += line.size();
    if (verdict == HeadCheck::Action::kEnd) return verdict;
  }
}

// Nothing that follows is a request.
void ClientStream::Refuse() {
  refusal_ = head_.error();
  in_ = "GET / HTTP/1.1\r\n\r\n";
  checked_ = in_.size();
}

bool ClientStream::ReadHead() {
  in_.erase(0, std::exchange(read_, 0));
  if (in_.empty()) std::exchange(in_, {});  // an assignment would keep its memory
  checked_ = 0;
  head_ = HeadCheck();
  body_end_ = begun_ = kNone;
  since_ = Now();
  // Nobody connects in order to say nothing.
  bool between = std::exchange(served_, true) && in_.empty();
  ike::TimePoint deadline = since_ + (between ? kIdle : kHeadTime);
  for (;;) {
    HeadCheck::Action verdict = TakeLines();
    if (verdict == HeadCheck::Action::kRefuse) Refuse();
    if (verdict == HeadCheck::Action::kRefuse || verdict == HeadCheck::Action::kEnd) return true;
    bool idle = in_.empty();
    if (!Fill(deadline)) return false;
    if (idle) deadline = Now() + kHeadTime;
  }
}

ssize_t ClientStream::read(char* into, size_t size) {
  bool of_head = read_ < checked_;
  if (!of_head && body_left_ == 0) return 0;
  if (body_end_ == kNone && !of_head) body_end_ = Now() + kBodyTime;
  if (read_ == in_.size() && !of_head) {
    in_.clear();
    read_ = checked_ = 0;
    if (!Fill(body_end_)) return -1;
  }
  size_t left = of_head ? checked_ - read_ : std::min(in_.size() - read_, body_left_);
  size_t taken = std::min(size, left);
  std::memcpy(into, in_.data() + read_, taken);
  read_ += taken;
  if (!of_head) body_left_ -= taken;
  return static_cast<ssize_t>(taken);
}

// Small pieces are collected: each would be a packet of its own.
ssize_t ClientStream::write(const char* bytes, size_t size) {
  if (out_.size() + size <= kHeldBytes) {
    out_.append(bytes, size);
    return broken_ ? -1 : static_cast<ssize_t>(size);
  }
  return Flush() && SendAll({bytes, size}) ? static_cast<ssize_t>(size) : -1;
}

bool ClientStream::Flush() {
  if (out_.empty()) return !broken_;
  return SendAll(std::exchange(out_, {}));
}

bool ClientStream::SendAll(std::string_view bytes) {
  if (begun_ == kNone) {
    begun_ = progress_ = Now();
    progressed_ = 0;
  }
  while (!bytes.empty() && !broken_) {
    Moved sent = Send(bytes);
    bytes.remove_prefix(sent.bytes);
    progressed_ += sent.bytes;
    if (sent.bytes > 0) continue;
    if (progressed_ >= kLeastProgress) {
      progress_ = Now();
      progressed_ = 0;
    }
    ike::TimePoint deadline = std::min(progress_ + kProgressTime, begun_ + kLongestReply);
    broken_ = sent.need == Need::kEnd || !Await(sent.need, deadline, progress_);
    place_->Work();
  }
  return !broken_;
}

void ClientStream::Linger() {
  if (!Flush()) return;
  EndWrites();
  ike::TimePoint begun = Now();
  char bytes[kReadBytes];
  for (size_t discarded = 0; discarded < kMaxDiscarded;) {
    ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return;
    if (got < 0 && !Await(Need::kRead, begun + kLingerTime, begun)) return;
    discarded += got > 0 ? static_cast<size_t>(got) : 0;
  }
}

}  // namespace exporter
