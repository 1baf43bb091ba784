#include "exporter/http/front.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "exporter/log.h"

namespace exporter {
namespace {

constexpr size_t kMaxConnections = 4096;
constexpr size_t kMinConnections = 64;
constexpr size_t kMaxHeldBytes = 64 * 1024 * 1024;
// Enough that nobody waits long to be accepted, and few enough that nobody else waits long
// meanwhile.
constexpr int kAcceptsPerTurn = 256;
// With some 45 kB each.
constexpr size_t kMaxHandshakes = 1024;
constexpr ike::Duration kHandshakeGrace = std::chrono::milliseconds(250);
constexpr ike::Duration kAcceptPause = std::chrono::milliseconds(50);
constexpr ike::Duration kHeartbeat = std::chrono::seconds(1);
// Every connection has at most one job that it waits for: beside as many abandoned ones there is
// always room, and they need not be looked for with each job.
constexpr size_t kAnyQueue = 2 * kMaxConnections;
// What a few clients with as many connections as anybody needs may ask for at once.
constexpr size_t kPasswords = 64;

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
      handshakes_(kMaxHandshakes, kHandshakeGrace),
      pools_{{{1, kAnyQueue}, {1, kPasswords}, {2, kAnyQueue}, {2, 64}, {kProbeThreads, 64}}} {
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
  // Each kind has a thread from now on: later another may take the last that the system gives.
  for (WorkerPool& pool : pools_) pool.Submit({[] {}});
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
  AdmitHandshakes(now);
  ended_.clear();
  if (!stopping_) return handshakes_.NextOverdue();
  if (connections_.empty() || now >= stop_until_) loop_->Stop();
  return stop_until_;
}

void Front::AdmitHandshakes(ike::TimePoint now) {
  for (;;) {
    if (Connection* next = handshakes_.Next()) {
      next->OnAdmitted();
    } else if (Connection* overdue = handshakes_.Overdue(now)) {
      overdue->GiveUpHandshake();
    } else {
      return;
    }
  }
}

void Front::Beat() {
  beats_.fetch_add(1, std::memory_order_relaxed);
  loop_->Arm(&heart_, loop_->now() + kHeartbeat);
  // Before all handshakes: a flood of them must not keep an old certificate in force.
  if (!access_->has_files()) return;
  Submit(Work::kHandshake, {[this] { access_->Refresh(); }, std::numeric_limits<uint64_t>::max()});
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
  std::shared_ptr<Channel> channel = tls ? Channel::Tls(fd, policy->tls) : Channel::Plain(fd);
  if (connections_.size() >= max_connections_ && !EvictOldest()) return;
  uint64_t id = ++next_id_;
  auto connection = std::make_unique<Connection>(this, id, std::move(channel));
  crowd_.Join(connection.get(), ClientNetworkOf(fd));
  connections_.emplace(id, std::move(connection)).first->second->Begin(tls);
}

bool Front::EvictOldest() {
  Connection* oldest = crowd_.Longest();
  if (oldest == nullptr) return false;
  oldest->End();
  return true;
}

void Front::NoteHeld(Connection* connection) {
  crowd_.NoteHeld(connection);
  while (crowd_.held() > kMaxHeldBytes) {
    Connection* victim = crowd_.LongestHolding(connection);
    if (victim == nullptr) return;
    victim->End();
  }
}

void Front::Forget(Connection* connection) {
  crowd_.Forget(connection);
  handshakes_.Leave(connection);
  auto found = connections_.find(connection->id());
  ended_.push_back(std::move(found->second));
  connections_.erase(found);
}

}  // namespace exporter
