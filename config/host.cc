#include "config/host.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <system_error>

#include "config/idn.h"
#include "config/suggest.h"
#include "probes/base/ascii.h"

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

// What no interface has: indices are positive numbers of 31 bits, given in turn.
constexpr uint32_t kAbsentInterface = 0x7fffffff;

bool IsInterfaceName(std::string_view text) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '@';
  };
  return !text.empty() && text.size() < IF_NAMESIZE && text.front() != '-' &&
         !std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c); }) &&
         std::ranges::all_of(text, is_plain);
}

// RFC 4007 section 11.2: the zone is an interface's name or number. Interfaces come and go: one
// that is absent is a place that nothing can be sent to.
std::optional<uint32_t> ParseZone(std::string_view zone) {
  if (const auto number = ParseNumber<uint32_t>(zone); number && *number > 0) return number;
  if (const unsigned index = if_nametoindex(std::string(zone).c_str()); index != 0) return index;
  if (!IsInterfaceName(zone)) return std::nullopt;
  return kAbsentInterface;
}

// Link-local addresses and multicast within a link: elsewhere a zone would mean nothing.
bool HasLinkScope(const ike::IpAddress& address) {
  const bool multicast = address.octets[0] == 0xff && (address.octets[1] & 0x0f) <= 2;
  return multicast || IsLinkLocal(address);
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
  ike::IpAddress rest = network.address;
  for (size_t bit = 0; bit < network.prefix_length; ++bit) {
    rest.octets[bit / 8] &= static_cast<uint8_t>(~(0x80u >> (bit % 8)));
  }
  return rest.octets != std::array<uint8_t, 16>{};
}

std::optional<Network> SplitNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = ParseIpAddress(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto bits = static_cast<uint8_t>(address->size * 8);
  if (slash == std::string_view::npos) return Network{*address, bits};
  if (address->scope_id != 0) return std::nullopt;
  const auto length = ParseNumber<uint8_t>(text.substr(slash + 1));
  if (!length || *length > bits) return std::nullopt;
  return Network{*address, *length};
}

tl::unexpected<std::string> NoHost(std::string_view text) {
  return tl::make_unexpected(Quoted(text) + " is neither a host name nor an IP address");
}

struct SplitAddress {
  std::string_view host;
  std::optional<std::string_view> port;  // what stands behind the colon
};

// Brackets are for IPv6 addresses only.
tl::expected<SplitAddress, std::string> SplitBracketed(std::string_view text) {
  const size_t close = text.find(']');
  if (close == text.npos) return tl::make_unexpected(Quoted(text) + " lacks the closing bracket");
  const std::string_view host = text.substr(1, close - 1);
  const auto address = ParseIpAddress(host);
  if (!address || !address->is_v6()) {
    return tl::make_unexpected(Quoted(host) + " in brackets is no IPv6 address");
  }
  const std::string_view rest = text.substr(close + 1);
  if (rest.empty()) return SplitAddress{host, std::nullopt};
  if (rest[0] != ':') return NoHost(text);
  return SplitAddress{host, rest.substr(1)};
}

// A bare IPv6 address with its many colons carries no port.
tl::expected<SplitAddress, std::string> SplitHostPort(std::string_view text) {
  if (text.starts_with('[')) return SplitBracketed(text);
  const size_t colon = text.find(':');
  if (colon == text.npos || ParseIpAddress(text)) return SplitAddress{text, std::nullopt};
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

bool IsHostName(std::string_view text) {
  const std::optional<std::string> name = ToAscii(text);
  return name && IsDnsName(*name);
}

bool IsHost(std::string_view text) { return ParseIpAddress(text) || IsHostName(text); }

std::optional<Network> ParseNetwork(std::string_view text) {
  const auto network = SplitNetwork(text);
  if (!network || HostBitsSet(*network)) return std::nullopt;
  return network;
}

bool HasHostBits(std::string_view text) {
  const auto network = SplitNetwork(text);
  return network && HostBitsSet(*network);
}

bool Network::Contains(const ike::IpAddress& candidate) const {
  const ike::IpAddress plain = Normalize(candidate);
  const ike::IpAddress network = prefix_length >= 96 ? Normalize(address) : address;
  if (plain.size != network.size) return false;
  if (network.scope_id != 0 && network.scope_id != plain.scope_id) return false;
  // A mapped network lost its 96 leading bits with its form.
  const unsigned bits = network.size == address.size ? prefix_length : prefix_length - 96u;
  return SharePrefix(plain, network, bits);
}

tl::expected<HostPort, std::string> ParseHostPort(std::string_view text) {
  if (text.empty()) return tl::make_unexpected(std::string("the host is empty"));
  if (text.find("://") != text.npos) {
    return tl::make_unexpected(Quoted(text) + " is a URL; expected HOST or HOST:PORT without " +
                               Quoted(text.substr(0, text.find("://") + 3)));
  }
  const auto split = SplitHostPort(text);
  if (!split) return tl::make_unexpected(split.error());
  if (!IsHost(split->host)) return NoHost(text);
  HostPort result{std::string(split->host), std::nullopt};
  if (!split->port) return result;
  result.port = ParseNumber<uint16_t>(*split->port);
  if (result.port.value_or(0) == 0) {
    return tl::make_unexpected(Quoted(*split->port) + " is not a port between 1 and 65535");
  }
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
  std::string canonical = ToAscii(name).value_or(std::string(name));
  if (canonical.ends_with('.')) canonical.pop_back();
  return ike::AsciiLower(canonical);
}

}  // namespace config
