// What strongSwan and libreswan said to some 200 recorded openings, ordinary and odd, and what the
// simulated gateway says to the very same bytes when it is configured as that daemon was.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/responder/test_support.h"
#include "tests/support/test_path.h"

namespace responder::test {
namespace {

struct Daemon {
  std::string file;
  std::string keys;
  // Answers that the simulation gives otherwise, each with the reason.
  std::map<std::string, std::string> differs;
};

std::vector<Daemon> Daemons() {
  return {
      {"ss-strong",
       R"(
ikev2 = ["aes256gcm16-prfsha384-ecp384", "aes256-sha256-x25519"]
ikev1 = "refuse"
)",
       {}},
      {"ss-ke",
       R"(
ikev2 = ["aes256-sha256-ecp384-modp3072-modp4096"]
ikev1 = "refuse"
)",
       {}},
      {"ss-weak",
       R"(
ikev2 = ["3des-sha1-modp1024", "3des-md5-modp1024", "aes128-sha1-modp1024", "aes128-sha1-modp1536", "aes256-sha256-modp2048"]
ikev1 = ["3des-sha1-modp1024", "3des-md5-modp1024", "aes128-sha1-modp1024", "aes128-sha1-modp1536", "aes256-sha256-modp2048"]
aggressive = true
identity = "weak.lab"
ikev1_vendor_ids = ["09002689dfd6b712", "afcad71368a1f1c96b8696fc77570100"]
ikev1_echoed_vendor_ids = ["4048b7d56ebce88525e7de7f00d6c2d380000000", "4a131c81070358455c5728f20e95452f"]
)",
       {}},
      {"lw",
       R"(
dialect = "libreswan"
ikev2 = ["aes256-sha256-modp2048", "aes256-sha512-modp2048", "aes256gcm16-prfsha512-ecp256"]
peer_identities = ["%address"]
ikev1 = ["aes256-sha256-modp2048", "aes128-sha1-modp1536"]
aggressive = true
identity = "lw.lab"
ikev1_vendor_ids = ["4048b7d56ebce88525e7de7f00d6c2d3", "afcad71368a1f1c96b8696fc77570100"]
ikev1_echoed_vendor_ids = ["4a131c81070358455c5728f20e95452f"]
)",
       // Its own SPI here, though not in other answers to what it cannot parse.
       {{"v2-nonce8", "v2 x34 r0; N7"}}},
  };
}

std::string Recorded(const std::string& hex) {
  return hex == "none" ? "silence" : Describe(FromHex(hex));
}

// The address that an Aggressive Mode opening gives as its identity: the client used its own.
uint32_t SourceOf(const Bytes& request) {
  std::vector<Payload> payloads;
  ReadPayloads(*ReadHeader(request), request, payloads);
  for (const Payload& payload : payloads) {
    bool identity =
        request[17] == kVersion1 && payload.type == static_cast<uint8_t>(PayloadV1::kId);
    if (identity && payload.body.size() == 8) return Get32(payload.body, 4);
  }
  return 0x7f000001;
}

class RecordedTest : public testing::TestWithParam<Daemon> {};

TEST_P(RecordedTest, AnswersAsTheDaemonDid) {
  const Daemon& daemon = GetParam();
  std::ifstream file(TestPath("data/exchanges/" + std::string(daemon.file) + ".txt"));
  ASSERT_TRUE(file);
  std::string word, name, request, response;
  int cases = 0;
  while (file >> word) {
    if (word == "case") file >> name;
    if (word == "request") file >> request;
    if (word != "response") continue;
    file >> response;
    ++cases;
    Bench bench(daemon.keys);
    std::string said = bench.Reply(FromHex(request), SourceOf(FromHex(request)));
    auto differs = daemon.differs.find(name);
    if (differs == daemon.differs.end()) {
      EXPECT_EQ(said, Recorded(response)) << name;
    } else {
      EXPECT_EQ(said, differs->second) << name;
    }
  }
  EXPECT_GT(cases, 40);
}

std::string NameOfPosture(const testing::TestParamInfo<Daemon>& posture) {
  std::string name = posture.param.file;
  std::erase(name, '-');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, RecordedTest, testing::ValuesIn(Daemons()), NameOfPosture);

}  // namespace
}  // namespace responder::test
