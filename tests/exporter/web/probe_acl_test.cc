#include "exporter/web/probe_acl.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(ProbeAcl, ANameThatNoRuleCanAllowIsRefusedUnresolved) {
  using Kind = config::AllowRule::Kind;
  const auto access = [](std::vector<config::AllowRule> rules, std::string_view host) {
    auto config = std::make_shared<config::Config>();
    config->targets.push_back({"hq", "vpn.example.com", config->defaults, nullptr, nullptr});
    config->api.allow = std::move(rules);
    return RuleForName(TargetTable{std::move(config), {}, {}}, host);
  };
  const config::AllowRule configured{Kind::kConfigured, {}, {}};
  const config::AllowRule any{Kind::kAny, {}, {}};
  const config::AllowRule listed{Kind::kHost, "listed.example.com", {}};
  const config::AllowRule network{Kind::kNetwork, {}, {}};
  EXPECT_EQ(access({}, "vpn.example.com"), NameRule::kNever);
  EXPECT_EQ(access({configured, listed}, "other.example.com"), NameRule::kNever);
  EXPECT_EQ(access({configured}, "VPN.example.com"), NameRule::kByName);
  EXPECT_EQ(access({configured, listed}, "listed.example.com"), NameRule::kByName);
  EXPECT_EQ(access({any}, "other.example.com"), NameRule::kByName);
  EXPECT_EQ(access({configured, network}, "other.example.com"), NameRule::kByAddress);
  EXPECT_EQ(access({network, configured}, "vpn.example.com"), NameRule::kByName);
}

}  // namespace
}  // namespace exporter
