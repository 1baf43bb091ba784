#include "probes/wire/nat_detection.h"

#include <gtest/gtest.h>

#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "tests/support/hex.h"
#include "tests/support/recorded.h"

namespace ike::wire {
namespace {

using test::ToHex;

// SHA-1 over the 22 and 34 bytes, by sha1sum.
TEST(NatDetection, HashesSpisAddressAndPort) {
  Endpoint endpoint{IpAddress::V4(192, 0, 2, 1), 500};
  const NatDetectionInput input = {0x0102030405060708, 0x1112131415161718, endpoint};
  EXPECT_EQ(ToHex(HashNatDetection(input)), "d798d986143f878f70765e0e869c80bbc375f701");
  endpoint.address = IpAddress{{0x20, 0x01, 0x0d, 0xb8}, 16, 7};  // the scope is not hashed
  endpoint.port = 4500;
  EXPECT_EQ(ToHex(HashNatDetection(input)), "22c109a0bedb582bf8c9d997a859049d0cc6f0af");
}

TEST(NatDetection, Ikev1UsesTheNegotiatedHash) {
  const Endpoint endpoint{IpAddress::V4(10, 0, 0, 1), 500};
  const NatDetectionInput input = {1, 2, endpoint};
  const NatDetectionHash sha1 = HashNatDetection(input);
  EXPECT_EQ(HashIkev1NatD(v1::hash::kSha1, input), Bytes(sha1.begin(), sha1.end()));
  EXPECT_EQ(HashIkev1NatD(v1::hash::kMd5, input)->size(), 16u);
  EXPECT_EQ(HashIkev1NatD(v1::hash::kSha256, input)->size(), 32u);
  EXPECT_EQ(HashIkev1NatD(v1::hash::kSha384, input)->size(), 48u);
  EXPECT_EQ(HashIkev1NatD(v1::hash::kSha512, input)->size(), 64u);
  EXPECT_FALSE(HashIkev1NatD(v1::hash::kTiger, input));
}

// strongSwan's own address, as it was recorded: without a NAT its SOURCE_IP is the address probed.
TEST(NatDetection, AgreesWithADaemon) {
  for (const test::RecordedExchange& exchange : test::LoadRecorded()) {
    if (exchange.peer != "ss-strong" || exchange.name != "v2-ok") continue;
    const auto header = ParseIkeHeader(exchange.responses.at(0));
    ASSERT_TRUE(header);
    const NatDetectionHash expected = HashNatDetection(
        {header->initiator_spi, header->responder_spi, {IpAddress::V4(10, 77, 0, 11), 500}});
    PayloadCursor cursor(header->next_payload, *MessageBody(*header, exchange.responses[0]));
    while (const auto payload = cursor.Next()) {
      const auto notify = ParseIkev2Notify(payload->body);
      if (payload->type != v2::payload::kNotify || !notify) continue;
      if (notify->type != v2::notify::kNatDetectionSourceIp) continue;
      EXPECT_EQ(ToHex(notify->data), ToHex(expected));
      return;
    }
  }
  FAIL() << "no such exchange";
}

}  // namespace
}  // namespace ike::wire
