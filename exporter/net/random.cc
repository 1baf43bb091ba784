#include "exporter/net/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace exporter::net {

RandomPool::~RandomPool() { OPENSSL_cleanse(pool_.data(), pool_.size()); }

void RandomPool::Take(std::span<uint8_t> out) {
  while (!out.empty()) {
    if (left_ == 0) Refill();
    const size_t count = std::min(out.size(), left_);
    uint8_t* taken = pool_.data() + pool_.size() - left_;
    std::memcpy(out.data(), taken, count);
    explicit_bzero(taken, count);
    left_ -= count;
    out = out.subspan(count);
  }
}

uint64_t RandomPool::U64() {
  uint64_t value = 0;
  while (value == 0) {
    std::array<uint8_t, sizeof value> bytes;
    Take(bytes);
    std::memcpy(&value, bytes.data(), sizeof value);
  }
  return value;
}

void RandomPool::Refill() {
  if (RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) != 1) std::abort();
  left_ = pool_.size();
}

}  // namespace exporter::net
