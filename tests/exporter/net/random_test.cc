#include "exporter/net/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace exporter::net {
namespace {

TEST(RandomPool, NumbersDoNotRepeat) {
  RandomPool pool;
  std::set<uint64_t> seen;
  for (int i = 0; i < 10000; ++i) {
    const uint64_t value = pool.U64();
    EXPECT_NE(value, 0u);
    EXPECT_TRUE(seen.insert(value).second);
  }
}

TEST(RandomPool, FillsAcrossRefills) {
  RandomPool pool;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4095}, size_t{4096}, size_t{10000}}) {
    std::vector<uint8_t> bytes(size + 1, 0);
    pool.Take(std::span(bytes).first(size));
    EXPECT_EQ(bytes.back(), 0) << "wrote past the end";
    // A byte that was never written would make a long run of zeros.
    const std::vector<uint8_t> zeros(8, 0);
    const auto end = bytes.end() - 1;
    EXPECT_EQ(std::search(bytes.begin(), end, zeros.begin(), zeros.end()), end);
  }
}

}  // namespace
}  // namespace exporter::net
