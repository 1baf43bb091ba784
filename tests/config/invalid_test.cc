// Every testdata/invalid-*.toml is refused with exactly the lines of its .expected file.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "config/load.h"
#include "tests/support/test_path.h"

namespace config {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = TestPath("config/testdata/");

std::string Slurp(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> InvalidFiles() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const fs::path& path = entry.path();
    const std::string stem = path.stem().string();
    if (path.extension() == ".toml" && stem.starts_with("invalid-")) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What the tree's place on this machine adds is not part of the message.
std::string WithoutFolder(std::string text) {
  for (size_t at = text.find(kFolder); at != std::string::npos; at = text.find(kFolder)) {
    text.erase(at, kFolder.size());
  }
  return text;
}

class InvalidConfiguration : public testing::TestWithParam<std::string> {};

TEST_P(InvalidConfiguration, IsRefusedWithTheseMessages) {
  const auto config = Load(kFolder + GetParam() + ".toml");
  ASSERT_FALSE(config);
  std::string messages;
  for (const ConfigError& error : config.error()) messages += Format(error) + "\n";
  const std::string expected = Slurp(kFolder + GetParam() + ".expected");
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(WithoutFolder(messages), expected);
}

INSTANTIATE_TEST_SUITE_P(Testdata, InvalidConfiguration, testing::ValuesIn(InvalidFiles()),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(InvalidConfigurations, AreMany) { EXPECT_GE(InvalidFiles().size(), 100u); }

TEST(Load, SaysWhyAFileCannotBeRead) {
  const auto missing = Load(kFolder + "no-such-file.toml");
  ASSERT_FALSE(missing);
  ASSERT_EQ(missing.error().size(), 1u);
  EXPECT_EQ(
      WithoutFolder(Format(missing.error()[0])),
      "no-such-file.toml: cannot be read: No such file or directory; expected a configuration "
      "file");
  const auto folder = Load(kFolder);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error()[0].message,
            "cannot be read: Is a directory; expected a configuration file");
}

}  // namespace
}  // namespace config
