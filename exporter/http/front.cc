#include "exporter/http/front.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "exporter/log.h"

namespace exporter {
namespace {

constexpr size_t kMaxConnections = 4096;
constexpr size_t kMinConnections = 64;
constexpr size_t kMaxHeldBytes = 64 * 1024 * 1024;
constexpr size_t kMaxStreams = 16;
constexpr int kAcceptsPerTurn = 64;
constexpr ike::Duration kAcceptPause = std::chrono::milliseconds(50);
constexpr ike::Duration kHeartbeat = std::chrono::seconds(1);
// Every connection has at most one job, so these pools' queues are bounded by the connections.
constexpr size_t kAnyQueue = kMaxConnections;

// Half of the descriptors are for probes over TCP, files and the like.
size_t ConnectionLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMinConnections;
  return std::clamp(static_cast<size_t>(limit.rlim_cur / 2), kMinConnections, kMaxConnections);
}

}  // namespace

Work WorkOf(const Route& route) {
  if (route.stage == Stage::kProbe) return Work::kProbe;
  return route.stage == Stage::kScrape ? Work::kScrape : Work::kPage;
}

tl::expected<std::unique_ptr<Front>, std::string> Front::Create(Site* site, WebAccess* access) {
  auto loop = net::EventLoop::Create();
  if (!loop) return tl::make_unexpected(loop.error());
  return std::unique_ptr<Front>(new Front(site, access, std::move(*loop)));
}

Front::Front(Site* site, WebAccess* access, std::unique_ptr<net::EventLoop> loop)
    : site_(site),
      access_(access),
      loop_(std::move(loop)),
      max_connections_(ConnectionLimit()),
      pools_{{{1, kAnyQueue}, {1, 16}, {2, kAnyQueue}, {2, 64}, {128, 64}}} {
  pause_.callback = [this] { Listen(EPOLLIN); };
  heart_.callback = [this] { Beat(); };
}

Front::~Front() { Stop(ike::Duration::zero()); }

bool Front::Start(std::vector<Listener> listeners) {
  listeners_ = std::move(listeners);
  for (const Listener& listener : listeners_) {
    int fd = listener.fd();
    if (!loop_->AddFd(fd, EPOLLIN, [this, fd](uint32_t) { Accept(fd); })) return false;
  }
  Beat();
  thread_ = std::thread([this] { loop_->Run(this, ike::Duration::zero()); });
  return true;
}

void Front::Stop(ike::Duration patience) {
  if (!thread_.joinable()) return;
  loop_->Post([this, patience] {
    for (const Listener& listener : listeners_) loop_->RemoveFd(listener.fd());
    stopping_ = true;
    stop_until_ = loop_->now() + patience;
    std::vector<Connection*> all;
    for (const auto& [id, connection] : connections_) all.push_back(connection.get());
    for (Connection* connection : all) connection->WindDown();
  });
  thread_.join();
  for (WorkerPool& pool : pools_) pool.Stop();
  listeners_.clear();
}

void Front::Post(uint64_t id, std::function<void(Connection*)> task) {
  loop_->Post([this, id, task = std::move(task)] {
    auto found = connections_.find(id);
    if (found != connections_.end()) task(found->second.get());
  });
}

ike::TimePoint Front::OnTick(ike::TimePoint now) {
  ended_.clear();
  if (!stopping_) return ike::TimePoint::max();
  if (connections_.empty() || now >= stop_until_) loop_->Stop();
  return stop_until_;
}

void Front::Beat() {
  beats_.fetch_add(1, std::memory_order_relaxed);
  loop_->Arm(&heart_, loop_->now() + kHeartbeat);
  if (access_->has_files()) Submit(Work::kHandshake, [this] { access_->Refresh(); });
}

void Front::Listen(uint32_t events) {
  for (const Listener& listener : listeners_) loop_->ModifyFd(listener.fd(), events);
}

void Front::PauseAccepting() {
  Listen(0);
  loop_->Arm(&pause_, loop_->now() + kAcceptPause);
}

void Front::Accept(int listener) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Admit(fd);
      continue;
    }
    if (errno == EAGAIN) return;
    bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    // One descriptor more is one client less.
    if (exhausted && !EvictOldest()) return PauseAccepting();
  }
}

void Front::Admit(int fd) {
  WebPolicyPtr policy = access_->current();
  bool tls = policy->tls != nullptr;
  std::shared_ptr<Channel> channel = tls ? Channel::Tls(fd, policy->tls.get()) : Channel::Plain(fd);
  if (!channel) return;
  if (connections_.size() >= max_connections_ && !EvictOldest()) return;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  uint64_t id = ++next_id_;
  auto connection = std::make_unique<Connection>(this, id, std::move(channel));
  connections_.emplace(id, std::move(connection)).first->second->Begin(tls);
}

bool Front::EvictOldest() {
  if (waiting_.empty()) return false;
  waiting_.front()->End();
  return true;
}

void Front::NotePhase(Connection* connection) {
  auto& place = connection->books.place;
  if (place) waiting_.erase(*place);
  place.reset();
  if (connection->waits()) place = waiting_.insert(waiting_.end(), connection);
}

void Front::NoteHeld(Connection* connection) {
  held_ += connection->held() - connection->books.held;
  connection->books.held = connection->held();
  while (held_ > kMaxHeldBytes) {
    auto victim = std::find_if(waiting_.begin(), waiting_.end(), [&](const Connection* other) {
      return other != connection && other->books.held > 0;
    });
    if (victim == waiting_.end()) return;
    (*victim)->End();
  }
}

bool Front::MayStream() {
  auto streams = [](const auto& item) { return item.second->streams(); };
  auto count = std::count_if(connections_.begin(), connections_.end(), streams);
  if (static_cast<size_t>(count) < kMaxStreams) return true;
  auto slowest = std::find_if(waiting_.begin(), waiting_.end(),
                              [](const Connection* other) { return other->streams(); });
  if (slowest == waiting_.end()) return false;
  (*slowest)->End();
  return true;
}

void Front::Forget(Connection* connection) {
  if (auto& place = connection->books.place) waiting_.erase(*place);
  connection->books.place.reset();
  held_ -= connection->books.held;
  connection->books.held = 0;
  auto found = connections_.find(connection->id());
  ended_.push_back(std::move(found->second));
  connections_.erase(found);
}

}  // namespace exporter
