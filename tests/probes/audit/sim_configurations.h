// Random configurations for SimEndpoint, from a seed: single suites, several proposals that are no
// cartesian product, AEAD, key lengths, weak groups, additional key exchanges. For tests.
#pragma once

#include <random>

#include "tests/probes/audit/sim_endpoint.h"

namespace ike::sim {

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  // `additional`: some proposals have additional key exchanges.
  ProposalV2 MakeV2(bool additional);
  std::vector<ProposalV2> MakeV2List(bool additional);
  ProposalV2 MakeWildcardV2() const;  // everything strongSwan offers without a proposals line
  // `libreswan`: of what libreswan has.
  ProposalV1 MakeV1(bool libreswan = false);
  std::vector<ProposalV1> MakeV1List(bool libreswan = false);
  ProposalV1 MakeWildcardV1() const;

  size_t Below(size_t bound) { return random_() % bound; }

 private:
  template <typename T>
  std::vector<T> Some(const std::vector<T>& from, size_t at_most);
  void AddSlots(ProposalV2* proposal);

  std::mt19937_64 random_;
};

// Of one whose connections have these methods, without limits as by default.
Behaviour Libreswan(std::vector<uint16_t> methods);

}  // namespace ike::sim
