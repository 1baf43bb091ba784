#include "probes/algorithms/policy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/test_path.h"

namespace ike {
namespace {

constexpr IkeVersion kV1 = IkeVersion::kV1;
constexpr IkeVersion kV2 = IkeVersion::kV2;

std::string RowText(const Policy& policy, const Algorithm& row) {
  PolicyOpinion opinion = policy.Judge(row.version, row.kind, row.id, row.key_length);
  std::ostringstream text;
  text << (opinion.violation ? "violation " : "allowed   ") << "v" << static_cast<int>(row.version)
       << " " << KindName(row.kind) << " " << row.id << " " << row.name;
  if (row.key_length != 0) text << " " << row.key_length;
  text << ": " << opinion.level << " [" << opinion.reference << "]"
       << (opinion.draft ? " draft" : "") << "\n";
  return text.str();
}

std::string Dump(const PolicyTable& table) {
  std::string dump(table.name);
  dump += ", " + std::string(table.title) + ", version " + std::string(table.version) + " (" +
          std::string(table.change) + ")" +
          (table.require_post_quantum ? ", requires ML-KEM\n" : "\n");
  Policy policy(table.name);
  for (const Algorithm& row : AllAlgorithms()) dump += RowText(policy, row);
  return dump;
}

// What a policy says of the whole registry, so that a change is a readable diff. After an intended
// change: UPDATE_GOLDEN=1.
TEST(Policy, IsWhatTheGoldenFilesSay) {
  for (const PolicyTable& table : BuiltInPolicies()) {
    const std::string path = TestPath("golden/policy/" + std::string(table.name) + ".txt");
    const std::string dump = Dump(table);
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << dump;
    std::ifstream file(path);
    std::stringstream golden;
    golden << file.rdbuf();
    EXPECT_EQ(dump, golden.str()) << path;
  }
}

TEST(Policy, EveryOpinionHasAReference) {
  for (const PolicyTable& table : BuiltInPolicies()) {
    Policy policy(table.name);
    for (const Algorithm& row : AllAlgorithms()) {
      PolicyOpinion opinion = policy.Judge(row.version, row.kind, row.id, row.key_length);
      EXPECT_FALSE(opinion.level.empty()) << RowText(policy, row);
      EXPECT_FALSE(opinion.reference.empty()) << RowText(policy, row);
    }
  }
}

TEST(Policy, BodiesDiffer) {
  Policy ietf("ietf");
  Policy nist("nist");
  Policy bsi("bsi");
  Policy cnsa2("cnsa2");
  EXPECT_FALSE(ietf.Judge(kV2, Kind::kEncryption, 3).violation);
  EXPECT_TRUE(nist.Judge(kV2, Kind::kEncryption, 3).violation);
  EXPECT_FALSE(nist.Judge(kV2, Kind::kDh, 14).violation);
  EXPECT_TRUE(bsi.Judge(kV2, Kind::kDh, 14).violation);
  EXPECT_FALSE(cnsa2.Judge(kV2, Kind::kEncryption, 20, 256).violation);
  EXPECT_TRUE(cnsa2.Judge(kV2, Kind::kEncryption, 20, 128).violation);
  EXPECT_TRUE(cnsa2.Judge(kV2, Kind::kEncryption, 20, 256).draft);
  EXPECT_TRUE(cnsa2.require_post_quantum());
  EXPECT_FALSE(cnsa2.Judge(kV2, Kind::kAdditionalKe, 37).violation);
  EXPECT_TRUE(cnsa2.Judge(kV2, Kind::kAdditionalKe, 36).violation);
}

TEST(Policy, JudgesIkev1InTheTermsOfIkev2) {
  Policy ietf("ietf");
  EXPECT_TRUE(ietf.Judge(kV1, Kind::kEncryption, 1).violation);        // DES
  EXPECT_FALSE(ietf.Judge(kV1, Kind::kEncryption, 7, 256).violation);  // AES
  EXPECT_TRUE(ietf.Judge(kV1, Kind::kHash, 1).violation);              // MD5
  EXPECT_TRUE(ietf.Judge(kV1, Kind::kProtocol, 1).violation);
  EXPECT_TRUE(ietf.Judge(kV1, Kind::kMode, 4).violation);
  EXPECT_FALSE(ietf.Judge(kV2, Kind::kProtocol, 2).violation);
}

TEST(Policy, UnknownNumbersAreJudgedToo) {
  EXPECT_FALSE(Policy("ietf").Judge(kV2, Kind::kDh, 999).violation);
  EXPECT_TRUE(Policy("nist").Judge(kV2, Kind::kDh, 999).violation);
}

PolicyOverrides House() {
  PolicyOverrides house;
  house.name = "house";
  return house;
}

TEST(UserPolicy, AllowListsExcludeTheRest) {
  PolicyOverrides house = House();
  house.allow["encryption"] = {"ENCR_AES_GCM_16", "ENCR_AES_CBC_256"};
  Policy policy(house);
  EXPECT_EQ(policy.name(), "house");
  EXPECT_FALSE(policy.Judge(kV2, Kind::kEncryption, 20, 128).violation);
  EXPECT_FALSE(policy.Judge(kV2, Kind::kEncryption, 12, 256).violation);
  PolicyOpinion aes128 = policy.Judge(kV2, Kind::kEncryption, 12, 128);
  EXPECT_TRUE(aes128.violation);
  EXPECT_EQ(aes128.level, "not allowed");
  EXPECT_EQ(aes128.reference, "policy house");
  EXPECT_FALSE(policy.Judge(kV2, Kind::kDh, 14).violation);  // as ietf says
  EXPECT_TRUE(policy.Judge(kV2, Kind::kDh, 2).violation);
}

TEST(UserPolicy, DenyGoesBeforeAllow) {
  PolicyOverrides house = House();
  house.allow["dh"] = {"14", "19"};
  house.deny["dh"] = {"14"};
  Policy policy(house);
  EXPECT_TRUE(policy.Judge(kV2, Kind::kDh, 14).violation);
  EXPECT_FALSE(policy.Judge(kV2, Kind::kDh, 19).violation);
}

TEST(UserPolicy, AllowListsMayAllowWhatTheBodyForbids) {
  PolicyOverrides house = House();
  house.extends = "bsi";
  house.allow["dh"] = {"14"};
  EXPECT_FALSE(Policy(house).Judge(kV2, Kind::kDh, 14).violation);
}

TEST(UserPolicy, MinimumStrengthAndVerdict) {
  PolicyOverrides house = House();
  house.minimum_strength = 128;
  house.minimum_verdict = "acceptable";
  Policy policy(house);
  EXPECT_EQ(policy.Judge(kV2, Kind::kDh, 14).level, "below 128 bits");
  EXPECT_FALSE(policy.Judge(kV2, Kind::kDh, 19).violation);
  EXPECT_EQ(policy.Judge(kV2, Kind::kPrf, 2).level, "weak");
  EXPECT_FALSE(policy.Judge(kV2, Kind::kPrf, 5).violation);
}

TEST(UserPolicy, Flags) {
  PolicyOverrides house = House();
  house.extends = "cnsa2";
  house.allow_ikev1 = true;
  house.allow_aggressive_mode = false;
  house.require_post_quantum = false;
  Policy policy(house);
  EXPECT_FALSE(policy.Judge(kV1, Kind::kProtocol, 1).violation);
  EXPECT_TRUE(policy.Judge(kV1, Kind::kMode, 4).violation);
  EXPECT_FALSE(policy.require_post_quantum());
}

TEST(Policy, NamesOfTheBuiltInOnes) {
  for (const char* name : {"ietf", "nist", "bsi", "cnsa2"}) EXPECT_TRUE(IsBuiltInPolicy(name));
  for (const char* name : {"", "IETF", "cnsa", "own"}) EXPECT_FALSE(IsBuiltInPolicy(name));
}

}  // namespace
}  // namespace ike
