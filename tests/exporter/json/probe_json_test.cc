#include "exporter/json/probe_json.h"

#include <gtest/gtest.h>

#include <string_view>

#include "exporter/targets/packet_text.h"

namespace exporter {
namespace {

ike::Bytes AsBytes(std::string_view text) { return {text.begin(), text.end()}; }

const ProbedHost kHost{"vpn.example", 500, ike::IpAddress::V4(192, 0, 2, 7)};

TEST(ProbeJson, SaysWhichAddressItWasAlsoOfAFailure) {
  EXPECT_EQ(Ikev2SaJson(kHost, {})["address"], "192.0.2.7");
  EXPECT_EQ(Ikev1ProbeJson(kHost, {})["address"], "192.0.2.7");
  EXPECT_EQ(ErrorJson(kHost, "no answer in time", "timeout")["address"], "192.0.2.7");
  EXPECT_FALSE(ErrorJson({"vpn.example", 500}, "no such name", "resolve").contains("address"));
}

TEST(ProbeJson, ListsQuirksByTheirNamesWhereThereAreSome) {
  ike::Outcome outcome;
  EXPECT_FALSE(Ikev2SaJson(kHost, outcome).contains("quirks"));
  outcome.quirks = ike::kQuirkTrailingBytes | ike::kQuirkMinorVersion;
  const Json expected{"trailing_bytes", "minor_version"};
  EXPECT_EQ(Ikev2SaJson(kHost, outcome)["quirks"], expected);
  EXPECT_EQ(Ikev1ProbeJson(kHost, outcome)["quirks"], expected);
}

TEST(ProbeJson, UnknownVendorIdsSpeakForThemselves) {
  ike::Outcome outcome;
  outcome.details.vendor_ids = {AsBytes("Acme VPN 7"), {1, 2, 3, 4}, AsBytes("Acme VPN 7")};
  const Json json = Ikev2SaJson(kHost, outcome);
  EXPECT_EQ(json["vendorTexts"], Json{"Acme VPN 7"});
  EXPECT_TRUE(json["vendors"].empty());
  outcome.details.vendor_ids.clear();
  EXPECT_FALSE(Ikev2SaJson(kHost, outcome).contains("vendorTexts"));
}

TEST(ProbeJson, NamesTheGatewayOfARedirect) {
  ike::Outcome outcome;
  outcome.details.redirected_to = {1, 192, 0, 2, 33};
  EXPECT_EQ(Ikev2SaJson(kHost, outcome)["redirectedTo"], "192.0.2.33");
  outcome.details.redirected_to.clear();
  EXPECT_FALSE(Ikev2SaJson(kHost, outcome).contains("redirectedTo"));
}

TEST(RedirectText, IsAnAddressOrAName) {
  ike::Bytes ipv6(17, 0);
  ipv6[0] = 2;
  ipv6[16] = 1;
  EXPECT_EQ(RedirectText(ipv6), "::1");
  EXPECT_EQ(RedirectText(AsBytes("\x03gw.example")), "gw.example");
  EXPECT_EQ(RedirectText(AsBytes("\x03gw\n\x1b[2J")), "gw??[2J") << "it may meet a terminal";
  EXPECT_EQ(RedirectText(ike::Bytes{1, 192, 0, 2}), "");
  EXPECT_EQ(RedirectText(ike::Bytes{9, 'g'}), "");
  EXPECT_EQ(RedirectText({}), "");
}

}  // namespace
}  // namespace exporter
