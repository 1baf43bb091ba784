// Whatever bytes a file holds, Load answers: a configuration, or at least one error with a message.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "config/load.h"
#include "tests/support/test_path.h"

namespace config {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Seeds(std::string_view prefix) {
  std::vector<std::string> seeds;
  for (const auto& entry : fs::directory_iterator(TestPath("config/testdata"))) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".toml") || !name.starts_with(prefix)) continue;
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    seeds.push_back(text.str());
  }
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  void Change(std::string& text) {
    constexpr std::string_view kBytes = "\"'[]{}=.,#\n\r\t -_0159aeintx:\\\x01\x7f\xc3\xff";
    const size_t at = Below(text.size());
    switch (Below(4)) {
      case 0:
        text.insert(at, 1, kBytes[Below(kBytes.size())]);
        break;
      case 1:
        if (!text.empty()) text[at] = kBytes[Below(kBytes.size())];
        break;
      case 2:
        text.erase(at, Below(20));
        break;
      default:
        text.insert(at, text.substr(Below(text.size()), Below(60)));
    }
  }

 private:
  std::mt19937 random_;
};

TEST(Load, SurvivesMutatedFiles) {
  char folder[] = "/tmp/ike_mutated_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/ike_exporter.toml";
  const std::vector<std::string> kinds[] = {Seeds("valid-"), Seeds("invalid-")};
  Mutator mutator(20240607);
  int valid = 0;
  int refused = 0;
  for (int round = 0; round < 5000; ++round) {
    const auto& seeds = kinds[mutator.Below(2)];
    std::string text = seeds[mutator.Below(seeds.size())];
    if (mutator.Below(4) == 0) text += seeds[mutator.Below(seeds.size())];
    for (size_t changes = 1 + mutator.Below(6); changes > 0; --changes) mutator.Change(text);
    std::ofstream(path, std::ios::trunc) << text;
    const auto config = Load(path);
    config ? ++valid : ++refused;
    if (config) continue;
    ASSERT_FALSE(config.error().empty()) << text;
    for (const ConfigError& error : config.error()) ASSERT_FALSE(error.message.empty()) << text;
  }
  fs::remove_all(folder);
  EXPECT_GT(valid, 100);
  EXPECT_GT(refused, 1000);
}

TEST(Load, SurvivesDeepNesting) {
  char folder[] = "/tmp/ike_nested_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/ike_exporter.toml";
  for (const std::string& open : {std::string("["), std::string("{a="), std::string("[{a=")}) {
    std::string text = "x = ";
    for (int depth = 0; depth < 100000; ++depth) text += open;
    std::ofstream(path, std::ios::trunc) << text;
    EXPECT_FALSE(Load(path));
  }
  std::string text = "a";
  for (int depth = 0; depth < 20000; ++depth) text += ".a";
  std::ofstream(path, std::ios::trunc) << text << " = 1\n";
  EXPECT_FALSE(Load(path));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace config
