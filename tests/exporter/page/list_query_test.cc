#include "exporter/page/list_query.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(ListQuery, TheAddressSaysAllThatIsNotUsual) {
  EXPECT_EQ(AddressOf(ParseListQuery("")), "/");
  std::string address = "/?q=Site%3Dber%20vpn&show=down&sort=rtt&order=desc&rows=25&page=3";
  ListQuery query = ParseListQuery(address.substr(2));
  EXPECT_EQ(query.words, (std::vector<std::string>{"site=ber", "vpn"}));
  EXPECT_EQ(query.show, Show::kDown);
  EXPECT_EQ(query.sort, SortBy::kRtt);
  EXPECT_TRUE(query.descending);
  EXPECT_EQ(query.rows, 25u);
  EXPECT_EQ(query.page, 3u);
  EXPECT_EQ(AddressOf(query), address);
  EXPECT_EQ(ParseListQuery(AddressOf(query).substr(2)), query);
}

TEST(ListQuery, WhatIsNotUnderstoodKeepsItsDefault) {
  ListQuery query = ParseListQuery("show=everything&sort=&order=up&rows=-1&page=0&q=%zz&x=y");
  EXPECT_EQ(query.show, Show::kAll);
  EXPECT_EQ(query.sort, SortBy::kWorst);
  EXPECT_FALSE(query.descending);
  EXPECT_EQ(query.rows, ListQuery::kDefaultRows);
  EXPECT_EQ(query.page, 1u);
  EXPECT_EQ(query.text, "%zz");
}

TEST(ListQuery, IsBounded) {
  EXPECT_EQ(ParseListQuery("rows=999999999").rows, ListQuery::kMostRows);
  EXPECT_EQ(ParseListQuery("rows=99999999999999999999").rows, ListQuery::kDefaultRows);
  EXPECT_EQ(ParseListQuery("q=" + std::string(100000, 'x')).text.size(), ListQuery::kMostText);
  std::string words;
  for (int i = 0; i < 50; ++i) words += "+a";
  EXPECT_EQ(ParseListQuery("q=" + words).words.size(), ListQuery::kMostWords);
}

TEST(ListQuery, EveryByteSurvivesTheAddress) {
  std::string text;
  for (int byte = 1; byte < 200; ++byte) text.push_back(static_cast<char>(byte));
  ListQuery query;
  query.text = text;
  EXPECT_EQ(ParseListQuery(AddressOf(query).substr(2)).text, text);
}

}  // namespace
}  // namespace exporter
