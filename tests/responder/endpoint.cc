#include "tests/responder/endpoint.h"

#include <arpa/inet.h>

#include <cstring>

namespace responder {

Address Address::V4(uint32_t host_order) {
  Address address;
  for (size_t i = 0; i < 4; ++i) {
    address.octets[i] = static_cast<uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

std::optional<Address> ParseAddress(std::string_view text) {
  std::string copy(text);
  Address address;
  if (inet_pton(AF_INET, copy.c_str(), address.octets.data()) == 1) return address;
  address.size = 16;
  if (inet_pton(AF_INET6, copy.c_str(), address.octets.data()) == 1) return address;
  return std::nullopt;
}

std::string ToText(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.size == 4 ? AF_INET : AF_INET6, address.octets.data(), text, sizeof text);
  return text;
}

std::string ToText(const Endpoint& endpoint) {
  std::string host = ToText(endpoint.address);
  if (endpoint.address.size == 16) host = "[" + host + "]";
  return host + ":" + std::to_string(endpoint.port);
}

uint64_t Mix(uint64_t value) {
  value ^= value >> 30;
  value *= 0xbf58476d1ce4e5b9u;
  value ^= value >> 27;
  value *= 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

uint64_t HashBytes(View bytes, uint64_t seed) {
  uint64_t hash = seed ^ (bytes.size() * 0x9e3779b97f4a7c15u);
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    hash = (hash ^ word) * 0x9fb21c651e98df25u;
    hash ^= hash >> 32;
  }
  uint64_t tail = 0;
  for (; at < bytes.size(); ++at) tail = tail << 8 | bytes[at];
  return Mix(hash ^ tail);
}

}  // namespace responder
