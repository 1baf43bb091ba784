#include "exporter/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace exporter::net {
namespace {

constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Decimal without sign, spaces or superfluous zeros.
std::optional<uint32_t> ParseNumber(std::string_view text, uint32_t max) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > max) return std::nullopt;
  return value;
}

// inet_pton takes neither octal nor shortened IPv4 forms, as POSIX asks.
std::optional<ike::IpAddress> ParsePlain(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer || text.find('\0') != text.npos) return std::nullopt;
  buffer[text.copy(buffer, text.size())] = '\0';
  ike::IpAddress address;
  if (inet_pton(AF_INET, buffer, address.octets.data()) == 1) {
    address.size = 4;
    return address;
  }
  if (inet_pton(AF_INET6, buffer, address.octets.data()) != 1) return std::nullopt;
  address.size = 16;
  return address;
}

std::optional<uint32_t> ParseZone(std::string_view zone) {
  if (const auto index = ParseNumber(zone, UINT32_MAX); index && *index > 0) return index;
  if (zone.empty() || zone.find('\0') != zone.npos) return std::nullopt;
  const uint32_t index = if_nametoindex(std::string(zone).c_str());
  return index == 0 ? std::nullopt : std::optional(index);
}

// A zone says which link a link-scope address is of; elsewhere it would mean nothing.
bool HasLinkScope(const ike::IpAddress& address) {
  if (!address.is_v6()) return false;
  const bool multicast = address.octets[0] == 0xff && (address.octets[1] & 0x0f) <= 2;
  return multicast || IsLinkLocal(address);
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text.substr(0, 260)) quoted += c >= ' ' && c <= '~' ? c : '?';
  return quoted + "\"";
}

tl::unexpected<std::string> NoHost(std::string_view text) {
  return tl::make_unexpected(Quoted(text) + " is neither a host name nor an IP address");
}

tl::expected<HostPort, std::string> WithPort(std::string_view host, std::string_view port) {
  const std::optional<uint32_t> number = ParseNumber(port, 65535);
  if (!number || *number == 0) {
    return tl::make_unexpected(Quoted(port) + " is not a port between 1 and 65535");
  }
  return HostPort{std::string(host), static_cast<uint16_t>(*number)};
}

tl::expected<HostPort, std::string> ParseBracketed(std::string_view text) {
  const size_t close = text.find(']');
  if (close == text.npos) return tl::make_unexpected(Quoted(text) + " lacks the closing bracket");
  const std::string_view host = text.substr(1, close - 1);
  const auto address = ParseIp(host);
  if (!address || !address->is_v6()) {
    return tl::make_unexpected(Quoted(host) + " in brackets is no IPv6 address");
  }
  const std::string_view rest = text.substr(close + 1);
  if (rest.empty()) return HostPort{std::string(host), std::nullopt};
  if (rest[0] != ':') return NoHost(text);
  return WithPort(host, rest.substr(1));
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > 63) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '_'; });
}

bool LooksNumeric(std::string_view label) {
  if (std::all_of(label.begin(), label.end(), IsDigit)) return true;
  if (label.size() < 2 || label[0] != '0' || (label[1] | 0x20) != 'x') return false;
  return std::all_of(label.begin() + 2, label.end(), IsHexDigit);
}

bool SamePrefix(const ike::IpAddress& a, const ike::IpAddress& b, unsigned bits) {
  const size_t whole = bits / 8;
  if (std::memcmp(a.octets.data(), b.octets.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff << (8 - bits % 8));
  return (a.octets[whole] & mask) == (b.octets[whole] & mask);
}

ike::IpAddress Masked(const ike::IpAddress& address, unsigned bits) {
  ike::IpAddress masked;
  masked.size = address.size;
  for (unsigned bit = 0; bit < bits; ++bit) {
    masked.octets[bit / 8] |= static_cast<uint8_t>(address.octets[bit / 8] & (0x80 >> bit % 8));
  }
  return masked;
}

}  // namespace

std::optional<ike::IpAddress> ParseIp(std::string_view text) {
  const size_t percent = text.find('%');
  if (percent == text.npos) return ParsePlain(text);
  auto address = ParsePlain(text.substr(0, percent));
  if (!address || !HasLinkScope(*address)) return std::nullopt;
  const auto zone = ParseZone(text.substr(percent + 1));
  if (!zone) return std::nullopt;
  address->scope_id = *zone;
  return address;
}

std::string ToString(const ike::IpAddress& address) {
  if (address.empty()) return "";
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.octets.data(), buffer, sizeof buffer);
  if (address.scope_id == 0) return buffer;
  char name[IF_NAMESIZE];
  const bool named = if_indextoname(address.scope_id, name) != nullptr;
  return std::string(buffer) + "%" + (named ? std::string(name) : std::to_string(address.scope_id));
}

