#include "tests/probes/audit/sim_configurations.h"

#include <algorithm>

namespace ike::sim {
namespace {

const std::vector<Cipher> kAead = {
    {20, 128, true}, {20, 192, true}, {20, 256, true}, {19, 128, true}, {19, 256, true},
    {18, 128, true}, {18, 256, true}, {16, 128, true}, {16, 192, true}, {16, 256, true},
    {15, 128, true}, {14, 256, true}, {28, 0, true},   {27, 128, true}, {25, 256, true}};
const std::vector<Cipher> kPlain = {
    {12, 128, false}, {12, 192, false}, {12, 256, false}, {13, 128, false}, {13, 256, false},
    {3, 0, false},    {2, 0, false},    {23, 128, false}, {23, 192, false}, {23, 256, false},
    {7, 128, false},  {7, 256, false},  {6, 128, false},  {24, 128, false}};
const std::vector<uint16_t> kIntegrity = {1, 2, 5, 8, 12, 13, 14};
const std::vector<uint16_t> kPrfs = {1, 2, 4, 5, 6, 7, 8};
const std::vector<uint16_t> kGroups = {1,  2,  5,  14, 15, 16, 17, 18, 19, 20, 21,
                                       22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};
const std::vector<uint16_t> kMlKem = {35, 36, 37};
const std::vector<uint16_t> kMethods = {35, 36, 37, 36, 37, 35, 36, 37, 19, 20, 31, 14, 15, 28, 32};

const std::vector<Cipher> kV1Ciphers = {{7, 128}, {7, 192}, {7, 256}, {5, 0},   {1, 0},   {8, 128},
                                        {8, 192}, {8, 256}, {3, 128}, {3, 192}, {3, 256}, {6, 128}};
const std::vector<uint16_t> kV1Hashes = {1, 2, 4, 5, 6};
const std::vector<Cipher> kV1CiphersOfLibreswan = {{7, 128},  {7, 192}, {7, 256}, {5, 0},
                                                   {8, 128},  {8, 192}, {8, 256}, {13, 128},
                                                   {13, 192}, {13, 256}};
const std::vector<uint16_t> kGroupsOfLibreswan = {2,  5,  14, 15, 16, 17, 18,
                                                  19, 20, 21, 22, 23, 24, 31};

}  // namespace

template <typename T>
std::vector<T> Generator::Some(const std::vector<T>& from, size_t at_most) {
  std::vector<T> some = from;
  std::shuffle(some.begin(), some.end(), random_);
  some.resize(1 + Below(std::min(at_most, some.size())));
  std::vector<T> unique;
  for (const T& value : some) {
    if (std::ranges::find(unique, value) == unique.end()) unique.push_back(value);
  }
  return unique;
}

ProposalV2 Generator::MakeV2(bool additional) {
  size_t breadth = Below(3) == 0 ? 4 : 2;
  if (Below(3) == 0) breadth = 1;
  ProposalV2 proposal;
  if (Below(2) == 0) {
    proposal.ciphers = Some(kAead, breadth);
  } else {
    proposal.ciphers = Some(kPlain, breadth);
    proposal.integrity = Some(kIntegrity, breadth);
  }
  proposal.prfs = Some(kPrfs, breadth);
  proposal.groups = Some(kGroups, breadth);
  if (Below(20) == 0) proposal.groups.push_back(kMlKem[Below(3)]);
  if (additional && Below(4) != 0) AddSlots(&proposal);
  return proposal;
}

void Generator::AddSlots(ProposalV2* proposal) {
  size_t slots = 1 + (Below(3) == 0 ? 1 : 0) + (Below(8) == 0 ? 1 : 0);
  // Daemons choose greedily and a method only once (RFC 9370 section 2.2.2): one that stands in two
  // places of a proposal may be unreachable, whatever is offered.
  std::vector<uint16_t> left = kMethods;
  auto drop = [&left](const std::vector<uint16_t>& used) {
    std::erase_if(left, [&](uint16_t id) { return std::ranges::find(used, id) != used.end(); });
  };
  drop(proposal->groups);
  for (size_t slot = 0; slot < slots && !left.empty(); ++slot) {
    proposal->slots[slot] = Some(left, 2);
    drop(proposal->slots[slot]);
    if (Below(3) == 0) proposal->slots[slot].push_back(0);
  }
}

std::vector<ProposalV2> Generator::MakeV2List(bool additional) {
  std::vector<ProposalV2> list(1 + Below(4));
  for (ProposalV2& proposal : list) proposal = MakeV2(additional);
  return list;
}

ProposalV2 Generator::MakeWildcardV2() const {
  ProposalV2 all;
  all.ciphers = {{12, 128}, {12, 192}, {12, 256}, {13, 128}, {13, 192},
                 {13, 256}, {23, 128}, {23, 192}, {23, 256}, {3, 0}};
  all.integrity = {12, 13, 14, 5, 8, 2};
  all.prfs = {5, 6, 7, 4, 8, 2};
  all.groups = {19, 20, 21, 28, 29, 30, 31, 32, 15, 16, 17, 18, 14};
  return all;
}

ProposalV1 Generator::MakeV1(bool libreswan) {
  size_t breadth = Below(3) == 0 ? 3 : 2;
  if (Below(3) == 0) breadth = 1;
  return {Some(libreswan ? kV1CiphersOfLibreswan : kV1Ciphers, breadth), Some(kV1Hashes, breadth),
          Some(libreswan ? kGroupsOfLibreswan : kGroups, breadth)};
}

std::vector<ProposalV1> Generator::MakeV1List(bool libreswan) {
  std::vector<ProposalV1> list(1 + Below(4));
  for (ProposalV1& proposal : list) proposal = MakeV1(libreswan);
  return list;
}

Behaviour Libreswan(std::vector<uint16_t> methods) {
  Behaviour behaviour;
  behaviour.manner = Manner::kLibreswan;
  behaviour.limits = false;
  behaviour.methods = std::move(methods);
  return behaviour;
}

ProposalV1 Generator::MakeWildcardV1() const {
  return {{{7, 128}, {7, 192}, {7, 256}, {8, 128}, {8, 192}, {8, 256}, {5, 0}},
          {4, 5, 6, 2},
          {19, 20, 21, 28, 29, 30, 31, 15, 16, 17, 18, 14}};
}

}  // namespace ike::sim
