#include "tests/responder/public_values.h"

#include <gtest/gtest.h>

namespace responder {
namespace {

TEST(PublicValues, OwnValuesPassTheirOwnCheck) {
  PublicValues values;
  for (uint16_t group : std::initializer_list<uint16_t>{
           1, 2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32}) {
    const Bytes& value = values.Of(group);
    EXPECT_EQ(value.size(), InitiatorLength(group)) << group;
    EXPECT_TRUE(IsPublicValue(group, value)) << group;
    Bytes zero(value.size(), 0);
    EXPECT_FALSE(IsPublicValue(group, zero)) << group;
    EXPECT_FALSE(IsPublicValue(group, View(value).first(value.size() - 1))) << group;
  }
}

TEST(PublicValues, RandomBytesAreNoPointOfACurve) {
  for (uint16_t group : std::initializer_list<uint16_t>{19, 20, 21, 25, 26, 28, 29, 30}) {
    EXPECT_FALSE(IsPublicValue(group, Bytes(InitiatorLength(group), 0x5a))) << group;
  }
}

TEST(PublicValues, MlKemCoefficientsAreBelow3329) {
  PublicValues values;
  for (auto [group, key, ciphertext] :
       {std::tuple{35, 800u, 768u}, {36, 1184u, 1088u}, {37, 1568u, 1568u}}) {
    auto id = static_cast<uint16_t>(group);
    EXPECT_EQ(InitiatorLength(id), key);
    EXPECT_EQ(values.Of(id).size(), ciphertext);
    Bytes good(key, 0);
    EXPECT_TRUE(IsPublicValue(id, good));
    Bytes bad = good;
    bad[0] = 0x01;  // 0xd01 = 3329
    bad[1] = 0x0d;
    EXPECT_FALSE(IsPublicValue(id, bad));
    bad[0] = 0x00;
    EXPECT_TRUE(IsPublicValue(id, bad));
  }
}

TEST(PublicValues, UnknownGroupsHaveNone) {
  PublicValues values;
  EXPECT_TRUE(values.Of(200).empty());
  EXPECT_EQ(InitiatorLength(200), 0u);
  EXPECT_FALSE(IsPublicValue(200, {}));
}

}  // namespace
}  // namespace responder
