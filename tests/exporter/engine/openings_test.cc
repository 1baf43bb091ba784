#include "exporter/engine/openings.h"

#include <gtest/gtest.h>

#include <vector>

namespace exporter {
namespace {

std::shared_ptr<const ike::ProbeSettings> Settings() {
  return std::make_shared<const ike::ProbeSettings>();
}

TEST(OpeningCache, GivesEqualOpeningsForOneObject) {
  OpeningCache cache;
  auto settings = Settings();
  EXPECT_EQ(cache.For(settings), cache.For(settings));
  EXPECT_NE(cache.For(settings), cache.For(Settings()));
}

TEST(OpeningCache, ForgetsTheSettingsOfRequestsThatAreOver) {
  OpeningCache cache;
  std::vector<std::shared_ptr<const ike::ProbeSettings>> kept;
  for (int i = 0; i < 100; ++i) kept.push_back(Settings());
  for (const auto& settings : kept) cache.For(settings);
  for (int i = 0; i < 10000; ++i) cache.For(Settings());
  EXPECT_LE(cache.size(), 300u);
  auto known = cache.For(kept.front());
  cache.Sweep();
  EXPECT_EQ(cache.size(), 100u);
  EXPECT_EQ(cache.For(kept.front()), known);
}

TEST(OpeningSet, TheAlternateOpeningsOfIkev2SayThatTheyMayBeRedirected) {
  const auto set = MakeOpeningSet(Settings());
  const auto redirected = [&](ike::OpeningKind kind, bool alternate) {
    return std::get<ike::Ikev2Opening>(set->ikev2.of(kind, alternate)->opening())
        .redirect_supported;
  };
  for (ike::OpeningKind kind : {ike::OpeningKind::kPlainest, ike::OpeningKind::kRefusal}) {
    EXPECT_FALSE(redirected(kind, false));
    EXPECT_TRUE(redirected(kind, true));
  }
  EXPECT_FALSE(redirected(ike::OpeningKind::kFull, true));
}

}  // namespace
}  // namespace exporter
