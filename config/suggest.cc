#include "config/suggest.h"

#include <algorithm>
#include <vector>

namespace config {
namespace {

constexpr size_t kMaxShown = 80;  // bytes of a value in a message
constexpr size_t kMaxCompared = 64;

// Optimal string alignment: insertions, deletions, replacements and swapped neighbours count one.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(previous);
    previous.swap(row);
  }
  return previous[b.size()];
}

// "hostname" for "host", "buckets" for "rtt_buckets".
bool Contains(std::string_view a, std::string_view b) {
  constexpr size_t kMinCommon = 4;
  if (std::min(a.size(), b.size()) < kMinCommon) return false;
  return a.find(b) != a.npos || b.find(a) != b.npos;
}

}  // namespace

std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > kMaxCompared) return {};
  std::string_view nearest;
  size_t best = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (Contains(word, candidate)) nearest = candidate;
  }
  for (const std::string_view candidate : candidates) {
    const size_t distance = Distance(word, candidate);
    if (distance >= best || distance >= candidate.size()) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string ListOf(std::span<const std::string_view> words, bool quoted) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += quoted ? Quoted(words[i]) : std::string(words[i]);
  }
  return list;
}

std::string Quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string shown = "\"";
  for (const char c : text.substr(0, kMaxShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') shown += '\\';
    if (byte >= 0x20 && byte != 0x7f) {
      shown += c;
      continue;
    }
    shown += "\\x";
    shown += kHex[byte >> 4];
    shown += kHex[byte & 15];
  }
  // A cut must not leave half a UTF-8 character behind.
  if (text.size() > kMaxShown) {
    while ((static_cast<unsigned char>(shown.back()) & 0xc0) == 0x80) shown.pop_back();
    if (static_cast<unsigned char>(shown.back()) >= 0xc0) shown.pop_back();
    shown += "...";
  }
  return shown + '"';
}

}  // namespace config
