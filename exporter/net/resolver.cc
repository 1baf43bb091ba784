// The only file that knows c-ares. It runs on the loop's descriptors and one timer; what it
// answers is handed on after it has returned, so callbacks may do what they like.
#include "exporter/net/resolver.h"

#include <ares.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "config/host.h"
#include "config/idn.h"
#include "exporter/net/address_order.h"
#include "exporter/net/hosts_file.h"
#include "probes/base/ascii.h"

namespace exporter::net {
namespace {

using std::chrono::seconds;

constexpr size_t kMaxEntries = 1 << 17;
constexpr ike::Duration kMinTtl = seconds(1);
constexpr ike::Duration kMaxTtl = std::chrono::hours(24);
// c-ares does not hand out the SOA's negative TTL (RFC 2308 section 5); this only keeps a name
// that fails from being asked for by every probe of every target that shares it.
constexpr ike::Duration kFailureTtl = seconds(5);
// What was not answered by then counts no longer among the questions asked at once: names whose
// servers are dead would hold up all others.
constexpr ike::Duration kPatience = std::chrono::milliseconds(100);

int Domain(IpFamily family) {
  if (family == IpFamily::kAny) return AF_UNSPEC;
  return family == IpFamily::kIpv4 ? AF_INET : AF_INET6;
}

bool Fits(const ike::IpAddress& address, IpFamily family) {
  return family == IpFamily::kAny || (family == IpFamily::kIpv4) == address.is_v4();
}

// What distinguishes questions; the name begins at kNameOffset.
constexpr size_t kNameOffset = 1;
std::string KeyOf(std::string_view host, IpFamily family) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(family)));
  return key + ike::AsciiLower(host);
}

ResolveResult LiteralResult(std::string_view host, const ike::IpAddress& address, IpFamily family) {
  if (Fits(address, family)) return Resolved{{address}, kMaxTtl};
  const char* wanted = family == IpFamily::kIpv4 ? " is no IPv4 address" : " is no IPv6 address";
  return tl::make_unexpected(ResolveError{std::string(host) + wanted, true});
}

std::string Explain(int status) {
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENONAME:
      return "no such name";
    case ARES_ENODATA:
      return "the name has no address of this family";
    case ARES_ETIMEOUT:
      return "no name server answered in time";
    case ARES_ECONNREFUSED:  // also after SERVFAIL and REFUSED of all
      return "every name server failed or was out of reach";
    default:
      return ares_strerror(status);
  }
}

ResolveResult FailureResult(std::string_view name, int status) {
  const bool absent = status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_ENONAME;
  return tl::make_unexpected(ResolveError{std::string(name) + ": " + Explain(status), absent});
}

// The shortest TTL of the addresses and of the aliases that led to them.
ike::Duration TtlOf(const ares_addrinfo& info) {
  ike::Duration ttl = kMaxTtl;
  for (auto* node = info.nodes; node != nullptr; node = node->ai_next) {
    ttl = std::min<ike::Duration>(ttl, seconds(node->ai_ttl));
  }
  for (auto* alias = info.cnames; alias != nullptr; alias = alias->next) {
    ttl = std::min<ike::Duration>(ttl, seconds(alias->ttl));
  }
  return std::max(ttl, kMinTtl);
}

ResolveResult ToResult(std::string_view name, int status, const ares_addrinfo* info) {
  if (status != ARES_SUCCESS || info == nullptr) return FailureResult(name, status);
  Resolved resolved;
  for (auto* node = info->nodes; node != nullptr; node = node->ai_next) {
    sockaddr_storage storage{};
    std::memcpy(&storage, node->ai_addr,
                std::min(static_cast<size_t>(node->ai_addrlen), sizeof storage));
    const ike::IpAddress address = FromSockaddr(storage).address;
    if (!address.empty()) resolved.addresses.push_back(address);
  }
  if (resolved.addresses.empty()) return FailureResult(name, ARES_ENODATA);
  ArrangeAddresses(&resolved.addresses);
  resolved.ttl = TtlOf(*info);
  return resolved;
}

}  // namespace

