#include "exporter/daemon/heap_trimmer.h"

#include <malloc.h>

#include <utility>

namespace exporter {
namespace {

// Tables of this size are mapped for themselves and go whole. By default glibc raises the limit to
// the largest that was ever freed, after which tables that grow leave their smaller selves behind.
constexpr int kMapFrom = 256 << 10;
// Below this, freed memory at a heap's end stays for the next use.
constexpr int kKeepAtEnd = 1 << 20;
// So often after engines have given back: what lives on among it goes with the next probes.
constexpr int kTrims = 3;

}  // namespace

void HeapTrimmer::SetUp() {
  mallopt(M_MMAP_THRESHOLD, kMapFrom);
  mallopt(M_TRIM_THRESHOLD, kKeepAtEnd);
}

void HeapTrimmer::Trim() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kInterval;
  uint64_t given_back = 0;
  for (const auto& engine : engines_->engines()) given_back += engine->stats().given_back.load();
  if (given_back != std::exchange(given_back_, given_back)) trims_left_ = kTrims;
  if (trims_left_ == 0) return;
  --trims_left_;
  malloc_trim(0);
}

}  // namespace exporter
