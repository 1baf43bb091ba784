#include "tests/responder/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/responder/fleet.h"
#include "tests/support/test_path.h"

namespace responder {
namespace {

std::string ErrorOf(const std::string& text) {
  auto script = ParseScript(text, "s");
  if (!script) return script.error();
  auto fleet = Fleet::Build(std::move(*script));
  return fleet ? "fine" : fleet.error();
}

const std::string kStart = "[[gateway]]\nname = \"a\"\naddresses = [\"127.0.0.1\"]\n";

TEST(Script, ReportsEveryMistakeWithItsLine) {
  EXPECT_EQ(ErrorOf(kStart + "loss = 2\ncolour = \"red\"\nikev2 = [\"aes256-sha256-modp1\"]\n"),
            "s:6: ikev2 has proposal \"aes256-sha256-modp1\": unknown word \"modp1\"\n"
            "s:4: loss is a probability from 0 to 1\n"
            "s:5: colour is no key here");
  EXPECT_EQ(
      ErrorOf(kStart + "state = \"gone\"\n"),
      "s:4: state is one of \"up\", \"down\", \"absent\", \"prohibited\", \"host-unreachable\"");
  EXPECT_EQ(ErrorOf(kStart + "delay = \"20\"\n"), "s:4: delay is a duration such as \"20ms\"");
  EXPECT_EQ(ErrorOf(kStart + "mischief = [\"nonsense\"]\n"),
            "s:4: mischief does not know \"nonsense\"");
  EXPECT_EQ(ErrorOf("seed = 1\n"), "s: there is no [[gateway]]");
  EXPECT_THAT(ErrorOf("[[gateway]\n"), testing::StartsWith("s:1: "));
}

TEST(Script, AddressesBelongToOneGateway) {
  EXPECT_EQ(ErrorOf(kStart + "[[gateway]]\nname = \"b\"\naddresses = [\"127.0.0.0/24\"]\n"),
            "127.0.0.1 belongs to two gateways");
  EXPECT_EQ(ErrorOf(kStart + "[[gateway]]\nname = \"a\"\naddresses = [\"127.0.0.2\"]\n"),
            "two gateways are called \"a\"");
}

TEST(Script, Ranges) {
  auto size = [](const char* text) {
    auto range = ParseRange(text);
    return range ? range->size() : 0;
  };
  EXPECT_EQ(size("127.0.0.1"), 1u);
  EXPECT_EQ(size("127.1.0.1-127.1.3.255"), 1023u);
  EXPECT_EQ(size("127.1.0.0/16"), 65536u);
  EXPECT_EQ(size("::1"), 1u);
  for (const char* bad :
       {"", "127.0.0", "127.0.0.9-127.0.0.1", "127.0.0.0/33", "127.0.0.0/x", "::1/64", "host"}) {
    EXPECT_FALSE(ParseRange(bad)) << bad;
  }
}

TEST(Script, Durations) {
  EXPECT_EQ(ParseDuration("20ms"), 20'000'000);
  EXPECT_EQ(ParseDuration("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(ParseDuration("1m500us"), 60'000'500'000);
  EXPECT_EQ(ParseDuration("0"), 0);
  for (const char* bad : {"5", "ms", "-1s", "1d", "99999999999999h"}) {
    EXPECT_FALSE(ParseDuration(bad)) << bad;
  }
}

TEST(Fleet, FindsAHundredThousandAddresses) {
  auto script = ParseScript(
      "[[gateway]]\nname = \"a\"\naddresses = [\"127.1.0.0-127.1.255.255\", \"::1\"]\n"
      "[[gateway]]\nname = \"b\"\naddresses = [\"127.3.0.0/16\", \"127.2.0.7\"]\n",
      "s");
  ASSERT_TRUE(script) << script.error();
  auto fleet = Fleet::Build(std::move(*script));
  ASSERT_TRUE(fleet);
  auto name = [&](const char* text) {
    auto place = (*fleet)->Find(*ParseAddress(text));
    return place.gateway == nullptr ? ""
                                    : place.gateway->posture().name + std::to_string(place.slot);
  };
  EXPECT_EQ((*fleet)->addresses(), 131074u);
  EXPECT_EQ(name("127.1.0.0"), "a0");
  EXPECT_EQ(name("127.1.255.255"), "a65535");
  EXPECT_EQ(name("::1"), "a65536");
  EXPECT_EQ(name("127.3.1.2"), "b258");
  EXPECT_EQ(name("127.2.0.7"), "b65536");
  for (const char* nobody : {"127.0.255.255", "127.2.0.6", "127.4.0.0", "10.0.0.1", "::2"}) {
    EXPECT_EQ(name(nobody), "") << nobody;
  }
}

TEST(Fleet, TheDemonstrationLoads) {
  auto script = LoadScript(TestPath("responder/demo.toml"));
  ASSERT_TRUE(script) << script.error();
  EXPECT_TRUE(Fleet::Build(std::move(*script)));
}

}  // namespace
}  // namespace responder
