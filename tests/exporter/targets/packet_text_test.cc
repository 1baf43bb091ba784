#include "exporter/targets/packet_text.h"

#include <gtest/gtest.h>

#include "tests/support/hex.h"

namespace exporter {
namespace {

ike::Bytes Message(const std::string& version_exchange_flags, const std::string& next,
                   const std::string& payloads) {
  size_t length = 28 + payloads.size() / 2;
  char size[20];
  std::snprintf(size, sizeof size, "%08zx", length);
  return ike::test::FromHex(
      "0102030405060708"
      "1112131415161718" +
      next + version_exchange_flags + "00000000" + size + payloads);
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(PacketText, DecodesAnAnswerFieldByField) {
  // SA: one proposal with AES-GCM-16 256, PRF SHA-256, group 19; then INVALID_KE_PAYLOAD for 20.
  ike::Bytes message = Message("202220", "21",
                               "29000028"
                               "00000024"
                               "01010003"
                               "0300000c"
                               "01000014"
                               "800e0100"
                               "03000008"
                               "02000005"
                               "00000008"
                               "04000013"
                               "0000000a"
                               "00000011"
                               "0014");
  std::string text = FieldsText(message);
  EXPECT_TRUE(Contains(text, "IKE 2.0, IKE_SA_INIT")) << text;
  EXPECT_TRUE(Contains(text, "initiator SPI 0102030405060708")) << text;
  EXPECT_TRUE(Contains(text, "ENCR ENCR_AES_GCM_16 256")) << text;
  EXPECT_TRUE(Contains(text, "INVALID_KE_PAYLOAD, asks for group 20")) << text;
  EXPECT_TRUE(Contains(HexText(message), "01020304 05060708")) << HexText(message);
}

TEST(PacketText, TheHashesThatAServerTakesAreNamed) {
  std::string text = FieldsText(Message("202220", "29",
                                        "0000000c"
                                        "0000402f"
                                        "0002"
                                        "0003"));
  EXPECT_TRUE(Contains(text, "SIGNATURE_HASH_ALGORITHMS: SHA2-256, SHA2-384")) << text;
}

// What a pre-shared key can be guessed by offline.
TEST(PacketText, NoBytesOfWhatProvesASecretAreShown) {
  const std::string secret = "c0ffee00c0ffee00c0ffee00";
  const struct {
    const char* what;
    ike::Bytes message;
  } cases[] = {
      {"a nonce of Aggressive Mode", Message("100400", "0a", "00000010" + secret)},
      {"HASH", Message("100200", "08", "00000010" + secret)},
      {"SIG", Message("100200", "09", "00000010" + secret)},
      {"AUTH", Message("202320", "27", "00000010" + secret)},
  };
  for (const auto& row : cases) {
    std::string text = PacketText(row.message);
    EXPECT_FALSE(Contains(text, "c0ffee")) << row.what << text;
    EXPECT_TRUE(Contains(text, "not shown")) << row.what;
  }
  EXPECT_TRUE(Contains(PacketText(Message("100200", "0a", "00000010" + secret)), "c0ffee00"));
}

TEST(PacketText, AnyBytesGiveBoundedText) {
  for (size_t size : {0u, 1u, 27u, 28u, 65535u}) {
    ike::Bytes noise(size, 0x21);
    EXPECT_LT(PacketText(noise).size(), 32768u) << size;
  }
}

}  // namespace
}  // namespace exporter
