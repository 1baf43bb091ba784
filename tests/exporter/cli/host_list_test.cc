#include "exporter/cli/host_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "config/load.h"

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What the configuration makes of it: "name host" or "name host:port".
std::vector<std::string> Targets(const HostList& list) {
  auto loaded = config::LoadText(list.toml(), "import.toml");
  if (!loaded) {
    ADD_FAILURE() << config::Format(loaded.error().front()) << "\n" << list.toml();
    return {};
  }
  std::vector<std::string> targets;
  for (const ike::Target& target : loaded->targets) {
    uint16_t port = target.settings->port;
    targets.push_back(target.name + " " + target.host +
                      (port == 500 ? "" : ":" + std::to_string(port)));
  }
  return targets;
}

std::vector<std::string> Imported(std::initializer_list<std::string_view> lines) {
  HostList list;
  for (std::string_view line : lines) {
    auto added = list.Add(line);
    EXPECT_TRUE(added) << added.error();
  }
  return Targets(list);
}

TEST(HostList, TakesNamesAddressesPortsAndComments) {
  EXPECT_THAT(
      Imported({"# gateways of Berlin", "", "  vpn.example.com\r", "192.0.2.1 # the old one",
                "\t192.0.2.1:4500", "[2001:db8::1]:500", "2001:db8::2", "vpn_2.example.com.#x"}),
      ElementsAre("vpn.example.com vpn.example.com", "192.0.2.1 192.0.2.1",
                  "192.0.2.1-2 192.0.2.1:4500", "2001:db8::1 2001:db8::1",
                  "2001:db8::2 2001:db8::2", "vpn_2.example.com. vpn_2.example.com."));
}

// ike-scan takes the first word only; whoever wrote a second one named the host.
TEST(HostList, TheSecondWordNamesTheTarget) {
  EXPECT_THAT(
      Imported({"192.0.2.1 hq", "192.0.2.2\thq and more", "192.0.2.3 (hq)", "192.0.2.4  -x"}),
      ElementsAre("hq 192.0.2.1", "hq-2 192.0.2.2", "h-hq- 192.0.2.3", "h-x 192.0.2.4"));
}

TEST(HostList, ExpandsBlocksAndRanges) {
  EXPECT_THAT(Imported({"192.0.2.0/29"}),
              ElementsAre("192.0.2.1 192.0.2.1", "192.0.2.2 192.0.2.2", "192.0.2.3 192.0.2.3",
                          "192.0.2.4 192.0.2.4", "192.0.2.5 192.0.2.5", "192.0.2.6 192.0.2.6"));
  EXPECT_THAT(Imported({"192.0.2.5/30"}),
              ElementsAre("192.0.2.5 192.0.2.5", "192.0.2.6 192.0.2.6"));
  EXPECT_THAT(Imported({"192.0.2.4:255.255.255.252"}),
              ElementsAre("192.0.2.5 192.0.2.5", "192.0.2.6 192.0.2.6"));
  EXPECT_THAT(Imported({"192.0.2.4/31", "192.0.2.9/32"}),
              ElementsAre("192.0.2.4 192.0.2.4", "192.0.2.5 192.0.2.5", "192.0.2.9 192.0.2.9"));
  EXPECT_THAT(Imported({"192.0.2.255-192.0.3.1"}),
              ElementsAre("192.0.2.255 192.0.2.255", "192.0.3.0 192.0.3.0", "192.0.3.1 192.0.3.1"));
}

TEST(HostList, LeavesOutWhatRepeats) {
  HostList list;
  for (std::string_view line : {"vpn.example.com", "VPN.example.com.", "192.0.2.1-192.0.2.3",
                                "192.0.2.2", "192.0.2.2:4500"}) {
    ASSERT_TRUE(list.Add(line));
  }
  EXPECT_EQ(Targets(list).size(), 5u);
  EXPECT_EQ(list.targets(), 5u);
  EXPECT_EQ(list.repeated(), 2u);
}

TEST(HostList, SaysWhatIsWrongAndGoesOn) {
  HostList list;
  for (std::string_view line : {"192.0.2.0/33", "192.0.2.0/", "192.0.2.9-192.0.2.1", "192.0.2.1-x",
                                "192.0.2.0:255.0.255.0", "a..b", "192.0.2.300", "x:70000", "\"]"}) {
    EXPECT_FALSE(list.Add(line)) << line;
  }
  EXPECT_EQ(list.toml(), "");
  EXPECT_THAT(list.Add("192.0.2.0/33").error(), HasSubstr("a prefix of 0 to 32"));
  EXPECT_TRUE(list.Add("192.0.2.1"));
}

TEST(HostList, IsBounded) {
  HostList list;
  EXPECT_THAT(list.Add("10.0.0.0/8").error(), HasSubstr("more than 100000"));
  EXPECT_THAT(list.Add("0.0.0.0-255.255.255.255").error(), HasSubstr("more than 100000"));
  EXPECT_EQ(list.targets(), 0u);
  ASSERT_TRUE(list.Add("10.0.0.0-10.1.134.159"));
  EXPECT_EQ(list.targets(), HostList::kMostTargets);
  EXPECT_FALSE(list.Add("vpn.example.com"));
}

}  // namespace
}  // namespace exporter
