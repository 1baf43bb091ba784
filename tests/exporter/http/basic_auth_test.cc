#include "exporter/http/basic_auth.h"

#include <crypt.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace exporter {
namespace {

// Cost 4, the lowest, keeps the tests fast; what is counted are hashes, not seconds.
std::string HashOf(const std::string& password, const char* prefix = "$2b$") {
  crypt_data data{};
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  crypt_gensalt_rn(prefix, 4, nullptr, 0, setting, sizeof setting);
  return crypt_r(password.c_str(), setting, &data);
}

TEST(IsBcryptHash, KnowsTheForm) {
  const std::string body(53, 'a');
  for (const char* start : {"$2$10$", "$2a$04$", "$2b$31$", "$2y$12$", "$2x$10$"}) {
    EXPECT_TRUE(IsBcryptHash(start + body)) << start;
  }
  for (const char* start : {"$2b$03$", "$2b$32$", "$2b$1x$", "$3b$10$", "$1$10$", "2b$10$",
                            "$2B$10$", "$2bb$10$", "$2b$10", "", "$2", "$2b", "$6$"}) {
    EXPECT_FALSE(IsBcryptHash(start + body)) << start;
  }
  EXPECT_FALSE(IsBcryptHash("$2b$10$" + body + "a"));
  EXPECT_FALSE(IsBcryptHash("$2b$10$" + body.substr(1)));
  EXPECT_FALSE(IsBcryptHash("$2b$10$" + std::string(53, '*')));
  EXPECT_TRUE(IsBcryptHash(HashOf("secret")));
}

TEST(BasicAuth, GrantsTheRightPasswordOnly) {
  BasicAuth auth({{"alice", HashOf("secret")}, {"bob", HashOf("hunter2")}});
  EXPECT_EQ(auth.Check("alice", "secret"), AuthResult::kGranted);
  EXPECT_EQ(auth.Check("bob", "hunter2"), AuthResult::kGranted);
  EXPECT_EQ(auth.Check("alice", "hunter2"), AuthResult::kDenied);
  EXPECT_EQ(auth.Check("bob", "secret"), AuthResult::kDenied);
  EXPECT_EQ(auth.Check("alice", ""), AuthResult::kDenied);
  EXPECT_EQ(auth.Check("", ""), AuthResult::kDenied);
  EXPECT_EQ(auth.Check("Alice", "secret"), AuthResult::kDenied);
}

TEST(BasicAuth, AnUnknownUserIsDeniedEvenWithAKnownPassword) {
  BasicAuth auth({{"alice", HashOf("secret")}});
  EXPECT_EQ(auth.Check("mallory", "secret"), AuthResult::kDenied);
}

TEST(BasicAuth, AnUnknownUserCostsOneHashAsAWrongPasswordDoes) {
  BasicAuth auth({{"alice", HashOf("secret")}});
  auth.Check("alice", "wrong");
  EXPECT_EQ(auth.hashes_computed(), 1u);
  auth.Check("mallory", "wrong");
  EXPECT_EQ(auth.hashes_computed(), 2u);
  auth.Check("mallory", "wrong");
  EXPECT_EQ(auth.hashes_computed(), 3u);
}

TEST(BasicAuth, RemembersWhatWasRight) {
  BasicAuth auth({{"alice", HashOf("secret")}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(auth.Check("alice", "secret"), AuthResult::kGranted);
  EXPECT_EQ(auth.hashes_computed(), 1u);
  // The cache is of the pair, not of its text.
  EXPECT_EQ(auth.Check("alices", "ecret"), AuthResult::kDenied);
  EXPECT_EQ(auth.Check("alice", "wrong"), AuthResult::kDenied);
}

TEST(BasicAuth, ForgetsTheOldestFirst) {
  std::map<std::string, std::string> users;
  const std::string hash = HashOf("secret");
  for (size_t i = 0; i <= BasicAuth::kCacheSize; ++i) users["user" + std::to_string(i)] = hash;
  BasicAuth auth(users);
  for (const auto& [user, unused] : users) auth.Check(user, "secret");
  const uint64_t computed = auth.hashes_computed();
  EXPECT_EQ(computed, BasicAuth::kCacheSize + 1);
  auth.Check(users.rbegin()->first, "secret");
  EXPECT_EQ(auth.hashes_computed(), computed);
  auth.Check(users.begin()->first, "secret");
  EXPECT_EQ(auth.hashes_computed(), computed + 1);
}

TEST(BasicAuth, VerifiesEveryMinorVersion) {
  const std::string hash = HashOf("secret");
  for (const char* start : {"$2$", "$2a$", "$2x$", "$2y$"}) {
    BasicAuth auth({{"alice", start + hash.substr(4)}});
    EXPECT_EQ(auth.Check("alice", "secret"), AuthResult::kGranted) << start;
    EXPECT_EQ(auth.Check("alice", "Secret"), AuthResult::kDenied) << start;
  }
}

TEST(BasicAuth, APasswordDoesNotEndAtANulByte) {
  BasicAuth auth({{"alice", HashOf("secret")}});
  EXPECT_EQ(auth.Check("alice", std::string_view("secret\0x", 8)), AuthResult::kDenied);
  EXPECT_EQ(auth.Check("alice", std::string_view("secret\0", 7)), AuthResult::kDenied);
}

TEST(BasicAuth, TakesPasswordsOfAnyLength) {
  const std::string password(72, 'x');
  BasicAuth auth({{"alice", HashOf(password)}});
  EXPECT_EQ(auth.Check("alice", password), AuthResult::kGranted);
  // bcrypt reads 72 bytes: what follows makes no difference, to the toolkit neither.
  EXPECT_EQ(auth.Check("alice", std::string(100000, 'x')), AuthResult::kGranted);
  EXPECT_EQ(auth.Check("alice", password.substr(1)), AuthResult::kDenied);
}

TEST(BasicAuth, NeverBlocksMoreThanAFewThreads) {
  BasicAuth auth({{"alice", HashOf("secret")}});
  ASSERT_EQ(auth.Check("alice", "secret"), AuthResult::kGranted);
  std::atomic<int> granted{0}, denied{0}, busy{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        const AuthResult wrong = auth.Check("alice", "wrong" + std::to_string(i * 20 + round));
        (wrong == AuthResult::kBusy ? busy : denied)++;
        if (auth.Check("alice", "secret") == AuthResult::kGranted) granted++;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 16 * 20);  // what is cached never waits
  EXPECT_EQ(denied + busy, 16 * 20);
  EXPECT_EQ(auth.hashes_computed(), 1u + static_cast<uint64_t>(denied));
}

}  // namespace
}  // namespace exporter
