#include "tests/probes/wire/message_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "probes/wire/identification.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/names.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "tests/support/hex.h"

namespace ike::test {
namespace {

using Names = std::map<uint32_t, std::string>;

const Names kGroups = {{1, "modp768"},   {2, "modp1024"},  {5, "modp1536"},  {14, "modp2048"},
                       {15, "modp3072"}, {16, "modp4096"}, {19, "ecp256"},   {20, "ecp384"},
                       {31, "x25519"},   {35, "mlkem512"}, {36, "mlkem768"}, {37, "mlkem1024"},
                       {0, "none"}};
const std::map<uint8_t, Names> kTransforms = {
    {1, {{2, "des"}, {3, "3des"}, {12, "aes"}, {20, "aesgcm16"}}},
    {2, {{1, "prfmd5"}, {2, "prfsha1"}, {5, "prfsha256"}, {6, "prfsha384"}, {7, "prfsha512"}}},
    {3,
     {{1, "md5_96"}, {2, "sha1_96"}, {12, "sha256_128"}, {13, "sha384_192"}, {14, "sha512_256"}}},
    {4, kGroups},
    {5, {{0, "noesn"}}},
    {6, kGroups}};
const Names kCiphers1 = {{1, "des"}, {5, "3des"}, {7, "aes"}};
const Names kHashes1 = {{1, "md5"}, {2, "sha1"}, {4, "sha256"}, {5, "sha384"}, {6, "sha512"}};
const Names kAuthentication1 = {{1, "psk"}, {3, "rsa"}};
const std::map<std::string, std::string> kVendorIdNames = {
    {"4a131c81070358455c5728f20e95452f", "NAT-T RFC3947"},
    {"afcad71368a1f1c96b8696fc77570100", "DPD"},
    {"09002689dfd6b712", "XAUTH"},
    {"4048b7d56ebce88525e7de7f00d6c2d3", "FRAGMENTATION"},
    {"4048b7d56ebce88525e7de7f00d6c2d380000000", "FRAGMENTATION+80000000"}};

std::string Lookup(const Names& names, uint32_t number) {
  const auto name = names.find(number);
  return name == names.end() ? std::to_string(number) : name->second;
}

std::string Join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string Size(ByteSpan bytes) { return std::to_string(bytes.size()) + "B"; }

bool IsPrintable(ByteSpan bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte >= ' ' && byte <= '~'; });
}

std::string VendorIdText(ByteSpan body) {
  const auto name = kVendorIdNames.find(ToHex(body));
  if (name != kVendorIdNames.end()) return "VID " + name->second;
  return "VID " + ToHex(body) +
         (IsPrintable(body) ? ":" + std::string(body.begin(), body.end()) : "");
}

std::string TransformText(const wire::Ikev2Transform& transform) {
  const auto names = kTransforms.find(transform.type);
  const bool known = names != kTransforms.end() && names->second.contains(transform.id);
  return (known ? names->second.at(transform.id)
                : "T" + std::to_string(transform.type) + ":" + std::to_string(transform.id)) +
         (transform.key_length == 0 ? "" : std::to_string(transform.key_length));
}

std::string Sa2Text(ByteSpan body) {
  const auto proposals = wire::ParseIkev2Sa(body);
  if (!proposals) return "BAD SA";
  std::vector<std::string> texts;
  for (const wire::Ikev2Proposal& proposal : *proposals) {
    std::vector<std::string> transforms;
    for (const wire::Ikev2Transform& transform : proposal.transforms) {
      transforms.push_back(TransformText(transform));
    }
    texts.push_back("#" + std::to_string(proposal.number) + " proto" +
                    std::to_string(proposal.protocol) + " " + Join(transforms, "-"));
  }
  return "SA " + Join(texts, " / ");
}

std::string Notify2Text(ByteSpan body) {
  const auto notify = wire::ParseIkev2Notify(body);
  if (!notify) return "BAD N";
  const bool is_nat = notify->type == wire::v2::notify::kNatDetectionSourceIp ||
                      notify->type == wire::v2::notify::kNatDetectionDestinationIp;
  if (is_nat) {
    return notify->type == wire::v2::notify::kNatDetectionSourceIp ? "N NATD_SRC" : "N NATD_DST";
  }
  std::string text = "N " + wire::NameOrNumber(wire::v2::NotifyName(notify->type), notify->type);
  if (!notify->data.empty()) {
    text += "[" + std::to_string(notify->data.size()) + "]=" + ToHex(notify->data);
  }
  return text;
}

std::string UnknownText(const wire::Payload& payload) {
  return "P" + std::to_string(payload.type) + " " + Size(payload.body);
}

