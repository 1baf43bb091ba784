// Bodies that are made in pieces: the same whatever the pieces are, and what stands before them.
#include "exporter/web/long_pages.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "exporter/json/target_json.h"

namespace exporter {
namespace {

TablePtr Targets(Store* store, int count) {
  auto config = std::make_shared<config::Config>();
  for (int i = 0; i < count; ++i) {
    config->targets.push_back(
        {"hq" + std::to_string(i), "192.0.2.1", config->defaults, nullptr, nullptr});
  }
  return store->Apply(std::move(config), [](std::string_view) { return true; });
}

// Appended to `head`, as a reply without compression does.
std::string Whole(std::unique_ptr<BodySource> body, const std::string& head) {
  std::string piece = head;
  std::string text;
  for (; body->Next(&piece); piece.clear()) text += piece;
  return (text + piece).substr(head.size());
}

TEST(LongPages, AreTheSameInPiecesAndBehindALongHead) {
  Store store;
  const TablePtr table = Targets(&store, 100);
  using Maker = std::function<std::unique_ptr<BodySource>(size_t)>;
  for (const Maker& make : {Maker([&](size_t piece) { return TargetListBody(table, piece); }),
                            Maker([&](size_t piece) { return ConfigBody(table, piece); })}) {
    const std::string whole = Whole(make(1'000'000), "");
    EXPECT_NE(whole.find("hq99"), std::string::npos);
    EXPECT_EQ(Whole(make(1), ""), whole);
    EXPECT_EQ(Whole(make(64), std::string(100, 'h')), whole);
  }
}

TEST(LongPages, TheListOfTargetsIsJson) {
  Store store;
  for (int count : {0, 1, 3}) {
    const Json list =
        Json::parse(Whole(TargetListBody(Targets(&store, count), 1), ""), nullptr, false);
    ASSERT_TRUE(list.is_object()) << count;
    Json expected = Json::array();
    for (const EntryPtr& entry : store.table()->entries) {
      expected.push_back(TargetSummaryJson(*entry));
    }
    EXPECT_EQ(list["targets"], expected);
  }
}

}  // namespace
}  // namespace exporter
