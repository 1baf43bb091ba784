#include "exporter/targets/packet_text.h"

#include <algorithm>
#include <cstdio>

#include "exporter/base/number_text.h"
#include "exporter/net/address.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/names.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"

namespace exporter {
namespace {

using ike::wire::NameOrNumber;
namespace v1 = ike::wire::v1;
namespace v2 = ike::wire::v2;

constexpr size_t kMostDumped = 2048;
constexpr size_t kMostTransforms = 64;

std::string HexLines(ike::ByteSpan bytes) {
  std::string text;
  size_t shown = std::min(bytes.size(), kMostDumped);
  for (size_t i = 0; i < shown; ++i) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
    if (i % 32 == 0) text += i == 0 ? "    " : "\n    ";
    text += digits;
    if (i % 4 == 3) text += ' ';
  }
  if (shown < bytes.size()) text += "\n    ...";
  return text + "\n";
}

std::string Ikev2SaText(ike::ByteSpan body) {
  auto proposals = ike::wire::ParseIkev2Sa(body);
  if (!proposals) return "    malformed\n";
  std::string text;
  size_t shown = 0;
  for (const auto& proposal : *proposals) {
    text += "    proposal " + std::to_string(proposal.number) + "\n";
    for (const auto& transform : proposal.transforms) {
      if (++shown > kMostTransforms) return text + "      ...\n";
      text += "      " + NameOrNumber(v2::TransformTypeName(transform.type), transform.type) + " " +
              NameOrNumber(v2::TransformName(transform.type, transform.id), transform.id);
      if (transform.key_length != 0) text += " " + std::to_string(transform.key_length);
      text += "\n";
    }
  }
  return text;
}

std::string Ikev1SaText(ike::ByteSpan body) {
  auto sa = ike::wire::ParseIkev1Sa(body);
  if (!sa) return "    malformed\n";
  std::string text;
  size_t shown = 0;
  for (const auto& proposal : sa->proposals) {
    text += "    proposal " + std::to_string(proposal.number) + "\n";
    for (const auto& transform : proposal.transforms) {
      if (++shown > kMostTransforms) return text + "      ...\n";
      text += "      transform " + std::to_string(transform.number) + ":";
      for (const auto& attribute : transform.attributes) {
        auto value = static_cast<uint16_t>(attribute.value);
        text += " " + NameOrNumber(v1::AttributeName(attribute.type), attribute.type) + "=" +
                NameOrNumber(v1::AttributeValueName(attribute.type, value), attribute.value);
      }
      text += "\n";
    }
  }
  return text;
}

std::string VendorText(ike::ByteSpan body) {
  auto match = ike::MatchVendorId(body);
  if (!match) {
    const std::string_view text = ike::VendorIdText(body);
    return text.empty() ? "    unknown\n" : "    unknown: \"" + std::string(text) + "\"\n";
  }
  return "    " + std::string(match->name) + (match->version.empty() ? "" : " " + match->version) +
         "\n";
}

std::string Ikev2KeText(ike::ByteSpan body) {
  auto ke = ike::wire::ParseIkev2Ke(body);
  if (!ke) return "    malformed\n";
  return "    group " + std::to_string(ke->group) + " " +
         std::string(v2::TransformName(v2::transform::kKe, ke->group)) + ", " +
         std::to_string(ke->value.size()) + " bytes of public value\n";
}

// What the data of the notify says, where it is short and says something.
std::string NotifyDataText(const ike::wire::Ikev2Notify& notify) {
  if (notify.type == v2::notify::kInvalidKePayload) {
    auto group = ike::wire::ParseInvalidKeGroup(notify);
    if (group) return ", asks for group " + std::to_string(*group);
  }
  if (notify.type == v2::notify::kSignatureHashAlgorithms) {
    std::string text;
    for (ike::Reader reader(notify.data); reader.rest().size() >= 2;) {
      uint16_t hash = reader.U16();
      text += (text.empty() ? ": " : ", ") + NameOrNumber(v2::SignatureHashName(hash), hash);
    }
    return text;
  }
  if (notify.type == v2::notify::kRedirect && notify.data.size() >= 2) {
    ike::Bytes identity{notify.data[0]};
    const ike::ByteSpan value = ike::Reader(notify.data.subspan(2)).Take(notify.data[1]);
    identity.insert(identity.end(), value.begin(), value.end());
    return " to " + RedirectText(identity);
  }
  return notify.data.empty() ? "" : ", " + std::to_string(notify.data.size()) + " bytes of data";
}

std::string Ikev2PayloadText(const ike::wire::Payload& payload) {
  if (payload.type == v2::payload::kSa) return Ikev2SaText(payload.body);
  if (payload.type == v2::payload::kKe) return Ikev2KeText(payload.body);
  if (payload.type == v2::payload::kVendorId) return VendorText(payload.body);
  if (payload.type != v2::payload::kNotify) return "";
  auto notify = ike::wire::ParseIkev2Notify(payload.body);
  if (!notify) return "    malformed\n";
  return "    " + NameOrNumber(v2::NotifyName(notify->type), notify->type) +
         NotifyDataText(*notify) + "\n";
}

std::string Ikev1PayloadText(const ike::wire::Payload& payload) {
  if (payload.type == v1::payload::kSa) return Ikev1SaText(payload.body);
  if (payload.type == v1::payload::kVendorId) return VendorText(payload.body);
  if (payload.type != v1::payload::kNotify) return "";
  auto notify = ike::wire::ParseIkev1Notify(payload.body);
  if (!notify) return "    malformed\n";
  return "    " + NameOrNumber(v1::NotifyName(notify->type), notify->type) + "\n";
}

std::string HeaderText(const ike::wire::IkeHeader& header, bool ikev1) {
  std::string_view exchange =
      ikev1 ? v1::ExchangeName(header.exchange_type) : v2::ExchangeName(header.exchange_type);
  char flags[8];
  std::snprintf(flags, sizeof flags, "0x%02x", header.flags);
  return "  IKE " + std::to_string(header.major_version()) + "." +
         std::to_string(header.minor_version()) + ", " +
         NameOrNumber(exchange, header.exchange_type) + ", flags " + flags + ", message id " +
         std::to_string(header.message_id) + ", " + std::to_string(header.length) + " bytes\n" +
         "  initiator SPI " + SpiHex(header.initiator_spi) + ", responder SPI " +
         SpiHex(header.responder_spi) + "\n";
}

bool ProvesSecret(bool ikev1, const ike::wire::Payload& payload) {
  if (!ikev1) return payload.type == v2::payload::kAuthentication;
  return payload.type == v1::payload::kHash || payload.type == v1::payload::kSignature;
}

// Either half of Aggressive Mode together with the other, and any HASH, signature or AUTH, is what
// a pre-shared key is guessed by.
bool MayBeDumped(ike::ByteSpan message) {
  auto header = ike::wire::ParseIkeHeader(message);
  if (!header) return true;
  bool ikev1 = header->major_version() == 1;
  if (ikev1 && header->exchange_type == v1::exchange::kAggressive) return false;
  auto body = ike::wire::MessageBody(*header, message);
  if (!body) return true;
  ike::wire::PayloadCursor cursor(header->next_payload, *body);
  while (auto payload = cursor.Next()) {
    if (ProvesSecret(ikev1, *payload)) return false;
  }
  return true;
}

}  // namespace

