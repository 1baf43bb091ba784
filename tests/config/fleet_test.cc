// A hundred thousand targets: what is equal is one object. Time and allocations are printed, for
// they depend on the machine; the sharing that keeps them small is asserted.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <new>
#include <set>
#include <string>

#include "config/load.h"

namespace {

std::atomic<uint64_t> allocations{0};

}  // namespace

void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return malloc(size);
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t) noexcept { free(memory); }

namespace config {
namespace {

constexpr int kTargets = 100000;
constexpr int kSites = 50;

std::string WriteFleet(const std::string& folder) {
  const std::string path = folder + "/fleet.toml";
  std::ofstream file(path);
  file << "[modules.legacy]\nike_versions = [1]\n";
  for (int i = 0; i < kTargets; ++i) {
    file << "[[target]]\nname = \"gw-" << i << "\"\nhost = \"127." << (i >> 16) << "."
         << ((i >> 8) & 255) << "." << (i & 255) << "\"\n";
    if (i % 3 == 0) file << "module = \"legacy\"\n";
    if (i % 5 == 0) file << "interval = \"1m\"\n";
    file << "labels = { site = \"s" << i % kSites << "\", tier = \"" << i % 2 << "\" }\n";
  }
  return path;
}

TEST(Fleet, SharesWhatIsEqual) {
  char folder[] = "/tmp/ike_fleet_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = WriteFleet(folder);
  const std::clock_t before = std::clock();  // CPU time: other programs do not count
  const uint64_t allocations_before = allocations;
  const auto config = Load(path);
  const uint64_t made = allocations - allocations_before;
  const double took = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  std::filesystem::remove_all(folder);

  ASSERT_TRUE(config);
  ASSERT_EQ(config->targets.size(), static_cast<size_t>(kTargets));
  std::set<const void*> settings, labels, modules;
  for (const ike::Target& target : config->targets) {
    settings.insert(target.settings.get());
    labels.insert(target.labels.get());
    modules.insert(target.module.get());
  }
  EXPECT_EQ(settings.size(), 4u);  // with and without the module, with and without the interval
  EXPECT_EQ(labels.size(), static_cast<size_t>(kSites));  // tier follows from site here
  EXPECT_EQ(modules.size(), 2u);                          // null is one
  std::printf("%d targets: %.2f s of CPU, %.1f allocations a target\n", kTargets, took,
              static_cast<double>(made) / kTargets);
}

}  // namespace
}  // namespace config
