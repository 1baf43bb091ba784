#include "tests/responder/test_support.h"

#include <stdexcept>

#include "tests/responder/fleet.h"
#include "tests/responder/public_values.h"

namespace responder::test {
namespace {

// Made once: the bigger groups take a while.
PublicValues& Values() {
  static PublicValues values;
  return values;
}

// Spells out one proposal as an initiator would offer it.
Proposal Offer(const std::string& words, uint8_t number) {
  Proposal proposal;
  proposal.number = number;
  auto allowed = ParseProposalV2(words);
  if (!allowed) throw std::runtime_error(allowed.error());
  proposal.transforms = *allowed;
  return proposal;
}

Bytes WriteOffer(const std::vector<std::string>& texts) {
  Bytes body;
  for (size_t i = 0; i < texts.size(); ++i) {
    Bytes one = WriteSaV2(Offer(texts[i], static_cast<uint8_t>(i + 1)));
    one[0] = i + 1 == texts.size() ? 0 : 2;
    PutAll(body, one);
  }
  return body;
}

std::string TransformText(const Transform& transform) {
  std::string text = std::to_string(transform.type) + ":" + std::to_string(transform.id);
  if (transform.key_length != 0) text += "/" + std::to_string(transform.key_length);
  return text;
}

std::string SaTextV2(View body) {
  auto proposals = ReadSaV2(body);
  if (!proposals) return "SA malformed";
  std::string text = "SA";
  for (const Proposal& proposal : *proposals) {
    text += " #" + std::to_string(proposal.number);
    for (const Transform& transform : proposal.transforms) text += " " + TransformText(transform);
  }
  return text;
}

std::string SaTextV1(View body) {
  auto offer = ReadSaV1(body);
  if (!offer) return "SA malformed";
  std::string text = "SA";
  for (const Suite& suite : offer->suites) {
    text += " t" + std::to_string(suite.number) + "=" + std::to_string(suite.encryption) + "/" +
            std::to_string(suite.key_length) + "-" + std::to_string(suite.hash) + "-" +
            std::to_string(suite.authentication) + "-" + std::to_string(suite.group);
  }
  return text;
}

std::string Hex(View bytes) {
  std::string text;
  for (uint8_t byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string NotifyText(View body, bool v1) {
  size_t type_at = v1 ? 6 : 2;
  size_t spi_size = body[v1 ? 5 : 1];
  uint16_t type = Get16(body, type_at);
  View data = body.subspan(type_at + 2 + spi_size);
  std::string text = "N" + std::to_string(type);
  if (spi_size != 0) text += " spi " + std::to_string(spi_size);
  bool random = !v1 && (type == 16388 || type == 16389 || type == 16390);
  if (random) return text + " (" + std::to_string(data.size()) + ")";
  return data.empty() ? text : text + " " + Hex(data);
}

std::string PayloadText(const Payload& payload, bool v1) {
  std::string size = " (" + std::to_string(payload.body.size()) + ")";
  switch (payload.type) {
    case 1:
      return SaTextV1(payload.body);
    case 33:
      return SaTextV2(payload.body);
    case 4:
      return "KE" + size;
    case 34:
      return "KE " + std::to_string(Get16(payload.body, 0)) + size;
    case 5:
      return "ID " + Hex(payload.body);
    case 8:
      return "HASH" + size;
    case 10:
    case 40:
      return "NONCE" + size;
    case 11:
    case 41:
      return NotifyText(payload.body, v1);
    case 13:
    case 43:
      return "V " + Hex(payload.body);
    default:
      return "P" + std::to_string(payload.type) + size;
  }
}

}  // namespace

Bytes FromHex(std::string_view hex) {
  Bytes out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

Bytes TextBytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

Bytes Write(const SaInitRequest& opening) {
  Header header;
  header.spi_i = opening.spi;
  header.version = kVersion2;
  header.exchange = static_cast<uint8_t>(Exchange::kSaInit);
  header.flags = kFlagInitiator;
  MessageBuilder builder(header);
  auto notify = [&](uint16_t type, View data) { builder.Add(41, NotifyBodyV2(type, data)); };
  if (!opening.cookie.empty()) notify(16390, opening.cookie);
  builder.Add(33, WriteOffer(opening.proposals));
  Bytes ke;
  Put16(ke, opening.group);
  Put16(ke, 0);
  PutAll(ke, opening.ke.empty() ? Values().Of(opening.group) : opening.ke);
  builder.Add(34, ke);
  builder.Add(40, Bytes(32, 0x33));
  notify(16388, Bytes(20, 1));
  notify(16389, Bytes(20, 2));
  for (uint16_t type : opening.notifies) notify(type, {});
  return std::move(builder).Finish();
}

Bytes Write(const Phase1Request& opening) {
  Header header;
  header.spi_i = opening.spi;
  header.version = kVersion1;
  header.exchange =
      static_cast<uint8_t>(opening.identity.empty() ? Exchange::kMain : Exchange::kAggressive);
  MessageBuilder builder(header);
  Bytes transforms;
  for (size_t i = 0; i < opening.suites.size(); ++i) {
    const SuiteV1& suite = opening.suites[i];
    Bytes one = {0, 0, 0, 0, static_cast<uint8_t>(i + 1), 1, 0, 0};
    one[0] = i + 1 == opening.suites.size() ? 0 : 3;
    for (auto [type, value] : {std::pair{1, suite.cipher},
                               {14, suite.key_length},
                               {2, suite.hash},
                               {3, suite.authentication},
                               {4, suite.group}}) {
      if (value == 0) continue;
      Put16(one, static_cast<uint32_t>(0x8000 | type));
      Put16(one, value);
    }
    Set16(one, 2, static_cast<uint32_t>(one.size()));
    PutAll(transforms, one);
  }
  Bytes sa = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0};
  Put16(sa, static_cast<uint32_t>(8 + transforms.size()));
  sa.insert(sa.end(), {1, 1, 0, static_cast<uint8_t>(opening.suites.size())});
  PutAll(sa, transforms);
  builder.Add(1, sa);
  if (!opening.identity.empty()) {
    builder.Add(4, Values().Of(opening.suites[0].group));
    builder.Add(10, Bytes(16, 0x44));
    Bytes id = {2, 0, 0, 0};
    PutAll(id, TextBytes(opening.identity));
    builder.Add(5, id);
  }
  for (const Bytes& vendor : opening.vendor_ids) builder.Add(13, vendor);
  return std::move(builder).Finish();
}

Bench::Bench(const std::string& keys) {
  auto script =
      ParseScript("[[gateway]]\nname = \"bench\"\naddresses = [\"127.0.0.9\"]\n" + keys, "bench");
  if (!script) throw std::runtime_error(script.error());
  fleet_ = std::move(*Fleet::Build(std::move(*script)));
}

std::vector<Collector::Sent> Bench::Ask(const Bytes& message, uint32_t source) {
  Request request;
  request.message = message;
  request.peer = {Address::V4(source), 40000};
  request.local = {Address::V4(0x7f000009), 500};
  request.now = now;
  Collector collector;
  gateway().Handle(request, collector, log_);
  return collector.sent;
}

std::string Bench::Reply(const Bytes& message, uint32_t source) {
  auto sent = Ask(message, source);
  if (sent.empty()) return "silence";
  if (sent.size() > 1) return std::to_string(sent.size()) + " answers";
  return Describe(sent[0].bytes);
}

std::string Describe(View message) {
  auto header = ReadHeader(message);
  if (!header) return "short";
  bool v1 = header->major() == 1;
  std::string text = "v" + std::to_string(header->major()) + " x" +
                     std::to_string(header->exchange) + (header->spi_r == 0 ? " r0" : " r1");
  std::vector<Payload> payloads;
  if (!ReadPayloads(*header, message, payloads)) return text + " malformed";
  for (const Payload& payload : payloads) text += "; " + PayloadText(payload, v1);
  return text;
}

}  // namespace responder::test
