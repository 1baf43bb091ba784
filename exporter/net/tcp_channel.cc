#include "exporter/net/tcp_channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "exporter/net/address.h"
#include "exporter/net/receive_clock.h"
#include "exporter/net/receive_control.h"
#include "probes/wire/encapsulation.h"

namespace exporter::net {
namespace {

constexpr size_t kMaxWaiting = size_t{64} * 1024;
constexpr size_t kReadBytes = size_t{16} * 1024;
constexpr int kReadsPerTurn = 4;  // then it is another connection's turn

ike::wire::StreamFraming DeframerOf(TcpFraming framing) {
  return framing == TcpFraming::kRfc9329 ? ike::wire::StreamFraming::kLengthPrefixed
                                         : ike::wire::StreamFraming::kIkeHeader;
}

TcpEnd EndOf(int error, bool is_connected) {
  switch (error) {
    case ECONNREFUSED:
      return TcpEnd::kRefused;
    case ECONNRESET:
    case EPIPE:
      return is_connected ? TcpEnd::kReset : TcpEnd::kRefused;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENOPROTOOPT:
    case ENONET:
      return TcpEnd::kUnreachable;
    case ETIMEDOUT:
      return TcpEnd::kTimeout;
    default:
      return TcpEnd::kLocal;
  }
}

// Of an error that came back for what had been sent, not from the call itself. The prohibition of
// ICMPv6 (RFC 4443 section 3.1) is EACCES then, which of the call would be our own system's.
TcpEnd EndOfSent(int error, bool is_connected) {
  const bool is_answer = error == EACCES || error == EPROTO;
  return is_answer ? TcpEnd::kUnreachable : EndOf(error, is_connected);
}

tl::unexpected<TcpClosed> Refuse(int error) {
  return tl::make_unexpected(TcpClosed{EndOf(error, false), error});
}

void Enable(int fd, int level, int option) {
  const int one = 1;
  setsockopt(fd, level, option, &one, sizeof one);
}

bool Bind(int fd, const TcpTarget& target) {
  ike::Endpoint from = target.from;
  if (from.address.empty() && from.port == 0) return true;
  if (from.address.empty()) from.address.size = target.to.address.size;
  // A fixed port may be in TIME_WAIT from the last probe; without one the kernel chooses it only
  // when the destination is known, which leaves more of them.
  Enable(fd, SOL_SOCKET, SO_REUSEADDR);
  if (from.port == 0) Enable(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  sockaddr_storage address{};
  const socklen_t size = ToSockaddr(from, &address);
  return bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0;
}

bool StartConnect(int fd, const TcpTarget& target) {
  Enable(fd, IPPROTO_TCP, TCP_NODELAY);
  Enable(fd, SOL_SOCKET, SO_TIMESTAMPNS);
  if (!Bind(fd, target)) return false;
  sockaddr_storage address{};
  const socklen_t size = ToSockaddr(target.to, &address);
  return connect(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 || errno == EINPROGRESS;
}

}  // namespace

struct TcpChannel::State {
  State(EventLoop* event_loop, TcpHandler* events, TcpFraming tcp_framing)
      : loop(event_loop),
        handler(events),
        framing(tcp_framing),
        deframer(DeframerOf(tcp_framing)) {}
  ~State() { Shut(); }

  bool is_open() const { return fd >= 0; }
  bool Queue(ike::ByteSpan message);
  void OnReady(uint32_t events);
  void FinishConnect();
  void Read();
  bool ReadSome();
  bool HandOn(ike::TimePoint arrival);
  void Write();
  void Watch();
  void Close(TcpEnd end, int error);
  void Shut();

  EventLoop* const loop;
  TcpHandler* handler;
  const TcpFraming framing;
  int fd = -1;
  bool is_connected = false;
  ike::Endpoint local;
  ike::wire::StreamDeframer deframer;
  ReceiveClock clock;
  ike::Bytes waiting;  // to be written
};

bool TcpChannel::State::Queue(ike::ByteSpan message) {
  if (!is_open() || message.size() > ike::wire::kMaxFramedMessage) return false;
  const bool fits = waiting.size() + message.size() + ike::wire::kFrameHeaderSize <= kMaxWaiting;
  if (!fits) return false;
  ike::Writer writer(&waiting);
  if (framing == TcpFraming::kRaw) writer.Put(message);
  if (framing == TcpFraming::kRfc9329) ike::wire::WriteFramed(message, &writer);
  return true;
}

void TcpChannel::State::OnReady(uint32_t events) {
  if (!is_connected) FinishConnect();
  if (is_open() && (events & EPOLLOUT) != 0) Write();
  if (is_open() && (events & ~uint32_t{EPOLLOUT}) != 0) Read();
}

void TcpChannel::State::FinishConnect() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Close(EndOfSent(error, false), error);
  is_connected = true;
  sockaddr_storage address{};
  size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  local = FromSockaddr(address);
  handler->OnConnected();
}

void TcpChannel::State::Read() {
  for (int i = 0; i < kReadsPerTurn && ReadSome(); ++i) {
  }
}

// False: nothing more to read for now, or ever.
bool TcpChannel::State::ReadSome() {
  std::array<uint8_t, kReadBytes> bytes;
  alignas(cmsghdr) std::array<uint8_t, 128> control;
  iovec vector{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t count = recvmsg(fd, &header, MSG_DONTWAIT);
  if (count < 0) {
    const int error = errno;
    const bool is_transient = error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
    if (!is_transient) Close(EndOfSent(error, true), error);
    clock.Drained();
    return false;
  }
  if (count == 0) {
    Close(TcpEnd::kEof, 0);
    return false;
  }
  clock.Update(ReadClocks());
  deframer.Append(ike::ByteSpan(bytes).first(static_cast<size_t>(count)));
  return HandOn(clock.Arrival(ReadControl(&header).stamp));
}

bool TcpChannel::State::HandOn(ike::TimePoint arrival) {
  while (is_open()) {
    ike::ByteSpan message;
    switch (deframer.Next(&message)) {
      case ike::wire::DeframeStatus::kNeedMore:
        return true;
      case ike::wire::DeframeStatus::kMessage:
        handler->OnMessage(message, arrival);
        break;
      case ike::wire::DeframeStatus::kError:
        Close(TcpEnd::kProtocol, 0);
        break;
    }
  }
  return false;
}

// An error is left to the next Read, which also delivers what came before it.
void TcpChannel::State::Write() {
  while (!waiting.empty()) {
    const ssize_t count = send(fd, waiting.data(), waiting.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    waiting.erase(waiting.begin(), waiting.begin() + count);
  }
  Watch();
}

void TcpChannel::State::Watch() {
  loop->ModifyFd(fd, EPOLLIN | (waiting.empty() ? 0u : uint32_t{EPOLLOUT}));
}

void TcpChannel::State::Close(TcpEnd end, int error) {
  Shut();
  handler->OnClosed({end, error});
}

void TcpChannel::State::Shut() {
  if (!is_open()) return;
  loop->RemoveFd(fd);
  close(std::exchange(fd, -1));
}

tl::expected<std::unique_ptr<TcpChannel>, TcpClosed> TcpChannel::Connect(EventLoop* loop,
                                                                         const TcpTarget& target,
                                                                         TcpHandler* handler) {
  auto state = std::make_shared<State>(loop, handler, target.framing);
  const int domain = target.to.address.is_v4() ? AF_INET : AF_INET6;
  state->fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (!state->is_open() || !StartConnect(state->fd, target)) return Refuse(errno);
  // The callback's own share keeps the state while the handler destroys the channel.
  const bool is_watched =
      loop->AddFd(state->fd, EPOLLOUT, [state](uint32_t events) { state->OnReady(events); });
  if (!is_watched) return Refuse(errno);
  if (target.framing == TcpFraming::kRfc9329) {
    state->waiting.assign(ike::wire::kTcpStreamPrefix.begin(), ike::wire::kTcpStreamPrefix.end());
  }
  return std::unique_ptr<TcpChannel>(new TcpChannel(std::move(state)));
}

TcpChannel::TcpChannel(std::shared_ptr<State> state) : state_(std::move(state)) {}
TcpChannel::~TcpChannel() { state_->Shut(); }

bool TcpChannel::Send(ike::ByteSpan message) {
  if (!state_->Queue(message)) return false;
  if (state_->is_connected) state_->Write();
  return true;
}

bool TcpChannel::is_open() const { return state_->is_open(); }

int TcpChannel::fd() const { return state_->fd; }

void TcpChannel::set_handler(TcpHandler* handler) { state_->handler = handler; }

const ike::Endpoint& TcpChannel::local() const { return state_->local; }

}  // namespace exporter::net
