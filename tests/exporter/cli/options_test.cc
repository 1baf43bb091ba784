#include "exporter/cli/options.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

using namespace std::chrono_literals;
using Arguments = std::vector<const char*>;

tl::expected<Options, std::string> Parse(Arguments arguments) {
  arguments.insert(arguments.begin(), "ike_exporter");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

ProbeOptions ParseProbe(const Arguments& arguments) {
  auto options = Parse(arguments);
  if (options) return std::get<ProbeOptions>(*options);
  ADD_FAILURE() << options.error();
  return {};
}

std::string ErrorOf(const Arguments& arguments) {
  auto options = Parse(arguments);
  return options ? "" : options.error();
}

TEST(ProbeOptions, JsonIsAFlagAndAFormat) {
  EXPECT_EQ(ParseProbe({"probe", "a"}).format, ProbeFormat::kText);
  EXPECT_EQ(ParseProbe({"probe", "--format", "text", "a"}).format, ProbeFormat::kText);
  for (const Arguments& arguments : {Arguments{"probe", "--json", "a"},
                                     {"probe", "--format", "json", "a"},
                                     {"probe", "--format", "json", "--json", "a"}}) {
    EXPECT_EQ(ParseProbe(arguments).format, ProbeFormat::kJson);
  }
  EXPECT_EQ(ErrorOf({"probe", "--json", "--format", "text", "a"}),
            "--json: not with --format text");
  EXPECT_EQ(ErrorOf({"probe", "--json", "--format=nagios", "a"}),
            "--json: not with --format nagios");
  EXPECT_NE(ErrorOf({"probe", "--format", "xml", "a"}), "");
  EXPECT_NE(ErrorOf({"audit", "--format", "json", "a"}), "");
}

TEST(ProbeOptions, ThresholdsAreDurations) {
  const ProbeOptions options = ParseProbe(
      {"probe", "--format", "nagios", "--warning-rtt", "500ms", "--critical-rtt", "1s500ms", "a"});
  EXPECT_EQ(options.format, ProbeFormat::kNagios);
  EXPECT_EQ(options.rtt.warning, 500ms);
  EXPECT_EQ(options.rtt.critical, 1500ms);
  EXPECT_FALSE(ParseProbe({"probe", "--format", "nagios", "a"}).rtt.warning);
  for (const char* text : {"5", "0", "-1s", "1.5s", "11m", "fast"}) {
    EXPECT_EQ(ErrorOf({"probe", "--format=nagios", "--critical-rtt", text, "a"}),
              "--critical-rtt: \"" + std::string(text) +
                  "\" is no duration of 1ms to 10m, such as 500ms");
  }
}

TEST(ProbeOptions, CriticalIsNotBelowWarning) {
  EXPECT_EQ(ErrorOf({"probe", "--format=nagios", "--warning-rtt=1s", "--critical-rtt=999ms", "a"}),
            "--critical-rtt: 999ms is below --warning-rtt");
  EXPECT_EQ(ErrorOf({"probe", "--format=nagios", "--warning-rtt=1s", "--critical-rtt=1s", "a"}),
            "");
}

TEST(ProbeOptions, ThresholdsAreThePluginsOnly) {
  const std::string sentence = "--warning-rtt, --critical-rtt: only with --format nagios";
  EXPECT_EQ(ErrorOf({"probe", "--warning-rtt", "1s", "a"}), sentence);
  EXPECT_EQ(ErrorOf({"probe", "--json", "--critical-rtt", "1s", "a"}), sentence);
  EXPECT_NE(ErrorOf({"audit", "--critical-rtt", "1s", "a"}), "");
}

TEST(ProbeOptions, APluginProbesOneHost) {
  EXPECT_EQ(ErrorOf({"probe", "--format", "nagios", "a", "b"}),
            "--format nagios: one HOST at a time");
}

TEST(AsksForPlugin, WhateverElseIsWrong) {
  auto asks = [](const Arguments& arguments) {
    return AsksForPlugin(static_cast<int>(arguments.size()), arguments.data());
  };
  EXPECT_TRUE(asks({"ike_exporter", "probe", "--format", "nagios"}));
  EXPECT_TRUE(asks({"ike_exporter", "probe", "--port", "x", "--format=nagios", "a"}));
  EXPECT_FALSE(asks({"ike_exporter", "probe", "nagios", "--format"}));
  EXPECT_FALSE(asks({"ike_exporter", "probe", "--format", "json", "nagios"}));
  EXPECT_FALSE(asks({"ike_exporter"}));
}

}  // namespace
}  // namespace exporter