std::string ToString(const ike::Endpoint& endpoint) {
  const bool is_v6 = endpoint.address.is_v6();
  std::string text = is_v6 ? "[" : "";
  text += ToString(endpoint.address);
  text += is_v6 ? "]:" : ":";
  return text + std::to_string(endpoint.port);
}

socklen_t ToSockaddr(const ike::Endpoint& endpoint, sockaddr_storage* out) {
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.octets.data(), 4);
    std::memcpy(out, &v4, sizeof v4);
    return sizeof v4;
  }
  if (endpoint.address.empty()) return 0;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  v6.sin6_scope_id = endpoint.address.scope_id;
  std::memcpy(&v6.sin6_addr, endpoint.address.octets.data(), 16);
  std::memcpy(out, &v6, sizeof v6);
  return sizeof v6;
}

ike::Endpoint FromSockaddr(const sockaddr_storage& storage) {
  ike::Endpoint endpoint;
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    endpoint.address.size = 4;
    std::memcpy(endpoint.address.octets.data(), &v4.sin_addr, 4);
    endpoint.port = ntohs(v4.sin_port);
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    endpoint.address.size = 16;
    std::memcpy(endpoint.address.octets.data(), &v6.sin6_addr, 16);
    endpoint.address.scope_id = v6.sin6_scope_id;
    endpoint.port = ntohs(v6.sin6_port);
  }
  return endpoint;
}

tl::expected<HostPort, std::string> ParseHostPort(std::string_view text) {
  if (text.empty()) return tl::make_unexpected(std::string("the host is empty"));
  if (text[0] == '[') return ParseBracketed(text);
  if (ParseIp(text)) return HostPort{std::string(text), std::nullopt};  // bare IPv6 has colons
  const size_t colon = text.find(':');
  const std::string_view host = text.substr(0, colon);
  if (!ParseIp(host) && !IsHostName(host)) return NoHost(text);
  if (colon == text.npos) return HostPort{std::string(host), std::nullopt};
  return WithPort(host, text.substr(colon + 1));
}

bool IsHostName(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > 253) return false;
  std::string_view label;
  for (size_t start = 0; start <= text.size();) {
    label = text.substr(start, text.find('.', start) - start);
    if (!IsLabel(label)) return false;
    start += label.size() + 1;
  }
  return !LooksNumeric(label);
}

ike::IpAddress Normalize(const ike::IpAddress& address) {
  if (!address.is_v6()) return address;
  if (std::memcmp(address.octets.data(), kMappedPrefix, sizeof kMappedPrefix) != 0) return address;
  return ike::IpAddress::V4(address.octets[12], address.octets[13], address.octets[14],
                            address.octets[15]);
}

bool IsLoopback(const ike::IpAddress& address) {
  const ike::IpAddress plain = Normalize(address);
  if (plain.is_v4()) return plain.octets[0] == 127;
  constexpr std::array<uint8_t, 16> kOne = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return plain.is_v6() && plain.octets == kOne;
}

bool IsLinkLocal(const ike::IpAddress& address) {
  const ike::IpAddress plain = Normalize(address);
  if (plain.is_v4()) return plain.octets[0] == 169 && plain.octets[1] == 254;
  return plain.is_v6() && plain.octets[0] == 0xfe && (plain.octets[1] & 0xc0) == 0x80;
}

bool IsMulticast(const ike::IpAddress& address) {
  const ike::IpAddress plain = Normalize(address);
  if (plain.is_v4()) return (plain.octets[0] & 0xf0) == 0xe0;
  return plain.is_v6() && plain.octets[0] == 0xff;
}

// RFC 1122 section 3.2.1.3: all of 0.0.0.0/8 is "this host on this network".
bool IsUnspecified(const ike::IpAddress& address) {
  const ike::IpAddress plain = Normalize(address);
  if (plain.is_v4()) return plain.octets[0] == 0;
  return plain.is_v6() && plain.octets == std::array<uint8_t, 16>{};
}

bool IsBroadcast(const ike::IpAddress& address) {
  return Normalize(address) == ike::IpAddress::V4(255, 255, 255, 255);
}

bool IsUnicast(const ike::IpAddress& address) {
  return !IsMulticast(address) && !IsUnspecified(address) && !IsBroadcast(address);
}

std::optional<Cidr> Cidr::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = ParsePlain(text.substr(0, slash));
  if (!address) return std::nullopt;
  const uint32_t width = address->size * 8u;
  const auto length =
      slash == text.npos ? std::optional(width) : ParseNumber(text.substr(slash + 1), width);
  if (!length || Masked(*address, *length) != *address) return std::nullopt;
  Cidr block;
  block.network_ = *length >= 96 ? Normalize(*address) : *address;
  block.prefix_length_ = block.network_.size == address->size ? *length : *length - 96;
  return block;
}

bool Cidr::Contains(const ike::IpAddress& address) const {
  const ike::IpAddress plain = Normalize(address);
  return plain.size == network_.size && SamePrefix(plain, network_, prefix_length_);
}

}  // namespace exporter::net