std::string Payload2Text(const wire::Payload& payload) {
  switch (payload.type) {
    case wire::v2::payload::kSa:
      return Sa2Text(payload.body);
    case wire::v2::payload::kKe: {
      const auto ke = wire::ParseIkev2Ke(payload.body);
      return ke ? "KE g" + std::to_string(ke->group) + " " + Size(ke->value) : "BAD KE";
    }
    case wire::v2::payload::kNonce:
      return "Ni " + Size(payload.body);
    case wire::v2::payload::kNotify:
      return Notify2Text(payload.body);
    case wire::v2::payload::kVendorId:
      return VendorIdText(payload.body);
    default:
      return UnknownText(payload);
  }
}

uint32_t ValueOf(const wire::Ikev1SaTransform& transform, uint16_t type) {
  for (const wire::Ikev1Attribute& attribute : transform.attributes) {
    if (attribute.type == type) return attribute.value;
  }
  return UINT32_MAX;
}

std::string Transform1Text(const wire::Ikev1SaTransform& transform) {
  const uint32_t key = ValueOf(transform, wire::v1::attribute::kKeyLength);
  const uint32_t life = ValueOf(transform, wire::v1::attribute::kLifeDuration);
  return "t" + std::to_string(transform.number) + "=" +
         Lookup(kCiphers1, ValueOf(transform, wire::v1::attribute::kEncryption)) +
         (key == UINT32_MAX ? "" : std::to_string(key)) + "-" +
         Lookup(kHashes1, ValueOf(transform, wire::v1::attribute::kHash)) + "-" +
         Lookup(kGroups, ValueOf(transform, wire::v1::attribute::kGroup)) + "-" +
         Lookup(kAuthentication1, ValueOf(transform, wire::v1::attribute::kAuthentication)) +
         "-life" + (life == UINT32_MAX ? "None" : std::to_string(life));
}

std::string Sa1Text(ByteSpan body) {
  const auto sa = wire::ParseIkev1Sa(body);
  if (!sa) return "BAD SA";
  std::vector<std::string> texts;
  for (const wire::Ikev1Proposal& proposal : sa->proposals) {
    std::vector<std::string> transforms;
    for (const auto& transform : proposal.transforms) {
      transforms.push_back(Transform1Text(transform));
    }
    texts.push_back("#" + std::to_string(proposal.number) + "(" +
                    std::to_string(transforms.size()) + "t) " + Join(transforms, ","));
  }
  return "SA " + Join(texts, " / ");
}

std::string Notify1Text(ByteSpan body) {
  const auto notify = wire::ParseIkev1Notify(body);
  if (!notify) return "BAD N";
  std::string text = "N proto" + std::to_string(notify->protocol) + " " +
                     std::string(wire::v1::NotifyName(notify->type));
  if (!notify->spi.empty()) text += " spi" + std::to_string(notify->spi.size());
  return text;
}

std::string IdText(ByteSpan body) {
  const auto id = wire::ParseIkev1Identification(body);
  if (!id) return "BAD ID";
  const std::string text = "ID type" + std::to_string(id->type) + " ";
  if (!IsPrintable(id->data)) return text + ToHex(id->data);
  return text + "b'" + std::string(id->data.begin(), id->data.end()) + "'";
}

std::string Payload1Text(const wire::Payload& payload) {
  switch (payload.type) {
    case wire::v1::payload::kSa:
      return Sa1Text(payload.body);
    case wire::v1::payload::kKe:
      return "KE " + Size(payload.body);
    case wire::v1::payload::kNonce:
      return "Nr " + Size(payload.body);
    case wire::v1::payload::kId:
      return IdText(payload.body);
    case wire::v1::payload::kHash:
      return "HASH " + Size(payload.body);
    case wire::v1::payload::kNotify:
      return Notify1Text(payload.body);
    case wire::v1::payload::kVendorId:
      return VendorIdText(payload.body);
    case wire::v1::payload::kNatD:
      return "NAT-D(20) " + Size(payload.body);
    default:
      return UnknownText(payload);
  }
}

std::string PayloadText(uint8_t version, const wire::Payload& payload) {
  if (version == 1) return Payload1Text(payload);
  return version == 2 ? Payload2Text(payload) : UnknownText(payload);
}

// libreswan pads IKEv1 messages to a multiple of four.
bool IsPadding(ByteSpan bytes) {
  return bytes.size() < 4 && std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

}  // namespace

std::string MessageText(ByteSpan message) {
  const auto header = wire::ParseIkeHeader(message);
  if (!header) return "malformed: header";
  const auto body = wire::MessageBody(*header, message);
  if (!body) return "malformed: length";
  std::vector<std::string> payloads;
  wire::PayloadCursor cursor(header->next_payload, *body);
  while (const auto payload = cursor.Next()) {
    payloads.push_back(PayloadText(header->major_version(), *payload));
  }
  if (!cursor.ok() || !IsPadding(cursor.trailing())) return "malformed: payloads";
  return "v" + std::to_string(header->major_version()) + "." +
         std::to_string(header->minor_version()) + " exch" + std::to_string(header->exchange_type) +
         " rspi=" + (header->responder_spi == 0 ? "0" : "set") + " len" +
         std::to_string(message.size()) + ": " + Join(payloads, "; ");
}

}  // namespace ike::test