class Resolver::Impl {
 public:
  Impl(EventLoop* loop, const ResolverOptions& options) : loop_(loop), options_(options) {
    timer_.callback = [this] { Process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); };
    delivery_.callback = [this] { Deliver(); };
    patience_.callback = [this] { Ask(); };
  }
  ~Impl() {
    closing_ = true;
    if (channel_ != nullptr) ares_destroy(channel_);
  }

  int Open();  // an ARES_ status; a channel that was open goes when the new one stands
  LookupId Resolve(std::string_view host, IpFamily family, Callback callback);
  void Cancel(LookupId lookup) { waiting_.erase(lookup); }
  void FlushCache();
  size_t pending() const { return asking_ + queue_.size(); }

 private:
  struct Waiter {
    LookupId lookup;
    Callback callback;
  };
  // An entry without waiters may be dropped at any time, one with waiters never.
  struct Entry {
    const std::string* key = nullptr;
    std::optional<ResolveResult> answer;
    ike::TimePoint until;
    std::vector<Waiter> waiters;
  };
  struct Query {
    Impl* impl;
    Entry* entry;
    uint64_t number;
  };

  static void OnSocket(void* impl, ares_socket_t fd, int readable, int writable);
  static void OnAnswer(void* query, int status, int timeouts, ares_addrinfo* info);

  ike::TimePoint now() const {
    return options_.cache_clock ? options_.cache_clock() : loop_->now();
  }
  Entry* FindOrMake(const std::string& key);
  void MakeRoom();
  void Ask();
  void Send(Entry* entry);
  bool AnswerFromHostsFile(Entry* entry);
  void Answer(const Query& query, int status, const ares_addrinfo* info);
  void Watch(int fd, uint32_t events);
  void Process(ares_socket_t readable, ares_socket_t writable);
  void ArmTimer();
  void Deliver();

  EventLoop* const loop_;
  const ResolverOptions options_;
  ares_channel channel_ = nullptr;
  bool closing_ = false;
  CallbackTimer timer_;     // c-ares' own retransmissions and timeouts
  CallbackTimer delivery_;  // answers that c-ares had at once, from the hosts file
  std::unordered_set<int> watched_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<Entry*> queue_;
  size_t asking_ = 0;
  uint64_t last_query_ = 0;
  std::map<uint64_t, ike::TimePoint> recent_;  // questions that count, by number: when asked
  CallbackTimer patience_;                     // while the queue waits for them
  std::deque<Entry*> answered_;                // to be delivered
  std::unordered_set<LookupId> waiting_;       // those that were not cancelled
  LookupId last_lookup_ = 0;
};

int Resolver::Impl::Open() {
  ares_options settings{};
  settings.sock_state_cb = &OnSocket;
  settings.sock_state_cb_data = this;
  settings.tries = options_.tries;
  settings.timeout =
      static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(options_.timeout).count());
  int mask = ARES_OPT_SOCK_STATE_CB | ARES_OPT_TRIES | ARES_OPT_TIMEOUTMS;
  if (!options_.servers.empty()) mask |= ARES_OPT_DOMAINS;  // none
  ares_channel opened = nullptr;
  int status = ares_init_options(&opened, &settings, mask);
  if (status != ARES_SUCCESS) return status;
  if (!options_.servers.empty()) {
    status = ares_set_servers_ports_csv(opened, options_.servers.c_str());
  }
  if (status != ARES_SUCCESS) {
    ares_destroy(opened);
    return status;
  }
  std::swap(channel_, opened);
  if (opened != nullptr) ares_destroy(opened);
  return status;
}

Resolver::LookupId Resolver::Impl::Resolve(std::string_view host, IpFamily family,
                                           Callback callback) {
  if (const auto address = config::ParseIpAddress(host)) {
    callback(LiteralResult(host, *address, family));
    return 0;
  }
  const std::optional<std::string> name = config::ToAscii(host);
  if (!name || !config::IsDnsName(*name)) {
    callback(FailureResult(host, ARES_ENOTFOUND));
    return 0;
  }
  Entry* entry = FindOrMake(KeyOf(*name, family));
  if (entry->answer && now() < entry->until) {
    ResolveResult result = *entry->answer;
    if (result) result->ttl = entry->until - now();
    callback(result);
    return 0;
  }
  const bool first = entry->waiters.empty();
  entry->waiters.push_back({++last_lookup_, std::move(callback)});
  waiting_.insert(last_lookup_);
  const LookupId lookup = last_lookup_;
  if (first) queue_.push_back(entry);
  Ask();
  return lookup;
}

Resolver::Impl::Entry* Resolver::Impl::FindOrMake(const std::string& key) {
  if (const auto found = entries_.find(key); found != entries_.end()) return &found->second;
  MakeRoom();
  const auto made = entries_.try_emplace(key).first;
  made->second.key = &made->first;
  return &made->second;
}

void Resolver::Impl::MakeRoom() {
  if (entries_.size() < kMaxEntries) return;
  const ike::TimePoint when = now();
  std::erase_if(entries_, [&](const auto& item) {
    return item.second.waiters.empty() && item.second.until <= when;
  });
  if (entries_.size() < kMaxEntries) return;
  std::erase_if(entries_, [](const auto& item) { return item.second.waiters.empty(); });
}

void Resolver::Impl::Ask() {
  std::erase_if(recent_, [this](const auto& item) { return now() - item.second >= kPatience; });
  while (recent_.size() < options_.max_queries && !queue_.empty()) {
    Entry* entry = queue_.front();
    queue_.pop_front();
    Send(entry);
  }
  if (!queue_.empty()) {
    loop_->timers()->Arm(&patience_, loop_->now() + (recent_.begin()->second + kPatience - now()));
  }
  if (!answered_.empty()) loop_->timers()->Arm(&delivery_, loop_->now());
  ArmTimer();
}

