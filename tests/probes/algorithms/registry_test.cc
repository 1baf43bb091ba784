#include "probes/algorithms/registry.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "tests/support/test_path.h"

namespace ike {
namespace {

constexpr IkeVersion kV1 = IkeVersion::kV1;
constexpr IkeVersion kV2 = IkeVersion::kV2;

std::string RowText(const Algorithm& row) {
  std::ostringstream text;
  text << "v" << static_cast<int>(row.version) << " " << KindName(row.kind) << " " << row.id << " "
       << row.key_length << " \"" << row.name << "\" label=" << row.label
       << " strength=" << row.strength_bits << " " << VerdictName(row.verdict)
       << (row.aead ? " aead" : "") << (row.in_ike_sa ? "" : " not-in-ike-sa")
       << " strongswan=" << row.strongswan << " libreswan=" << row.libreswan << "\n";
  if (!row.reason.empty()) text << "    " << row.reason << " [" << row.reference << "]\n";
  return text.str();
}

// A change of the registry shows here as a readable difference. To accept it, run with
// UPDATE_GOLDEN=1.
TEST(Registry, IsWhatTheGoldenFileSays) {
  std::string dump;
  for (const Algorithm& row : AllAlgorithms()) dump += RowText(row);
  const std::string path = TestPath("golden/registry.txt");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << dump;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(dump, golden.str());
}

TEST(Registry, FindsExactlyWhatIsAskedFor) {
  const Algorithm* aes = FindAlgorithm(kV2, Kind::kEncryption, 12, 256);
  ASSERT_NE(aes, nullptr);
  EXPECT_EQ(aes->name, "ENCR_AES_CBC");
  EXPECT_EQ(aes->label, "ENCR_AES_CBC_256");
  EXPECT_EQ(aes->strongswan, "aes256");
  EXPECT_EQ(FindAlgorithm(kV2, Kind::kEncryption, 12, 0), nullptr);
  EXPECT_EQ(FindAlgorithm(kV2, Kind::kEncryption, 12, 255), nullptr);
  EXPECT_EQ(FindAlgorithm(kV2, Kind::kEncryption, 10), nullptr);
  EXPECT_EQ(FindAlgorithm(kV1, Kind::kPrf, 5), nullptr);
  EXPECT_EQ(FindAlgorithm(kV2, Kind::kProtocol, 3), nullptr);
}

TEST(Registry, EveryRowIsFound) {
  for (const Algorithm& row : AllAlgorithms()) {
    EXPECT_EQ(FindAlgorithm(row.version, row.kind, row.id, row.key_length), &row) << row.label;
  }
}

TEST(Registry, SpansOfAKindAreItsRows) {
  size_t total = 0;
  for (IkeVersion version : {kV1, kV2}) {
    for (size_t kind = 0; kind < kKindNames.size(); ++kind) {
      const auto rows = AllAlgorithms(version, static_cast<Kind>(kind));
      for (const Algorithm& row : rows) {
        EXPECT_EQ(row.version, version);
        EXPECT_EQ(row.kind, static_cast<Kind>(kind));
      }
      total += rows.size();
    }
  }
  EXPECT_EQ(total, AllAlgorithms().size());
  EXPECT_TRUE(AllAlgorithms(kV2, Kind::kHash).empty());
  EXPECT_TRUE(AllAlgorithms(kV1, Kind::kAdditionalKe).empty());
}

// lab: libreswan echoes 3DES with 192 bits, strongSwan takes AES without a length for AES-128.
TEST(Registry, ReadsTheAnswersOfDaemons) {
  EXPECT_EQ(FindAnswered(kV1, Kind::kEncryption, 5, 192)->label, "3DES-CBC");
  EXPECT_EQ(FindAnswered(kV1, Kind::kEncryption, 7, 0)->label, "AES-CBC_128");
  EXPECT_EQ(FindAnswered(kV1, Kind::kEncryption, 7, 256)->label, "AES-CBC_256");
  EXPECT_EQ(FindAnswered(kV1, Kind::kEncryption, 7, 100), nullptr);
  EXPECT_EQ(FindAnswered(kV2, Kind::kEncryption, 28, 0)->label, "ENCR_CHACHA20_POLY1305");
  EXPECT_EQ(FindAnswered(kV2, Kind::kEncryption, 99, 0), nullptr);
}

TEST(Registry, GroupStrengths) {
  EXPECT_EQ(GroupStrength(1), 70);
  EXPECT_EQ(GroupStrength(2), 80);
  EXPECT_EQ(GroupStrength(5), 96);
  EXPECT_EQ(GroupStrength(14), 112);
  EXPECT_EQ(GroupStrength(15), 128);
  EXPECT_EQ(GroupStrength(16), 152);
  EXPECT_EQ(GroupStrength(19), 128);
  EXPECT_EQ(GroupStrength(20), 192);
  EXPECT_EQ(GroupStrength(21), 256);
  EXPECT_EQ(GroupStrength(31), 128);
  EXPECT_EQ(GroupStrength(36), 192);
  EXPECT_EQ(GroupStrength(3), 77);  // IKEv1 only
  EXPECT_EQ(GroupStrength(0), 0);
  EXPECT_EQ(GroupStrength(999), 0);
}

// One algorithm, one name: the tables of the codec and the registry may not drift apart.
TEST(Registry, NamesAreThoseOfTheCodec) {
  const std::pair<Kind, uint8_t> types[] = {{Kind::kEncryption, 1},
                                            {Kind::kPrf, 2},
                                            {Kind::kIntegrity, 3},
                                            {Kind::kDh, 4},
                                            {Kind::kAdditionalKe, 6}};
  for (const auto& [kind, type] : types) {
    for (const Algorithm& row : AllAlgorithms(kV2, kind)) {
      EXPECT_EQ(row.name, wire::v2::TransformName(type, row.id));
      EXPECT_EQ(KindOfTransformType(type), kind);
    }
  }
  const std::pair<Kind, uint16_t> attributes[] = {
      {Kind::kEncryption, 1}, {Kind::kHash, 2}, {Kind::kAuthentication, 3}, {Kind::kDh, 4}};
  for (const auto& [kind, attribute] : attributes) {
    for (const Algorithm& row : AllAlgorithms(kV1, kind)) {
      const auto name = wire::v1::AttributeValueName(attribute, row.id);
      if (!name.empty()) {
        EXPECT_EQ(row.name, name);
      }
    }
  }
}

// Every number that IANA has named is judged, NONE of key exchanges apart. Private ones are names
// for what others send; no audit asks for them.
TEST(Registry, HasEveryNameOfTheCodec) {
  constexpr int kFirstPrivate = 1024;
  const std::pair<Kind, uint8_t> types[] = {
      {Kind::kEncryption, 1}, {Kind::kPrf, 2}, {Kind::kIntegrity, 3}, {Kind::kDh, 4}};
  for (const auto& [kind, type] : types) {
    std::set<uint16_t> ids;
    for (const Algorithm& row : AllAlgorithms(kV2, kind)) ids.insert(row.id);
    for (int id = 0; id < kFirstPrivate; ++id) {
      const auto name = wire::v2::TransformName(type, static_cast<uint16_t>(id));
      if (name.empty() || (type == 4 && id == 0)) continue;
      EXPECT_TRUE(ids.contains(static_cast<uint16_t>(id))) << name;
    }
  }
}

TEST(Registry, ReasonsAndReferencesComeTogether) {
  for (const Algorithm& row : AllAlgorithms()) {
    if (row.verdict >= Verdict::kWeak) {
      EXPECT_FALSE(row.reason.empty()) << row.label;
    }
    if (!row.reason.empty() && row.in_ike_sa) {
      EXPECT_FALSE(row.reference.empty()) << row.label;
    }
  }
}

TEST(Registry, LabelsTellRowsApart) {
  std::set<std::string> seen;
  for (const Algorithm& row : AllAlgorithms()) {
    const std::string key = std::to_string(static_cast<int>(row.version)) +
                            std::string(KindName(row.kind)) + std::string(row.label);
    EXPECT_TRUE(seen.insert(key).second) << key;
  }
}

TEST(Registry, PostQuantumIsMlKem) {
  EXPECT_FALSE(IsPostQuantum(34));
  EXPECT_TRUE(IsPostQuantum(35));
  EXPECT_TRUE(IsPostQuantum(37));
  EXPECT_FALSE(IsPostQuantum(38));
}

}  // namespace
}  // namespace ike
