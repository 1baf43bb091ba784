#include "probes/exchange/prepared_opening.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "probes/algorithms/offers.h"
#include "probes/wire/nat_detection.h"
#include "tests/probes/exchange/exchange_fixture.h"

namespace ike::test {
namespace {

ExchangeSeed SomeSeed() {
  ExchangeSeed seed;
  seed.initiator_spi = kSpi;
  seed.nonce.fill(0x4e);
  seed.local = {IpAddress::V4(192, 0, 2, 1), 40000};
  seed.remote = {IpAddress::V4(198, 51, 100, 7), 500};
  return seed;
}

// The message as the codec writes it in one go.
Bytes Reference(const Ikev2Opening& opening, const ExchangeSeed& seed, const KeyShare& share) {
  Bytes out;
  wire::MessageBuilder builder(&out, {.initiator_spi = seed.initiator_spi,
                                      .version = wire::kVersion2,
                                      .exchange_type = wire::v2::exchange::kIkeSaInit,
                                      .flags = wire::v2::flag::kInitiator});
  wire::WriteIkev2Sa(opening.proposals, builder.Begin(wire::v2::payload::kSa));
  wire::WriteIkev2Ke(share.group, share.public_value, builder.Begin(wire::v2::payload::kKe));
  builder.Add(wire::v2::payload::kNonce, seed.nonce);
  const auto notify = [&](uint16_t type, ByteSpan data) {
    wire::WriteIkev2Notify({.protocol = 0, .type = type, .spi = {}, .data = data},
                           builder.Begin(wire::v2::payload::kNotify));
  };
  notify(16388, wire::HashNatDetection({seed.initiator_spi, 0, seed.local}));
  notify(16389, wire::HashNatDetection({seed.initiator_spi, 0, seed.remote}));
  if (opening.ask_features) {
    notify(16430, {});
    notify(16431, Bytes{0, 2, 0, 3, 0, 4, 0, 5});
    notify(16435, {});
  }
  const bool has_additional_ke = std::ranges::any_of(opening.proposals, [](const auto& proposal) {
    return std::ranges::any_of(proposal.transforms, [](const auto& t) { return t.type >= 6; });
  });
  if (opening.ask_features || has_additional_ke) notify(16438, {});
  builder.Finish();
  return out;
}

TEST(PreparedOpening, CopyAndPatchGivesTheSameBytesAsTheCodec) {
  const ExchangeSeed seed = SomeSeed();
  for (ProposalSet set : {ProposalSet::kBroad, ProposalSet::kModern, ProposalSet::kCompat}) {
    for (bool ask : {true, false}) {
      Ikev2Opening opening = MakeIkev2Opening(set);
      opening.ask_features = ask;
      const PreparedOpening prepared(opening);
      Bytes message(7, 0xff);  // whatever was there before
      for (size_t size : {32u, 256u, 132u}) {
        const Bytes value(size, 0x11);
        prepared.WriteMessage(seed, {14, value}, &message);
        EXPECT_EQ(message, Reference(opening, seed, {14, value}));
      }
    }
  }
}

TEST(PreparedOpening, SaBodyIsTheOneOfTheMessages) {
  const Ikev2Opening opening = SomeIkev2Opening();
  Bytes expected;
  Writer writer(&expected);
  wire::WriteIkev2Sa(opening.proposals, &writer);
  const PreparedOpening prepared(opening);
  EXPECT_EQ(Bytes(prepared.sa_body().begin(), prepared.sa_body().end()), expected);
  EXPECT_EQ(prepared.version(), IkeVersion::kV2);
}

TEST(PreparedOpening, KnowsWhichGroupsItOffers) {
  const PreparedOpening prepared(SomeIkev2Opening());
  EXPECT_EQ(prepared.own_ke_group(), 31);
  for (int group : {31, 19, 14, 20}) {
    EXPECT_TRUE(prepared.OffersKeGroup(static_cast<uint16_t>(group)));
  }
  for (int group : {0, 2, 12, 36}) {
    EXPECT_FALSE(prepared.OffersKeGroup(static_cast<uint16_t>(group)));
  }
  EXPECT_EQ(PreparedOpening(MakeIkev1MainOpening(ProposalSet::kBroad)).own_ke_group(), 0);
}

TEST(PreparedOpening, AddressesOfIpv6AreHashedWhole) {
  ExchangeSeed seed = SomeSeed();
  seed.local.address = IpAddress{{0x20, 0x01, 0x0d, 0xb8, 0, 1}, 16, 0};
  const Ikev2Opening opening = SomeIkev2Opening();
  Bytes message;
  const Bytes value(32, 1);
  PreparedOpening(opening).WriteMessage(seed, {31, value}, &message);
  EXPECT_EQ(message, Reference(opening, seed, {31, value}));
}

}  // namespace
}  // namespace ike::test