std::string FieldsText(ike::ByteSpan message) {
  auto header = ike::wire::ParseIkeHeader(message);
  if (!header) return "  no IKE header\n";
  bool ikev1 = header->major_version() == 1;
  std::string text = HeaderText(*header, ikev1);
  auto body = ike::wire::MessageBody(*header, message);
  if (!body) return text + "  truncated\n";
  ike::wire::PayloadCursor cursor(header->next_payload, *body);
  while (auto payload = cursor.Next()) {
    std::string_view name = ikev1 ? v1::PayloadName(payload->type) : v2::PayloadName(payload->type);
    text += "  " + NameOrNumber(name, payload->type) + ", " + std::to_string(payload->body.size()) +
            " bytes" + (payload->critical ? ", critical" : "") + "\n";
    text += ikev1 ? Ikev1PayloadText(*payload) : Ikev2PayloadText(*payload);
  }
  if (!cursor.ok()) text += "  malformed payload\n";
  return text;
}

std::string HexText(ike::ByteSpan message) {
  if (MayBeDumped(message)) return HexLines(message);
  return "    not shown: with it a pre-shared key can be guessed offline\n";
}

std::string PacketText(ike::ByteSpan message) { return FieldsText(message) + HexText(message); }

std::string RedirectText(ike::ByteSpan identity) {
  if (identity.size() < 2) return {};
  enum : uint8_t { kIpv4 = 1, kIpv6 = 2, kFqdn = 3 };
  const ike::ByteSpan value = identity.subspan(1);
  const bool is_address =
      (identity[0] == kIpv4 && value.size() == 4) || (identity[0] == kIpv6 && value.size() == 16);
  if (is_address) {
    ike::IpAddress address;
    std::copy(value.begin(), value.end(), address.octets.begin());
    address.size = static_cast<uint8_t>(value.size());
    return net::ToString(address);
  }
  if (identity[0] != kFqdn) return {};
  std::string name(value.begin(), value.end());
  const auto is_unprintable = [](char c) { return c <= ' ' || c > '~'; };
  std::replace_if(name.begin(), name.end(), is_unprintable, '?');
  return name;
}

}  // namespace exporter
