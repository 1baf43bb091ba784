#include "config/host.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

namespace config {
namespace {

constexpr size_t kMaxNameLength = 253;
constexpr size_t kMaxLabelLength = 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

// Decimal without sign, spaces or superfluous zeros.
template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || !IsDigit(text[0]) || error != std::errc()) return std::nullopt;
  if (text[0] == '0' && text.size() > 1) return std::nullopt;
  if (end != text.data() + text.size()) return std::nullopt;
  return number;
}

// RFC 4007 section 11.2: the zone is an interface's name or number.
std::optional<uint32_t> ParseZone(std::string_view zone) {
  if (const auto number = ParseNumber<uint32_t>(zone); number && *number > 0) return number;
  const unsigned index = if_nametoindex(std::string(zone).c_str());
  if (index == 0) return std::nullopt;
  return index;
}

// Link-local addresses and multicast within a link: elsewhere a zone would mean nothing.
bool HasLinkScope(const ike::IpAddress& address) {
  const bool multicast = address.octets[0] == 0xff && (address.octets[1] & 0x0f) <= 2;
  return multicast || (address.octets[0] == 0xfe && (address.octets[1] & 0xc0) == 0x80);
}

// What resolvers take for a part of an address.
bool LooksNumeric(std::string_view label) {
  if (std::all_of(label.begin(), label.end(), IsDigit)) return true;
  if (label.size() < 2 || label[0] != '0' || (label[1] | 0x20) != 'x') return false;
  return std::all_of(label.begin() + 2, label.end(), IsHexDigit);
}

bool IsDnsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelLength && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), IsNameCharacter);
}

bool HostBitsSet(const Network& network) {
  const ike::IpAddress& address = network.address;
  for (size_t bit = network.prefix_length; bit < address.size * size_t{8}; ++bit) {
    if (address.octets[bit / 8] & (0x80u >> (bit % 8))) return true;
  }
  return false;
}

std::optional<Network> SplitNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = ParseIpAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto bits = static_cast<uint8_t>(address->size * 8);
  if (slash == std::string_view::npos) return Network{*address, bits};
  const auto length = ParseNumber<uint8_t>(text.substr(slash + 1));
  if (!length || *length > bits) return std::nullopt;
  return Network{*address, *length};
}

struct SplitAddress {
  std::string_view host;
  std::optional<std::string_view> port;  // what stands behind the colon
};

// Brackets are for IPv6 addresses only; a bare one with its many colons carries no port.
std::optional<SplitAddress> SplitHostPort(std::string_view text) {
  if (!text.empty() && text[0] == '[') {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view host = text.substr(1, close - 1);
    const auto address = ParseIpAddress(host);
    if (!address || !address->is_v6()) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (rest.empty()) return SplitAddress{host, std::nullopt};
    if (rest[0] != ':') return std::nullopt;
    return SplitAddress{host, rest.substr(1)};
  }
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon != text.rfind(':')) {
    return SplitAddress{text, std::nullopt};
  }
  return SplitAddress{text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

std::optional<ike::IpAddress> ParseIpAddress(std::string_view text) {
  // The C functions below stop at a NUL byte, which a TOML or JSON string may hold.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  ike::IpAddress address;
  const size_t percent = text.find('%');
  const std::string literal(text.substr(0, percent));
  if (percent == std::string_view::npos &&
      inet_pton(AF_INET, literal.c_str(), address.octets.data()) == 1) {
    address.size = 4;
    return address;
  }
  if (inet_pton(AF_INET6, literal.c_str(), address.octets.data()) != 1) return std::nullopt;
  address.size = 16;
  if (percent == std::string_view::npos) return address;
  if (!HasLinkScope(address)) return std::nullopt;
  const auto zone = ParseZone(text.substr(percent + 1));
  if (!zone) return std::nullopt;
  address.scope_id = *zone;
  return address;
}

bool IsDnsName(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kMaxNameLength) return false;
  std::string_view last;
  while (true) {
    const size_t dot = text.find('.');
    last = text.substr(0, dot);
    if (!IsDnsLabel(last)) return false;
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return !LooksNumeric(last);
}

bool IsHost(std::string_view text) { return ParseIpAddress(text) || IsDnsName(text); }

std::optional<Network> ParseNetwork(std::string_view text) {
  const auto network = SplitNetwork(text);
  if (!network || HostBitsSet(*network)) return std::nullopt;
  return network;
}

bool HasHostBits(std::string_view text) {
  const auto network = SplitNetwork(text);
  return network && HostBitsSet(*network);
}

bool IsUnicast(const ike::IpAddress& address) {
  const auto bytes = address.bytes();
  if (std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; })) return false;
  if (address.is_v6()) return bytes[0] != 0xff;
  const bool broadcast =
      std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0xff; });
  const bool multicast = (bytes[0] & 0xf0) == 0xe0;
  return !broadcast && !multicast;
}

std::optional<HostPort> ParseHostPort(std::string_view text) {
  const auto split = SplitHostPort(text);
  if (!split || !IsHost(split->host)) return std::nullopt;
  HostPort result{std::string(split->host), std::nullopt};
  if (!split->port) return result;
  result.port = ParseNumber<uint16_t>(*split->port);
  if (!result.port || *result.port == 0) return std::nullopt;
  return result;
}

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  const auto split = SplitHostPort(text);
  if (!split || !split->port) return std::nullopt;
  if (!split->host.empty() && !IsHost(split->host)) return std::nullopt;
  const auto port = ParseNumber<uint16_t>(*split->port);
  if (!port) return std::nullopt;
  return ListenAddress{std::string(split->host), *port};
}

std::string CanonicalName(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string canonical(name);
  for (char& c : canonical) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return canonical;
}

}  // namespace config
