#include "exporter/http/web_access.h"

#include <algorithm>
#include <utility>

#include "exporter/log/log.h"

namespace exporter {
namespace {

void WarnOfReadableKey(const TlsSettings& tls) {
  struct stat status {};
  if (stat(tls.key.file.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
  Log(LogLevel::kWarn, "every user of this machine can read the TLS key", {{"file", tls.key.file}});
}

void WarnOfOldVersions(const TlsSettings& tls) {
  if (tls.min_version >= TlsVersion::k12) return;
  Log(LogLevel::kWarn, "TLS below version 1.2 is configured, but not spoken");
}

std::string Text(const config::ConfigErrors& errors) {
  std::string text;
  for (const config::ConfigError& error : errors) {
    if (!text.empty()) text += "\n";
    text += config::Format(error);
  }
  return text;
}

}  // namespace

bool RateLimit::Take(std::chrono::steady_clock::time_point now) {
  std::lock_guard lock(mutex_);
  const double per_second = 1 / std::chrono::duration<double>(limit_.interval).count();
  return bucket_.Take(per_second, static_cast<double>(limit_.burst), now);
}

bool WebAccess::Stamp::operator==(const Stamp& other) const {
  auto same = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  return same(modified, other.modified) && same(changed, other.changed) && size == other.size &&
         inode == other.inode;
}

tl::expected<std::unique_ptr<WebAccess>, std::string> WebAccess::Open(const std::string& path) {
  std::unique_ptr<WebAccess> access(new WebAccess(path));
  access->policy_ = std::make_shared<WebPolicy>();
  if (path.empty()) return access;
  auto policy = access->Load();
  if (!policy) return tl::make_unexpected(policy.error());
  access->policy_ = std::move(*policy);
  access->stamps_ = access->StampsOf(*access->policy_);
  return access;
}

WebPolicyPtr WebAccess::current() const {
  std::lock_guard lock(mutex_);
  return policy_;
}

tl::expected<WebPolicyPtr, std::string> WebAccess::Load() const {
  auto config = LoadWebConfig(path_);
  if (!config) return tl::make_unexpected(Text(config.error()));
  auto policy = std::make_shared<WebPolicy>();
  if (config->tls) {
    auto context = MakeTlsContext(*config->tls);
    if (!context) return tl::make_unexpected(context.error());
    policy->tls = std::move(*context);
    WarnOfReadableKey(*config->tls);
    WarnOfOldVersions(*config->tls);
  }
  // Unchanged users keep the passwords that were found right.
  WebPolicyPtr old = current();
  if (config->users == old->config.users) {
    policy->auth = old->auth;
  } else if (!config->users.empty()) {
    policy->auth = std::make_shared<BasicAuth>(config->users);
  }
  // An unchanged limit keeps what was used of it.
  if (config->rate_limit == old->config.rate_limit) {
    policy->rate = old->rate;
  } else if (config->rate_limit.interval.count() > 0) {
    policy->rate = std::make_shared<RateLimit>(config->rate_limit);
  }
  for (const auto& [name, value] : config->headers) policy->fields.push_back({name, value});
  policy->config = std::move(*config);
  return policy;
}

std::vector<WebAccess::Stamp> WebAccess::StampsOf(const WebPolicy& policy) const {
  std::vector<std::string> files{path_};
  if (const auto& tls = policy.config.tls) {
    files.insert(files.end(), {tls->cert.file, tls->key.file, tls->client_ca.file});
  }
  std::vector<Stamp> stamps;
  for (const std::string& file : files) {
    struct stat status {};
    Stamp& stamp = stamps.emplace_back();
    if (file.empty() || stat(file.c_str(), &status) != 0) continue;
    stamp = {status.st_mtim, status.st_ctim, status.st_size, status.st_ino};
  }
  return stamps;
}

void WebAccess::Refresh() {
  WebPolicyPtr old = current();
  std::vector<Stamp> stamps = StampsOf(*old);
  if (stamps == stamps_) return;
  stamps_ = std::move(stamps);
  auto loaded = Load();
  std::string problem = loaded ? "" : loaded.error();
  // Whoever came by TLS must not be answered in the clear because a line went missing.
  if (loaded && ((*loaded)->tls == nullptr) != (old->tls == nullptr)) {
    problem = "switching TLS on or off takes a restart";
  }
  if (!problem.empty()) {
    return Log(LogLevel::kError, "web configuration not taken over, the running one stays",
               {{"file", path_}, {"error", problem}});
  }
  // The stamps from before the reading, so that no later change is missed, unless files came or
  // went.
  if ((*loaded)->config.tls != old->config.tls) stamps_ = StampsOf(**loaded);
  {
    std::lock_guard lock(mutex_);
    policy_ = std::move(*loaded);
  }
  Log(LogLevel::kInfo, "web configuration taken over", {{"file", path_}});
}

}  // namespace exporter
