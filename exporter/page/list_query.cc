#include "exporter/page/list_query.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <span>
#include <utility>

#include "exporter/base/url.h"
#include "probes/base/ascii.h"

namespace exporter {
namespace {

template <typename Enum>
void TakeName(std::string_view value, std::span<const std::string_view> names, Enum* out) {
  auto found = std::ranges::find(names, value);
  if (found != names.end()) *out = static_cast<Enum>(found - names.begin());
}

void TakeNumber(std::string_view value, uint32_t most, uint32_t* out) {
  uint32_t number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number == 0) return;
  *out = std::min(number, most);
}

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (char c : std::string(text) + " ") {
    if (c != ' ' && c != '\t') {
      word.push_back(ike::AsciiLower(c));
    } else if (!word.empty() && words.size() < ListQuery::kMostWords) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

void Add(std::string_view name, std::string_view value, std::string* address) {
  *address += address->size() == 1 ? "?" : "&";
  *address += std::string(name) + "=" + PercentEncode(value);
}

}  // namespace

ListQuery ParseListQuery(std::string_view address_query) {
  auto parameter = [&](std::string_view name) {
    std::vector<std::string> values = QueryValues(address_query, name);
    return values.empty() ? std::string() : values.front();
  };
  ListQuery query;
  query.text = parameter("q").substr(0, ListQuery::kMostText);
  TakeName(parameter("show"), kShowNames, &query.show);
  TakeName(parameter("sort"), kSortNames, &query.sort);
  query.descending = parameter("order") == "desc";
  TakeNumber(parameter("rows"), ListQuery::kMostRows, &query.rows);
  TakeNumber(parameter("page"), UINT32_MAX, &query.page);
  query.words = WordsOf(query.text);
  return query;
}

std::string AddressOf(const ListQuery& query) {
  std::string address = "/";
  if (!query.text.empty()) Add("q", query.text, &address);
  if (query.show != Show::kAll) Add("show", kShowNames[static_cast<size_t>(query.show)], &address);
  if (query.sort != SortBy::kWorst) {
    Add("sort", kSortNames[static_cast<size_t>(query.sort)], &address);
  }
  if (query.descending) Add("order", "desc", &address);
  if (query.rows != ListQuery::kDefaultRows) Add("rows", std::to_string(query.rows), &address);
  if (query.page != 1) Add("page", std::to_string(query.page), &address);
  return address;
}

std::string PercentEncode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded.push_back(c);
      continue;
    }
    encoded.push_back('%');
    encoded.push_back(kDigits[byte >> 4]);
    encoded.push_back(kDigits[byte & 15]);
  }
  return encoded;
}

}  // namespace exporter
