#include "tests/responder/mischief.h"

#include <algorithm>

namespace responder {
namespace {

// The largest UDP payload over IPv4.
constexpr size_t kLargestDatagram = 65507;

bool IsV1(const Occasion& occasion) {
  View message = occasion.request->message;
  return message.size() > 17 && message[17] >> 4 == 1;
}

// An answer to build lies upon, also where the honest one would be silence.
Bytes Base(const Occasion& occasion) {
  if (!occasion.honest.empty()) return {occasion.honest.begin(), occasion.honest.end()};
  Header header;
  header.spi_i = Get64(occasion.request->message, 0);
  header.spi_r = occasion.draw | 1;
  bool v1 = IsV1(occasion);
  header.version = v1 ? kVersion1 : kVersion2;
  header.exchange = static_cast<uint8_t>(v1 ? Exchange::kInformational : Exchange::kSaInit);
  header.flags = v1 ? 0 : kFlagResponse;
  MessageBuilder builder(header);
  if (v1) {
    builder.Add(static_cast<uint8_t>(PayloadV1::kNotify), NotifyBodyV1(14, {}));
  } else {
    builder.Add(static_cast<uint8_t>(PayloadV2::kNotify), NotifyBodyV2(14, {}));
  }
  return std::move(builder).Finish();
}

Header HeaderOf(const Occasion& occasion) { return *ReadHeader(Base(occasion)); }

Bytes Random(uint64_t draw, size_t size) {
  Bytes out;
  while (out.size() < size) Put64(out, draw = Mix(draw + 1));
  out.resize(size);
  return out;
}

uint8_t SaType(const Occasion& occasion) { return static_cast<uint8_t>(IsV1(occasion) ? 1 : 33); }

uint8_t VendorType(const Occasion& occasion) {
  return static_cast<uint8_t>(IsV1(occasion) ? 13 : 43);
}

// A message of the honest answer's header and the given SA body.
Bytes WithSa(const Occasion& occasion, View body) {
  MessageBuilder builder(HeaderOf(occasion));
  builder.Add(SaType(occasion), body);
  return std::move(builder).Finish();
}

// DOI and situation come first in IKEv1 only.
Bytes SaStart(const Occasion& occasion) {
  return IsV1(occasion) ? Bytes{0, 0, 0, 1, 0, 0, 0, 1} : Bytes{};
}

Bytes EndlessTransforms(const Occasion& occasion) {
  Bytes body = SaStart(occasion);
  size_t start = body.size();
  body.insert(body.end(), {0, 0, 0, 0, 1, 1, 0, 255});
  for (int i = 0; i < 8000; ++i) body.insert(body.end(), {3, 0, 0, 8, 1, 0, 0, 12});
  Set16(body, start + 2, static_cast<uint32_t>(body.size() - start));
  return WithSa(occasion, body);
}

Bytes EndlessProposals(const Occasion& occasion) {
  Bytes body = SaStart(occasion);
  for (int i = 0; i < 4000; ++i)
    body.insert(body.end(), {2, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8, 1, 0, 0, 12});
  return WithSa(occasion, body);
}

// Sub-structures whose own fields lie: `at` is counted from the first proposal.
Bytes LyingSa(const Occasion& occasion, size_t at, uint8_t value) {
  Bytes body = SaStart(occasion);
  size_t start = body.size();
  body.insert(body.end(), {0, 0, 0, 20, 1, 1, 0, 1});
  body.insert(body.end(), {0, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 1, 0});
  body[start + at] = value;
  return WithSa(occasion, body);
}

Bytes LyingAttribute(const Occasion& occasion) {
  Bytes body = SaStart(occasion);
  body.insert(body.end(), {0, 0, 0, 20, 1, 1, 0, 1});
  body.insert(body.end(), {0, 0, 0, 12, 1, 0, 0, 12, 0, 14, 0xff, 0xff});
  return WithSa(occasion, body);
}

// One proposal with an algorithm that nobody offers (ENCR_IDEA, and its IKEv1 number).
Bytes NotOffered(const Occasion& occasion) {
  Bytes body = SaStart(occasion);
  if (IsV1(occasion)) {
    body.insert(body.end(), {0, 0, 0, 32, 1, 1, 0, 1, 0, 0, 0, 24, 1, 1, 0, 0});
    body.insert(body.end(), {0x80, 1, 0, 2, 0x80, 2, 0, 3, 0x80, 3, 0, 1, 0x80, 4, 0, 6});
  } else {
    body.insert(body.end(),
                {0, 0, 0, 40, 1, 1, 0, 4, 3, 0, 0, 8, 1, 0, 0, 5, 3, 0, 0, 8, 2, 0, 0, 3});
    body.insert(body.end(), {3, 0, 0, 8, 3, 0, 0, 3, 0, 0, 0, 8, 4, 0, 0, 1});
  }
  return WithSa(occasion, body);
}

Bytes TwoSas(const Occasion& occasion) {
  Bytes honest = Base(occasion);
  std::vector<Payload> payloads;
  Header header = *ReadHeader(honest);
  ReadPayloads(header, honest, payloads);
  MessageBuilder builder(header);
  for (const Payload& payload : payloads) {
    builder.Add(payload.type, payload.body);
    if (payload.type == SaType(occasion)) builder.Add(payload.type, payload.body);
  }
  return std::move(builder).Finish();
}

// The honest answer without its payloads of one type, or with their bodies cut or stretched.
Bytes WithBodies(const Occasion& occasion, uint8_t type, size_t size) {
  Bytes honest = Base(occasion);
  std::vector<Payload> payloads;
  Header header = *ReadHeader(honest);
  ReadPayloads(header, honest, payloads);
  MessageBuilder builder(header);
  for (const Payload& payload : payloads) {
    Bytes body(payload.body.begin(), payload.body.end());
    if (payload.type == type) body.resize(size);
    builder.Add(payload.type, body);
  }
  return std::move(builder).Finish();
}

Bytes WithVendors(const Occasion& occasion, size_t count, size_t size) {
  Bytes honest = Base(occasion);
  std::vector<Payload> payloads;
  Header header = *ReadHeader(honest);
  ReadPayloads(header, honest, payloads);
  MessageBuilder builder(header);
  for (const Payload& payload : payloads) builder.Add(payload.type, payload.body);
  for (size_t i = 0; i < count; ++i)
    builder.Add(VendorType(occasion), Random(occasion.draw + i, size));
  return std::move(builder).Finish();
}

// Payloads of four bytes that each name another of their kind, to the end of the largest datagram.
Bytes PayloadLoop(const Occasion& occasion) {
  Bytes out = Base(occasion);
  out.resize(kHeaderSize);
  out[16] = VendorType(occasion);
  while (out.size() + 4 <= kLargestDatagram) {
    out.insert(out.end(), {VendorType(occasion), 0, 0, 4});
  }
  Set32(out, 24, static_cast<uint32_t>(out.size()));
  return out;
}

// The honest answer with one 16-bit field of the first payload's header overwritten.
Bytes WithPayloadLength(const Occasion& occasion, uint16_t length) {
  Bytes out = Base(occasion);
  Set16(out, kHeaderSize + 2, length);
  return out;
}

Bytes WithLength(const Occasion& occasion, uint32_t length) {
  Bytes out = Base(occasion);
  Set32(out, 24, length);
  return out;
}

Bytes WithByte(const Occasion& occasion, size_t at, uint8_t value) {
  Bytes out = Base(occasion);
  out[at] = value;
  return out;
}

Bytes WithSpi(const Occasion& occasion, size_t at, uint64_t value) {
  Bytes out = Base(occasion);
  Set64(out, at, value);
  return out;
}

Bytes Appended(const Occasion& occasion, size_t size) {
  Bytes out = Base(occasion);
  PutAll(out, Random(occasion.draw, size));
  return out;
}

Bytes Truncated(const Occasion& occasion) {
  Bytes out = Base(occasion);
  out.resize(out.size() / 2);
  return out;
}

Bytes CriticalUnknown(const Occasion& occasion) {
  Bytes out = Base(occasion);
  uint8_t first = out[16];
  out[16] = 200;
  const uint8_t payload[] = {first, 0x80, 0, 8, 1, 2, 3, 4};
  out.insert(out.begin() + kHeaderSize, std::begin(payload), std::end(payload));
  Set32(out, 24, static_cast<uint32_t>(out.size()));
  return out;
}

Bytes LyingNotify(const Occasion& occasion) {
  MessageBuilder builder(HeaderOf(occasion));
  Bytes body = IsV1(occasion) ? NotifyBodyV1(14, {}) : NotifyBodyV2(14, {});
  body[IsV1(occasion) ? 5 : 1] = 255;  // the SPI size
  builder.Add(static_cast<uint8_t>(IsV1(occasion) ? 11 : 41), body);
  return std::move(builder).Finish();
}

Bytes Echo(const Occasion& occasion) {
  View message = occasion.request->message;
  return {message.begin(), message.end()};
}

Bytes Stale(const Occasion& occasion) {
  if (occasion.stale.empty()) return WithSpi(occasion, 0, Mix(occasion.draw));
  return {occasion.stale.begin(), occasion.stale.end()};
}

Bytes OtherSpiRequest(const Occasion& occasion) {
  Bytes out = Echo(occasion);
  Set64(out, 0, Mix(occasion.draw));
  return out;
}

using Maker = Bytes (*)(const Occasion&);
using O = const Occasion&;

struct Kind {
  std::string_view name;
  Maker make;
};

constexpr Kind kKinds[] = {
    // Malformed.
    {"empty", [](O) { return Bytes(); }},
    {"one-byte", [](O) { return Bytes{0x42}; }},
    {"keepalive", [](O) { return Bytes{0xff}; }},
    {"garbage", [](O o) { return Random(o.draw, 100); }},
    {"garbage-after-spi",
     [](O o) {
       Bytes b = Base(o);
       b.resize(8);
       PutAll(b, Random(o.draw, 200));
       return b;
     }},
    {"short-header",
     [](O o) {
       Bytes b = Base(o);
       b.resize(27);
       return b;
     }},
    {"header-only",
     [](O o) {
       Bytes b = Base(o);
       b.resize(28);
       b[16] = 0;
       Set32(b, 24, 28);
       return b;
     }},
    {"truncated", Truncated},
    {"length-zero", [](O o) { return WithLength(o, 0); }},
    {"length-short", [](O o) { return WithLength(o, 29); }},
    {"length-long", [](O o) { return WithLength(o, 4000); }},
    {"length-huge", [](O o) { return WithLength(o, 0xffffffff); }},
    {"trailing-bytes", [](O o) { return Appended(o, 40); }},
    {"payload-length-zero", [](O o) { return WithPayloadLength(o, 0); }},
    {"payload-length-three", [](O o) { return WithPayloadLength(o, 3); }},
    {"payload-length-long", [](O o) { return WithPayloadLength(o, 0xffff); }},
    {"payload-loop", PayloadLoop},
    {"endless-transforms", EndlessTransforms},
    {"endless-proposals", EndlessProposals},
    {"transform-count-lies", [](O o) { return LyingSa(o, 7, 9); }},
    {"spi-size-lies", [](O o) { return LyingSa(o, 6, 255); }},
    {"proposal-length-lies", [](O o) { return LyingSa(o, 3, 255); }},
    {"transform-length-lies", [](O o) { return LyingSa(o, 11, 200); }},
    {"transform-length-zero", [](O o) { return LyingSa(o, 11, 0); }},
    {"attribute-length-lies", LyingAttribute},
    {"notify-spi-lies", LyingNotify},
    {"empty-sa", [](O o) { return WithSa(o, {}); }},
    {"two-sas", TwoSas},
    {"not-offered", NotOffered},
    {"short-nonce", [](O o) { return WithBodies(o, static_cast<uint8_t>(IsV1(o) ? 10 : 40), 4); }},
    {"empty-ke", [](O o) { return WithBodies(o, static_cast<uint8_t>(IsV1(o) ? 4 : 34), 4); }},
    {"critical-unknown", CriticalUnknown},
    {"encrypted", [](O o) { return WithByte(o, 19, 0x21); }},
    {"oversized", [](O o) { return Appended(o, kLargestDatagram - Base(o).size()); }},
    {"oversized-valid", [](O o) { return WithVendors(o, 1, 60000); }},
    {"many-vendor-ids", [](O o) { return WithVendors(o, 3000, 16); }},
    // Foreign.
    {"echo", Echo},
    {"old-reply", Stale},
    {"other-spi", [](O o) { return WithSpi(o, 0, Mix(o.draw)); }},
    {"zero-spi", [](O o) { return WithSpi(o, 0, 0); }},
    {"zero-responder-spi", [](O o) { return WithSpi(o, 8, 0); }},
    {"swapped-spi",
     [](O o) {
       Bytes b = Base(o);
       std::swap_ranges(b.begin(), b.begin() + 8, b.begin() + 8);
       return b;
     }},
    {"other-message-id", [](O o) { return WithByte(o, 23, 7); }},
    {"other-exchange", [](O o) { return WithByte(o, 18, 37); }},
    {"other-version", [](O o) { return WithByte(o, 17, IsV1(o) ? kVersion2 : kVersion1); }},
    {"minor-version",
     [](O o) {
       return WithByte(o, 17, static_cast<uint8_t>((IsV1(o) ? kVersion1 : kVersion2) + 1));
     }},
    {"version-three", [](O o) { return WithByte(o, 17, 0x30); }},
    {"no-response-flag", [](O o) { return WithByte(o, 19, 0); }},
    {"initiator-flag", [](O o) { return WithByte(o, 19, kFlagResponse | kFlagInitiator); }},
    // Honest bytes from the wrong place.
    {"other-address", Base},
    {"other-port", Base},
    {"wrong-marker", Base},
    // ICMP errors: about this very request, and forged about something else.
    {"icmp-true", Echo},
    {"icmp-other-spi", OtherSpiRequest},
    {"icmp-other-target", Echo},
};

const Kind* Find(std::string_view name) {
  auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == std::end(kKinds) ? nullptr : found;
}

}  // namespace

bool IsMischief(std::string_view kind) { return Find(kind) != nullptr; }

std::vector<std::string_view> MischiefKinds() {
  std::vector<std::string_view> names;
  for (const Kind& kind : kKinds) names.push_back(kind.name);
  return names;
}

Deed Commit(std::string_view kind, const Occasion& occasion) {
  Deed deed;
  deed.bytes = Find(kind)->make(occasion);
  deed.departure.other_port = kind == "other-port";
  deed.departure.flip_marker = kind == "wrong-marker";
  if (kind == "other-address") {
    Address neighbour = occasion.request->local.address;
    neighbour.octets[neighbour.size - 1u] ^= 0x40;
    deed.departure.from = neighbour;
  }
  if (kind.starts_with("icmp")) {
    deed.departure.icmp_code = 3;
    deed.departure.quoted = occasion.request->local;
    if (kind == "icmp-other-target") deed.departure.quoted.address.octets[3] ^= 0x01;
  }
  return deed;
}

}  // namespace responder
