#include "exporter/cli/host_list.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <utility>

#include "config/host.h"
#include "config/names.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

std::string_view TakeWord(std::string_view* line) {
  size_t begin = std::min(line->find_first_not_of(kBlanks), line->size());
  size_t end = std::min(line->find_first_of(kBlanks, begin), line->size());
  std::string_view word = line->substr(begin, end - begin);
  line->remove_prefix(end);
  return word;
}

std::optional<uint32_t> ParseIpv4(std::string_view text) {
  auto address = config::ParseIpAddress(text);
  if (!address || !address->is_v4()) return std::nullopt;
  uint32_t number = 0;
  for (uint8_t octet : address->bytes()) number = number << 8 | octet;
  return number;
}

std::string Ipv4Text(uint32_t number) {
  auto octet = [number](int shift) { return static_cast<uint8_t>(number >> shift); };
  return net::ToString(ike::IpAddress::V4(octet(24), octet(16), octet(8), octet(0)));
}

struct Range {
  uint32_t first = 0;
  uint32_t last = 0;
};

std::optional<unsigned> ParsePrefix(std::string_view text) {
  unsigned bits = 0;
  auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  bool whole = error == std::errc{} && at == text.data() + text.size();
  return whole && bits <= 32 ? std::optional(bits) : std::nullopt;
}

// "255.255.255.0"
std::optional<unsigned> ParseMask(std::string_view text) {
  auto mask = ParseIpv4(text);
  if (!mask || std::countl_one(*mask) != std::popcount(*mask)) return std::nullopt;
  return std::popcount(*mask);
}

// Of a block, the addresses that a host can have: not the network's own and its broadcast.
Range HostsOf(uint32_t address, unsigned bits) {
  uint32_t host_bits = bits == 0 ? ~0u : bits == 32 ? 0 : (1u << (32 - bits)) - 1;
  Range range{address & ~host_bits, address | host_bits};
  if (bits < 31) return {range.first + 1, range.last - 1};
  return range;
}

// nullopt: it is none. The error: it is one, but not a right one.
std::optional<tl::expected<Range, std::string>> ParseRange(std::string_view word) {
  size_t at = word.find_first_of("/-:");
  if (at == std::string_view::npos) return std::nullopt;
  auto first = ParseIpv4(word.substr(0, at));
  std::string_view rest = word.substr(at + 1);
  if (!first || (word[at] == ':' && rest.find('.') == std::string_view::npos)) return std::nullopt;
  auto wrong = [&](std::string_view expected) {
    return tl::make_unexpected("\"" + std::string(word) + "\": expected " + std::string(expected));
  };
  if (word[at] == '-') {
    auto last = ParseIpv4(rest);
    if (last && *last >= *first) return Range{*first, *last};
    return wrong("a last address that is not before the first");
  }
  auto bits = word[at] == '/' ? ParsePrefix(rest) : ParseMask(rest);
  if (bits) return HostsOf(*first, *bits);
  return wrong(word[at] == '/' ? "a prefix of 0 to 32" : "a netmask such as 255.255.255.0");
}

// What names may not hold becomes a dash.
std::string NameOf(std::string_view text) {
  constexpr size_t kMost = 120;  // leaves room for a number
  std::string name(text.substr(0, kMost));
  for (char& c : name) {
    bool allowed = std::isalnum(static_cast<unsigned char>(c)) ||
                   std::string_view("._:-").find(c) != std::string_view::npos;
    if (!allowed) c = '-';
  }
  if (!std::isalnum(static_cast<unsigned char>(name.front()))) name.insert(name.begin(), 'h');
  return name;
}

}  // namespace

tl::expected<void, std::string> HostList::Add(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::string_view word = TakeWord(&line);
  if (word.empty()) return {};
  if (auto range = ParseRange(word)) {
    if (!*range) return tl::make_unexpected(range->error());
    return AddRange((*range)->first, (*range)->last);
  }
  auto endpoint = config::ParseHostPort(word);
  if (!endpoint) return tl::make_unexpected(endpoint.error());
  if (auto room = CheckRoom(1); !room) return room;
  Write({endpoint->host, endpoint->port, std::string(TakeWord(&line))});
  return {};
}

tl::expected<void, std::string> HostList::CheckRoom(uint64_t count) const {
  if (count <= kMostTargets - names_.size()) return {};
  return tl::make_unexpected("these are more than " + std::to_string(kMostTargets) +
                             " targets; list the gateways themselves");
}

tl::expected<void, std::string> HostList::AddRange(uint32_t first, uint32_t last) {
  uint64_t count = uint64_t{last} - first + 1;
  if (auto room = CheckRoom(count); !room) return room;
  for (uint64_t i = 0; i < count; ++i) {
    Write({Ipv4Text(static_cast<uint32_t>(first + i)), std::nullopt, ""});
  }
  return {};
}

void HostList::Write(const Host& host) {
  std::string endpoint = config::CanonicalName(host.host) + " " +
                         (host.port ? std::to_string(*host.port) : std::string());
  if (!endpoints_.insert(std::move(endpoint)).second) {
    ++repeated_;
    return;
  }
  toml_ += "[[target]]\nname = \"" + UniqueName(NameOf(host.name.empty() ? host.host : host.name)) +
           "\"\nhost = \"" + host.host + "\"\n";
  if (host.port) toml_ += "port = " + std::to_string(*host.port) + "\n";
  toml_ += "\n";
}

std::string HostList::UniqueName(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !names_.insert(name).second; ++i) name = wanted + "-" + std::to_string(i);
  return name;
}

}  // namespace exporter
