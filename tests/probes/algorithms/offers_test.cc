#include "probes/algorithms/offers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "probes/algorithms/key_share.h"
#include "probes/algorithms/registry.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_sa.h"

namespace ike {
namespace {

constexpr ProposalSet kSets[] = {ProposalSet::kBroad, ProposalSet::kModern, ProposalSet::kCompat};
// UDP payload that no path fragments, IPv6's minimum included.
constexpr size_t kDatagram = 1200;
constexpr size_t kHeader = 28;
constexpr size_t kPayload = 4;

std::vector<Ikev2Opening> AllIkev2() {
  std::vector<Ikev2Opening> openings = {PlainestIkev2Opening(), RefusedIkev2Opening()};
  for (ProposalSet set : kSets) openings.push_back(MakeIkev2Opening(set));
  return openings;
}

std::vector<Ikev1Opening> AllIkev1() {
  std::vector<Ikev1Opening> openings = {PlainestIkev1Opening(), RefusedIkev1Opening()};
  openings.push_back(WithXauth(PlainestIkev1Opening()));
  openings.push_back(WithXauth(RefusedIkev1Opening()));
  for (ProposalSet set : kSets) {
    openings.push_back(WithXauth(MakeIkev1AggressiveOpening(set, 14)));
    openings.push_back(MakeIkev1MainOpening(set));
    openings.push_back(MakeIkev1AggressiveOpening(set, 14));
  }
  return openings;
}

// SA, KE, nonce, and the notifies that the dialogue adds at most: NAT_DETECTION (2 x 28),
// FRAGMENTATION, SIGNATURE_HASH_ALGORITHMS (18), USE_PPK, INTERMEDIATE_EXCHANGE_SUPPORTED.
size_t Ikev2Size(const Ikev2Opening& opening, uint16_t group) {
  Bytes sa;
  Writer writer(&sa);
  wire::WriteIkev2Sa(opening.proposals, &writer);
  const size_t notifies = 2 * 28 + 8 + 18 + 8 + 8;
  return kHeader + kPayload + sa.size() + 8 + KeyShareLength(group) + kPayload + 32 + notifies;
}

size_t Ikev1SaSize(const Ikev1Opening& opening) {
  Bytes sa;
  Writer writer(&sa);
  wire::WriteIkev1Sa(opening.transforms, &writer);
  return kPayload + sa.size();
}

TEST(Ikev2Offers, FitADatagram) {
  for (const Ikev2Opening& opening : AllIkev2()) {
    EXPECT_LE(Ikev2Size(opening, opening.ke_group), kDatagram);
  }
  // Followed to the largest group that it offers, with a cookie, it stays below an Ethernet frame.
  EXPECT_LE(Ikev2Size(MakeIkev2Opening(ProposalSet::kBroad), 16) + 8 + 64, 1472u);
}

TEST(Ikev2Offers, AreWhatTheRegistryKnows) {
  for (const Ikev2Opening& opening : AllIkev2()) {
    for (const OfferedProposal& proposal : opening.proposals) {
      for (const OfferedTransform& transform : proposal.transforms) {
        EXPECT_NE(FindAlgorithm(IkeVersion::kV2, KindOfTransformType(transform.type), transform.id,
                                transform.key_length),
                  nullptr)
            << int{transform.type} << " " << transform.id << " " << transform.key_length;
      }
    }
  }
}

// RFC 7296 section 3.3: AEAD and other ciphers apart, integrity with the others only, never NONE.
TEST(Ikev2Offers, KeepAeadApart) {
  for (const Ikev2Opening& opening : AllIkev2()) {
    for (const OfferedProposal& proposal : opening.proposals) {
      std::set<bool> aead;
      std::set<uint8_t> types;
      for (const OfferedTransform& transform : proposal.transforms) {
        types.insert(transform.type);
        if (transform.type == 3) {
          EXPECT_NE(transform.id, 0);
        }
        if (transform.type != 1) continue;
        aead.insert(
            FindAlgorithm(IkeVersion::kV2, Kind::kEncryption, transform.id, transform.key_length)
                ->aead);
      }
      ASSERT_EQ(aead.size(), 1u);
      EXPECT_NE(*aead.begin(), types.contains(3));
      EXPECT_TRUE(types.contains(1) && types.contains(2) && types.contains(4));
    }
  }
}

TEST(Ikev2Offers, HaveNoTransformTwice) {
  for (const Ikev2Opening& opening : AllIkev2()) {
    for (const OfferedProposal& proposal : opening.proposals) {
      const std::set<OfferedTransform> once(proposal.transforms.begin(), proposal.transforms.end());
      EXPECT_EQ(once.size(), proposal.transforms.size());
    }
  }
}

TEST(Ikev2Offers, KeValueIsOfAGroupOfferedAndThereIsOne) {
  for (const Ikev2Opening& opening : AllIkev2()) {
    EXPECT_GT(KeyShareLength(opening.ke_group), 0u);
    for (const OfferedProposal& proposal : opening.proposals) {
      for (const OfferedTransform& transform : proposal.transforms) {
        if (transform.type == 4) {
          EXPECT_GT(KeyShareLength(transform.id), 0u) << transform.id;
        }
      }
    }
    const auto& first = opening.proposals.front().transforms;
    const OfferedTransform ke = {4, opening.ke_group, 0};
    const bool offered = std::ranges::any_of(opening.proposals, [&](const OfferedProposal& p) {
      return std::ranges::find(p.transforms, ke) != p.transforms.end();
    });
    EXPECT_TRUE(offered) << opening.ke_group;
    EXPECT_FALSE(first.empty());
  }
}

// Only a responder that knows RFC 9370 takes a proposal with ADDKE, so there is one without.
TEST(Ikev2Offers, AdditionalKeyExchangesAreNeverTheOnlyWay) {
  for (const Ikev2Opening& opening : AllIkev2()) {
    const bool has_plain = std::ranges::any_of(opening.proposals, [](const OfferedProposal& p) {
      return std::ranges::none_of(p.transforms, [](const auto& t) { return t.type >= 6; });
    });
    EXPECT_TRUE(has_plain);
  }
}

TEST(Ikev2Offers, BroadReachesOldGateways) {
  const auto proposals = MakeIkev2Opening(ProposalSet::kBroad).proposals;
  const auto offers = [&](OfferedTransform transform) {
    return std::ranges::any_of(proposals, [&](const OfferedProposal& proposal) {
      return std::ranges::find(proposal.transforms, transform) != proposal.transforms.end();
    });
  };
  EXPECT_TRUE(offers({1, 3, 0}));     // 3DES
  EXPECT_TRUE(offers({1, 12, 128}));  // AES-CBC-128
  EXPECT_TRUE(offers({3, 2, 0}));     // HMAC-SHA1-96
  EXPECT_TRUE(offers({3, 1, 0}));     // HMAC-MD5-96
  EXPECT_TRUE(offers({4, 2, 0}));     // 1024-bit MODP
}

TEST(Ikev2Offers, ModernHasNothingWeak) {
  const Ikev2Opening opening = MakeIkev2Opening(ProposalSet::kModern);
  for (const OfferedProposal& proposal : opening.proposals) {
    for (const OfferedTransform& transform : proposal.transforms) {
      const Algorithm* row = FindAlgorithm(IkeVersion::kV2, KindOfTransformType(transform.type),
                                           transform.id, transform.key_length);
      EXPECT_LE(row->verdict, Verdict::kAcceptable) << row->name;
    }
  }
}

TEST(Ikev2Offers, CompatIsTheSuiteOfTheContract) {
  const Ikev2Opening opening = MakeIkev2Opening(ProposalSet::kCompat);
  const std::vector<OfferedProposal> expected = {
      {{{1, 12, 256}, {2, 5, 0}, {3, 12, 0}, {4, 14, 0}}}};
  EXPECT_EQ(opening.proposals, expected);
  EXPECT_EQ(opening.ke_group, 14);
}

TEST(Ikev2Offers, RefusedOffersNothingThatAnybodyHas) {
  const Ikev2Opening opening = RefusedIkev2Opening();
  for (const OfferedTransform& transform : opening.proposals.at(0).transforms) {
    const Algorithm* row = FindAlgorithm(IkeVersion::kV2, KindOfTransformType(transform.type),
                                         transform.id, transform.key_length);
    if (transform.type != 4) {
      EXPECT_FALSE(row->in_ike_sa) << row->name;
    }
  }
}

TEST(Ikev1Offers, FitADatagram) {
  // Vendor ids: 12 + 20 + 20 + 20 + 24.
  for (const Ikev1Opening& opening : AllIkev1()) {
    size_t size = kHeader + Ikev1SaSize(opening) + 96;
    if (opening.mode == Ikev1Mode::kAggressive) size += 4 + 256 + 4 + 32 + 8 + 64;
    EXPECT_LE(size, kDatagram);
  }
}

TEST(Ikev1Offers, AreWhatTheRegistryKnows) {
  for (const Ikev1Opening& opening : AllIkev1()) {
    for (const Ikev1Transform& transform : opening.transforms) {
      constexpr IkeVersion v1 = IkeVersion::kV1;
      EXPECT_NE(FindAlgorithm(v1, Kind::kEncryption, transform.encryption, transform.key_length),
                nullptr);
      EXPECT_NE(FindAlgorithm(v1, Kind::kHash, transform.hash), nullptr);
      EXPECT_NE(FindAlgorithm(v1, Kind::kDh, transform.group), nullptr);
      EXPECT_NE(FindAlgorithm(v1, Kind::kAuthentication, transform.authentication), nullptr);
    }
  }
}

// libreswan is silent where both kinds stand among the transforms.
TEST(Ikev1Offers, KeepToOneKindOfMethods) {
  for (const Ikev1Opening& opening : AllIkev1()) {
    const bool xauth = opening.transforms.front().authentication > 65000;
    for (const Ikev1Transform& transform : opening.transforms) {
      const uint16_t method = transform.authentication;
      EXPECT_TRUE(xauth ? method == 65001 || method == 65005 : method == 1 || method == 3);
    }
  }
}

TEST(Ikev1Offers, HaveNoTransformTwice) {
  for (const Ikev1Opening& opening : AllIkev1()) {
    for (size_t i = 0; i < opening.transforms.size(); ++i) {
      EXPECT_EQ(std::ranges::count(opening.transforms, opening.transforms[i]), 1);
    }
  }
}

// RFC 2409 section 5: the group of Aggressive Mode cannot be negotiated.
TEST(Ikev1Offers, AggressiveModeHasOneGroup) {
  for (ProposalSet set : kSets) {
    const Ikev1Opening opening = MakeIkev1AggressiveOpening(set, 5);
    EXPECT_EQ(opening.mode, Ikev1Mode::kAggressive);
    EXPECT_EQ(opening.group, 5);
    ASSERT_FALSE(opening.transforms.empty());
    for (const Ikev1Transform& transform : opening.transforms) EXPECT_EQ(transform.group, 5);
  }
}

TEST(Ikev1Offers, CompatIsTheSuiteOfTheContract) {
  const Ikev1Opening opening = MakeIkev1MainOpening(ProposalSet::kCompat);
  const std::vector<Ikev1Transform> expected = {{.encryption = 7,
                                                 .key_length = 128,
                                                 .hash = 2,
                                                 .authentication = 1,
                                                 .group = 2,
                                                 .life_seconds = 28800}};
  EXPECT_EQ(opening.transforms, expected);
}

TEST(Offers, ThePlainestAskForNothingElse) {
  EXPECT_FALSE(PlainestIkev1Opening().send_vendor_ids);
  EXPECT_FALSE(PlainestIkev2Opening().ask_features);
  EXPECT_EQ(PlainestIkev2Opening().proposals.size(), 1u);
}

}  // namespace
}  // namespace ike