void Resolver::Impl::Send(Entry* entry) {
  if (AnswerFromHostsFile(entry)) return;
  ++asking_;
  recent_.emplace(++last_query_, now());
  ares_addrinfo_hints hints{};
  // Sorting by RFC 6724 would open a socket for every address.
  hints.ai_flags = ARES_AI_NOSORT;
  hints.ai_family = Domain(static_cast<IpFamily>(entry->key->front() - '0'));
  hints.ai_socktype = SOCK_DGRAM;
  ares_getaddrinfo(channel_, entry->key->c_str() + kNameOffset, nullptr, &hints, &OnAnswer,
                   new Query{this, entry, last_query_});
}

// A final dot only says that no search domain is to be tried.
bool Resolver::Impl::AnswerFromHostsFile(Entry* entry) {
  if (!entry->key->ends_with('.')) return false;
  const std::string name = entry->key->substr(kNameOffset, entry->key->size() - kNameOffset - 1);
  const int domain = Domain(static_cast<IpFamily>(entry->key->front() - '0'));
  Resolved found{AddressesInHostsFile(channel_, name, domain), kMinTtl};
  if (found.addresses.empty()) return false;
  ArrangeAddresses(&found.addresses);
  entry->until = now() + found.ttl;
  entry->answer = std::move(found);
  answered_.push_back(entry);
  return true;
}

void Resolver::Impl::OnAnswer(void* argument, int status, int /*timeouts*/, ares_addrinfo* info) {
  const std::unique_ptr<Query> query(static_cast<Query*>(argument));
  query->impl->Answer(*query, status, info);
  if (info != nullptr) ares_freeaddrinfo(info);
}

void Resolver::Impl::Answer(const Query& query, int status, const ares_addrinfo* info) {
  if (closing_) return;
  Entry* entry = query.entry;
  --asking_;
  recent_.erase(query.number);
  if (status == ARES_EDESTRUCTION) {  // the channel was replaced: ask the new one
    queue_.push_back(entry);
    return;
  }
  entry->answer = ToResult(entry->key->c_str() + kNameOffset, status, info);
  entry->until = now() + (*entry->answer ? (*entry->answer)->ttl : kFailureTtl);
  answered_.push_back(entry);
}

void Resolver::Impl::OnSocket(void* impl, ares_socket_t fd, int readable, int writable) {
  const uint32_t events =
      (readable != 0 ? uint32_t{EPOLLIN} : 0u) | (writable != 0 ? uint32_t{EPOLLOUT} : 0u);
  static_cast<Impl*>(impl)->Watch(fd, events);
}

void Resolver::Impl::Watch(int fd, uint32_t events) {
  if (events == 0) {  // about to be closed
    if (watched_.erase(fd) > 0) loop_->RemoveFd(fd);
    return;
  }
  if (!watched_.insert(fd).second) {
    loop_->ModifyFd(fd, events);
    return;
  }
  loop_->AddFd(fd, events, [this, fd](uint32_t ready) {
    Process((ready & ~uint32_t{EPOLLOUT}) != 0 ? fd : ARES_SOCKET_BAD,
            (ready & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
  });
}

void Resolver::Impl::Process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_, readable, writable);
  Deliver();
}

void Resolver::Impl::ArmTimer() {
  timeval left{};
  if (ares_timeout(channel_, nullptr, &left) == nullptr) {
    timer_.Cancel();
    return;
  }
  const auto wait = seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
  loop_->timers()->Arm(&timer_, std::chrono::steady_clock::now() + wait);
}

void Resolver::Impl::Deliver() {
  while (!answered_.empty()) {
    Entry* entry = answered_.front();
    answered_.pop_front();
    // Copies: the entry may be gone after the first callback.
    const ResolveResult result = *entry->answer;
    const std::vector<Waiter> waiters = std::exchange(entry->waiters, {});
    for (const Waiter& waiter : waiters) {
      if (waiting_.erase(waiter.lookup) > 0) waiter.callback(result);
    }
  }
  Ask();
}

void Resolver::Impl::FlushCache() {
  Open();  // where the new configuration cannot be read, the channel of the old one goes on
  std::erase_if(entries_, [](const auto& item) { return item.second.waiters.empty(); });
  for (auto& [key, entry] : entries_) entry.until = ike::TimePoint::min();
  Ask();
}

tl::expected<std::unique_ptr<Resolver>, std::string> Resolver::Create(
    EventLoop* loop, const ResolverOptions& options) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);  // once for the process
  auto impl = std::make_unique<Impl>(loop, options);
  const int status = library != ARES_SUCCESS ? library : impl->Open();
  if (status != ARES_SUCCESS) {
    return tl::make_unexpected(std::string("cannot start name resolution: ") +
                               ares_strerror(status));
  }
  return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));
}

Resolver::Resolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::~Resolver() = default;

Resolver::LookupId Resolver::Resolve(std::string_view host, IpFamily family, Callback callback) {
  return impl_->Resolve(host, family, std::move(callback));
}
void Resolver::Cancel(LookupId lookup) { impl_->Cancel(lookup); }
void Resolver::FlushCache() { impl_->FlushCache(); }
size_t Resolver::pending() const { return impl_->pending(); }

}  // namespace exporter::net
