#include "exporter/http/basic_auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace exporter {
namespace {

constexpr size_t kSaltAndHash = 53;     // 22 + 31 characters
constexpr size_t kMaxPassword = 72;     // bcrypt reads no further
constexpr std::string_view kAlphabet =  // of bcrypt's base 64
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What follows "$2", a minor letter if there is one, and "$"; empty if that is not there.
std::string_view AfterVersion(std::string_view text) {
  if (!text.starts_with("$2")) return {};
  text.remove_prefix(2);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text.remove_prefix(1);
  if (!text.starts_with('$')) return {};
  return text.substr(1);
}

// The minor letters name bugs of old implementations; the toolkit verifies all of them alike, and
// libcrypt knows no "$2$".
std::string LibcryptForm(std::string_view hash) { return "$2b$" + std::string(AfterVersion(hash)); }

bool SameText(const char* a, const std::string& b) {
  return std::strlen(a) == b.size() && CRYPTO_memcmp(a, b.data(), b.size()) == 0;
}

}  // namespace

bool IsBcryptHash(std::string_view text) {
  const std::string_view rest = AfterVersion(text);
  if (rest.size() != 3 + kSaltAndHash || !IsDigit(rest[0]) || !IsDigit(rest[1]) || rest[2] != '$') {
    return false;
  }
  const int cost = (rest[0] - '0') * 10 + (rest[1] - '0');
  return cost >= 4 && cost <= 31 && rest.substr(3).find_first_not_of(kAlphabet) == rest.npos;
}

BasicAuth::BasicAuth(const std::map<std::string, std::string>& users)
    : scratch_(std::make_unique<crypt_data>()) {
  for (const auto& [user, hash] : users) users_.emplace(user, LibcryptForm(hash));
  // A cache under a guessable secret would still only hold what was right once.
  RAND_bytes(secret_.data(), static_cast<int>(secret_.size()));
}

AuthResult BasicAuth::Check(std::string_view user, std::string_view password) {
  const Key key = KeyOf(user, password);
  if (IsCached(key)) return AuthResult::kGranted;
  bool known = false;
  const std::string& hash = HashFor(user, known);
  if (waiting_.fetch_add(1) >= kMaxWaiting) {
    waiting_.fetch_sub(1);
    return AuthResult::kBusy;
  }
  const bool matches = Matches(password, hash);
  waiting_.fetch_sub(1);
  if (!known || !matches) return AuthResult::kDenied;
  Remember(key);
  return AuthResult::kGranted;
}

BasicAuth::Key BasicAuth::KeyOf(std::string_view user, std::string_view password) const {
  // The length keeps "ab" + "c" and "a" + "bc" apart.
  std::string text = std::to_string(user.size()) + ":";
  text.append(user).append(password);
  Key key{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data(), &size);
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

bool BasicAuth::IsCached(const Key& key) {
  const std::lock_guard lock(cache_mutex_);
  return cache_.contains(key);
}

void BasicAuth::Remember(const Key& key) {
  const std::lock_guard lock(cache_mutex_);
  if (!cache_.insert(key).second) return;
  order_.push_back(key);
  if (order_.size() <= kCacheSize) return;
  cache_.erase(order_.front());
  order_.pop_front();
}

// For an unknown user the hash of some user, always the same one: it costs what a real one costs.
const std::string& BasicAuth::HashFor(std::string_view user, bool& known) const {
  const auto found = users_.find(user);
  known = found != users_.end();
  if (known) return found->second;
  const size_t index = KeyOf(user, {})[0] % users_.size();
  return std::next(users_.begin(), static_cast<ptrdiff_t>(index))->second;
}

bool BasicAuth::Matches(std::string_view password, const std::string& hash) {
  // libcrypt ends a password at a NUL byte: one that holds any must not pass for its beginning.
  const bool whole = password.find('\0') == password.npos;
  std::string phrase(password.substr(0, kMaxPassword));
  const std::lock_guard lock(bcrypt_mutex_);
  ++hashes_computed_;
  *scratch_ = {};
  const char* result = crypt_r(phrase.c_str(), hash.c_str(), scratch_.get());
  const bool matches = result != nullptr && SameText(result, hash);
  OPENSSL_cleanse(scratch_.get(), sizeof(crypt_data));
  OPENSSL_cleanse(phrase.data(), phrase.size());
  return whole && matches;
}

}  // namespace exporter
