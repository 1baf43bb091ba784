// RandomPool: cryptographic random bytes for SPIs, cookies and nonces, drawn from OpenSSL in
// bulk, since one small RAND_bytes costs a third of a packet's way to the kernel and back.
// Used by one thread. Bytes are erased as they are handed out. Without entropy it aborts the
// program: nothing could be sent safely.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace exporter::net {

class RandomPool {
 public:
  RandomPool() = default;
  ~RandomPool();
  RandomPool(const RandomPool&) = delete;
  RandomPool& operator=(const RandomPool&) = delete;

  void Take(std::span<uint8_t> out);
  uint64_t U64();  // never 0: a zero SPI or cookie means "none" (RFC 7296 section 3.1)

 private:
  void Refill();

  std::array<uint8_t, 4096> pool_;
  size_t left_ = 0;  // the last bytes of pool_
};

}  // namespace exporter::net
