#include "exporter/engine/address_gate.h"

#include <gtest/gtest.h>

#include <array>

#include "config/host.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

const ike::IpAddress kHere = *config::ParseIpAddress("192.0.2.1");
const ike::IpAddress kThere = *config::ParseIpAddress("192.0.2.2");

TEST(AddressGate, LetsOneThroughToEachAddress) {
  AddressGate gate;
  std::array<AddressGate::Node, 3> nodes;
  EXPECT_TRUE(gate.Enter(&nodes[0], kHere));
  EXPECT_TRUE(gate.Enter(&nodes[1], kThere));
  EXPECT_FALSE(gate.Enter(&nodes[2], kHere));
  EXPECT_TRUE(nodes[2].queued());
  EXPECT_EQ(gate.Leave(&nodes[1]), nullptr);
  EXPECT_EQ(gate.Leave(&nodes[0]), &nodes[2]);
  EXPECT_FALSE(nodes[2].queued());
  EXPECT_EQ(gate.Leave(&nodes[2]), nullptr);
  EXPECT_TRUE(gate.Enter(&nodes[0], kHere));
}

TEST(AddressGate, KeepsTheOrder) {
  AddressGate gate;
  std::array<AddressGate::Node, 4> nodes;
  for (AddressGate::Node& node : nodes) gate.Enter(&node, kHere);
  EXPECT_EQ(gate.Leave(&nodes[0]), &nodes[1]);
  EXPECT_EQ(gate.Leave(&nodes[1]), &nodes[2]);
  EXPECT_FALSE(gate.Enter(&nodes[0], kHere));
  EXPECT_EQ(gate.Leave(&nodes[2]), &nodes[3]);
  EXPECT_EQ(gate.Leave(&nodes[3]), &nodes[0]);
}

TEST(AddressGate, ForgetsThoseThatGiveUp) {
  AddressGate gate;
  std::array<AddressGate::Node, 4> nodes;
  for (AddressGate::Node& node : nodes) gate.Enter(&node, kHere);
  EXPECT_EQ(gate.Leave(&nodes[1]), nullptr);
  EXPECT_EQ(gate.Leave(&nodes[3]), nullptr);
  EXPECT_EQ(gate.Leave(&nodes[3]), nullptr);  // once more changes nothing
  EXPECT_FALSE(gate.Enter(&nodes[1], kHere));
  EXPECT_EQ(gate.Leave(&nodes[0]), &nodes[2]);
  EXPECT_EQ(gate.Leave(&nodes[2]), &nodes[1]);
}

TEST(AddressGate, OneThatOvertakesIsWaitedForNext) {
  AddressGate gate;
  std::array<AddressGate::Node, 4> nodes;
  for (AddressGate::Node& node : nodes) gate.Enter(&node, kHere);
  gate.Overtake(&nodes[2]);
  EXPECT_FALSE(nodes[2].queued());
  EXPECT_EQ(gate.Leave(&nodes[0]), nullptr);  // nobody waits for it any more
  EXPECT_EQ(gate.Leave(&nodes[2]), &nodes[1]);
  EXPECT_EQ(gate.Leave(&nodes[1]), &nodes[3]);
}

TEST(AddressGate, TheLastMayOvertake) {
  AddressGate gate;
  std::array<AddressGate::Node, 3> nodes;
  gate.Enter(&nodes[0], kHere);
  gate.Enter(&nodes[1], kHere);
  gate.Overtake(&nodes[1]);
  EXPECT_FALSE(gate.Enter(&nodes[2], kHere));
  EXPECT_EQ(gate.Leave(&nodes[1]), &nodes[2]);
  EXPECT_EQ(gate.Leave(&nodes[0]), nullptr);
}

}  // namespace
}  // namespace exporter
