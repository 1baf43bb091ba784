// The bodies of KE, nonce, ID, notify and vendor id.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "probes/wire/identification.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ke.h"
#include "probes/wire/nonce.h"
#include "probes/wire/notify.h"
#include "probes/wire/vendor_id.h"
#include "tests/support/hex.h"

namespace ike::wire {
namespace {

using test::FromHex;
using test::ToHex;

Ikev2Notify NotifyOf(uint16_t type, ByteSpan data = {}) {
  Ikev2Notify notify;
  notify.type = type;
  notify.data = data;
  return notify;
}

TEST(KeyExchange, Ikev2HasGroupAndValue) {
  Bytes body;
  Writer writer(&body);
  WriteIkev2Ke(19, FromHex("aabb"), &writer);
  EXPECT_EQ(ToHex(body), "00130000aabb");
  const auto parsed = ParseIkev2Ke(body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->group, 19);
  EXPECT_EQ(ToHex(parsed->value), "aabb");
}

TEST(KeyExchange, RefusesMissingValues) {
  EXPECT_FALSE(ParseIkev2Ke(FromHex("00130000")));
  EXPECT_FALSE(ParseIkev2Ke(FromHex("001300")));
  EXPECT_FALSE(ParseIkev1Ke({}));
  EXPECT_TRUE(ParseIkev1Ke(FromHex("00")));
}

TEST(Nonce, KeepsTheLimitsOfEachVersion) {
  EXPECT_FALSE(IsValidNonce(IkeVersion::kV1, Bytes(7)));
  EXPECT_TRUE(IsValidNonce(IkeVersion::kV1, Bytes(8)));
  EXPECT_FALSE(IsValidNonce(IkeVersion::kV2, Bytes(15)));
  EXPECT_TRUE(IsValidNonce(IkeVersion::kV2, Bytes(16)));
  EXPECT_TRUE(IsValidNonce(IkeVersion::kV2, Bytes(256)));
  EXPECT_FALSE(IsValidNonce(IkeVersion::kV2, Bytes(257)));
}

TEST(Identification, RoundTrips) {
  const Bytes name = {'l', 'a', 'b'};
  Bytes body;
  Writer writer(&body);
  WriteIkev1Identification({.type = 2, .protocol = 17, .port = 500, .data = name}, &writer);
  EXPECT_EQ(ToHex(body), "021101f46c6162");
  const auto parsed = ParseIkev1Identification(body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->type, 2);
  EXPECT_EQ(parsed->port, 500);
  EXPECT_EQ(parsed->data.size(), 3u);
  EXPECT_FALSE(ParseIkev1Identification(FromHex("021101")));
}

TEST(Notify, Ikev1RoundTripsWithCookiesAsSpi) {
  const Bytes spi(16, 0x5a);
  const Bytes data = FromHex("0102");
  Bytes body;
  Writer writer(&body);
  WriteIkev1Notify({.doi = 1, .protocol = 1, .type = 14, .spi = spi, .data = data}, &writer);
  const auto parsed = ParseIkev1Notify(body);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->doi, 1u);
  EXPECT_EQ(parsed->type, 14);
  EXPECT_EQ(ToHex(parsed->spi), ToHex(spi));
  EXPECT_EQ(ToHex(parsed->data), "0102");
}

TEST(Notify, Ikev2RoundTrips) {
  Bytes body;
  Writer writer(&body);
  const Bytes cookie = FromHex("c0ffee");
  WriteIkev2Notify(NotifyOf(v2::notify::kCookie, cookie), &writer);
  EXPECT_EQ(ToHex(body), "00004006c0ffee");
  const auto parsed = ParseIkev2Notify(body);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->is_error());
  EXPECT_TRUE(IsValidCookie(*parsed));
}

TEST(Notify, RefusesASpiThatIsNotThere) {
  EXPECT_FALSE(ParseIkev2Notify(FromHex("0104000e 000000")));
  EXPECT_FALSE(ParseIkev2Notify(FromHex("010000")));
  EXPECT_FALSE(ParseIkev1Notify(FromHex("00000001 0110000e 00")));
  EXPECT_FALSE(ParseIkev1Notify(FromHex("00000001 011000")));
}

TEST(Notify, ErrorsLieBelowTheStatusTypes) {
  EXPECT_TRUE(NotifyOf(14).is_error());
  EXPECT_TRUE(NotifyOf(16383).is_error());
  EXPECT_FALSE(NotifyOf(16384).is_error());
}

TEST(Notify, InvalidKePayloadNamesAGroupInTwoBytes) {
  const Bytes group = FromHex("0014");
  const Bytes one = FromHex("14");
  const Bytes three = FromHex("001400");
  EXPECT_EQ(ParseInvalidKeGroup(NotifyOf(17, group)), 20);
  EXPECT_FALSE(ParseInvalidKeGroup(NotifyOf(17, one)));
  EXPECT_FALSE(ParseInvalidKeGroup(NotifyOf(17, three)));
  EXPECT_FALSE(ParseInvalidKeGroup(NotifyOf(14, group)));
}

TEST(Notify, CookiesHave1To64Bytes) {
  EXPECT_FALSE(IsValidCookie(NotifyOf(v2::notify::kCookie)));
  const Bytes longest(64);
  const Bytes longer(65);
  EXPECT_TRUE(IsValidCookie(NotifyOf(v2::notify::kCookie, longest)));
  EXPECT_FALSE(IsValidCookie(NotifyOf(v2::notify::kCookie, longer)));
}

std::string Md5(std::string_view text) {
  Bytes digest(16);
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  return ToHex(digest);
}

// The ids are MD5 of texts, so a slip in the table shows.
TEST(VendorId, OursAreWhatTheyClaim) {
  EXPECT_EQ(ToHex(kVendorIdNatT), Md5("RFC 3947"));
  EXPECT_EQ(ToHex(kVendorIdNatTDraft02), Md5("draft-ietf-ipsec-nat-t-ike-02\n"));
  EXPECT_EQ(ToHex(kVendorIdFragmentation), Md5("FRAGMENTATION") + "80000000");
  EXPECT_EQ(ToHex(kVendorIdXauth), Md5("draft-ietf-ipsra-isakmp-xauth-06.txt").substr(0, 16));
}

}  // namespace
}  // namespace ike::wire
