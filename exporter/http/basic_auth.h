// BasicAuth: checks user names and passwords of HTTP Basic against bcrypt hashes. Made from the web
// configuration, asked by the HTTP server's threads; thread-safe. A hash costs tens of milliseconds
// on purpose, so one is computed at a time and good answers are remembered; an unknown user costs
// as much as a wrong password, so that time tells nobody which names exist.
#pragma once

#include <crypt.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace exporter {

// "$2b$10$" and 53 characters; also 2a, 2y and the like. Costs from 4 to 31.
bool IsBcryptHash(std::string_view text);

enum class AuthResult : uint8_t {
  kGranted,
  kDenied,
  kBusy,  // too many unknown passwords wait already: answer 429, so that threads stay free
};

class BasicAuth {
 public:
  // REQUIRES: users is not empty and every hash passes IsBcryptHash.
  explicit BasicAuth(const std::map<std::string, std::string>& users);
  BasicAuth(const BasicAuth&) = delete;
  BasicAuth& operator=(const BasicAuth&) = delete;

  AuthResult Check(std::string_view user, std::string_view password);
  // Quick: whether Check has granted it lately.
  bool Remembers(std::string_view user, std::string_view password) {
    return IsCached(KeyOf(user, password));
  }

  // How often bcrypt ran: what the cache saved is not in it.
  uint64_t hashes_computed() const { return hashes_computed_; }

  static constexpr size_t kCacheSize = 100;
  static constexpr int kMaxWaiting = 64;

 private:
  // HMAC-SHA-256 under a secret of this object: the cache holds nothing that a memory dump or a
  // table of passwords could use elsewhere.
  using Key = std::array<uint8_t, 32>;

  Key KeyOf(std::string_view user, std::string_view password) const;
  bool IsCached(const Key& key);
  void Remember(const Key& key);
  const std::string& HashFor(std::string_view user, bool& known) const;
  bool Matches(std::string_view password, const std::string& hash);

  // Constant after construction.
  Key secret_{};
  std::map<std::string, std::string, std::less<>> users_;  // hashes in the form of libcrypt

  std::atomic<int> waiting_{0};
  std::atomic<uint64_t> hashes_computed_{0};

  std::mutex bcrypt_mutex_;
  std::unique_ptr<crypt_data> scratch_;  // guarded by bcrypt_mutex_

  std::mutex cache_mutex_;
  std::set<Key> cache_;    // guarded by cache_mutex_
  std::deque<Key> order_;  // guarded by cache_mutex_; oldest first
};

}  // namespace exporter
