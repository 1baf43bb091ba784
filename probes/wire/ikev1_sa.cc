#include "probes/wire/ikev1_sa.h"

#include <cstddef>

#include "probes/wire/ikev1_ids.h"

namespace ike::wire {
namespace {

constexpr uint8_t kLast = 0;
constexpr size_t kMaxSpiSize = 16;  // RFC 2408 section 3.5
constexpr uint16_t kBasicFormat = 0x8000;

// The header that proposals and transforms share: next, reserved, length, number and one more byte.
struct Item {
  bool more = false;
  uint8_t number = 0;
  uint8_t kind = 0;  // the proposal's protocol, the transform's id
  Reader body{ByteSpan{}};
};

// Reads one proposal or transform whose successors are of payload type `type`.
std::optional<Item> ReadItem(uint8_t type, Reader* reader) {
  Item item;
  const uint8_t next = reader->U8();
  reader->Skip(1);
  const size_t length = reader->U16();
  item.number = reader->U8();
  item.kind = reader->U8();
  constexpr size_t kRead = 6;
  if (!reader->ok() || length < kRead) return std::nullopt;
  item.body = reader->Sub(length - kRead);
  item.more = next == type;
  const bool next_fits = next == (reader->AtEnd() ? kLast : type);
  if (!reader->ok() || !next_fits) return std::nullopt;
  return item;
}

struct ProposalHeader {
  bool more = false;
  uint8_t number = 0;
  uint8_t protocol = 0;
  uint8_t transform_count = 0;
  ByteSpan spi;
  Reader transforms{ByteSpan{}};
};

std::optional<ProposalHeader> ReadProposal(Reader* reader) {
  std::optional<Item> item = ReadItem(v1::payload::kProposal, reader);
  if (!item) return std::nullopt;
  ProposalHeader header;
  header.more = item->more;
  header.number = item->number;
  header.protocol = item->kind;
  const size_t spi_size = item->body.U8();
  header.transform_count = item->body.U8();
  header.spi = item->body.Take(spi_size);
  if (!item->body.ok() || spi_size > kMaxSpiSize) return std::nullopt;
  header.transforms = item->body;
  return header;
}

std::optional<Item> ReadTransform(Reader* reader) {
  std::optional<Item> item = ReadItem(v1::payload::kTransform, reader);
  if (!item) return std::nullopt;
  item->body.Skip(2);  // RESERVED2
  if (!item->body.ok()) return std::nullopt;
  return item;
}

uint32_t NumberOf(ByteSpan bytes) {
  if (bytes.size() > 4) return 0;
  uint32_t value = 0;
  for (uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// REQUIRES: `reader` is not at its end.
std::optional<Ikev1Attribute> ReadAttribute(Reader* reader) {
  Ikev1Attribute attribute;
  const uint16_t type = reader->U16();
  attribute.type = type & static_cast<uint16_t>(~kBasicFormat);
  attribute.is_basic = (type & kBasicFormat) != 0;
  attribute.bytes = reader->Take(attribute.is_basic ? 2 : reader->U16());
  if (!reader->ok()) return std::nullopt;
  attribute.value = NumberOf(attribute.bytes);
  return attribute;
}

bool SetSuiteField(const Ikev1Attribute& attribute, Ikev1Suite* suite) {
  const uint32_t value = attribute.value;
  if (attribute.type != v1::attribute::kLifeDuration && value > UINT16_MAX) return false;
  const uint16_t number = static_cast<uint16_t>(value);
  switch (attribute.type) {
    case v1::attribute::kEncryption:
      suite->encryption = number;
      break;
    case v1::attribute::kHash:
      suite->hash = number;
      break;
    case v1::attribute::kAuthentication:
      suite->authentication = number;
      break;
    case v1::attribute::kGroup:
      suite->group = number;
      break;
    case v1::attribute::kKeyLength:
      suite->key_length = number;
      break;
    case v1::attribute::kLifeDuration:
      suite->life_seconds = value;
      break;
    default:
      break;
  }
  return true;
}

// Reads the attributes of a chosen transform. Life types may alternate with durations (RFC 2409
// appendix A), so only these may repeat; a duration in kilobytes is not kept.
std::optional<Ikev1Suite> ReadSuite(Reader attributes) {
  Ikev1Suite suite;
  uint32_t seen = 0;
  uint32_t life_type = 0;
  while (!attributes.AtEnd()) {
    const std::optional<Ikev1Attribute> attribute = ReadAttribute(&attributes);
    if (!attribute) return std::nullopt;
    if (attribute->type == v1::attribute::kLifeType) {
      life_type = attribute->value;
      continue;
    }
    if (attribute->type == v1::attribute::kLifeDuration) {
      if (life_type == v1::kLifeSeconds) SetSuiteField(*attribute, &suite);
      continue;
    }
    if (attribute->type >= 32) continue;  // private: nothing of ours
    if ((seen >> attribute->type & 1) != 0) return std::nullopt;
    seen |= 1u << attribute->type;
    if (!SetSuiteField(*attribute, &suite)) return std::nullopt;
  }
  if (!attributes.ok()) return std::nullopt;
  const bool is_complete =
      suite.encryption != 0 && suite.hash != 0 && suite.authentication != 0 && suite.group != 0;
  if (!is_complete) return std::nullopt;
  return suite;
}

// Walks the attributes for their form alone.
bool AreWellFormed(Reader attributes) {
  while (attributes.ok() && !attributes.AtEnd()) {
    if (!ReadAttribute(&attributes)) return false;
  }
  return attributes.ok();
}

bool ReadHead(Reader* reader, Ikev1Sa* sa) {
  sa->doi = reader->U32();
  sa->situation = reader->U32();
  return reader->ok() && sa->doi == v1::kDoiIpsec && sa->situation == v1::kSituationIdentityOnly;
}

bool ReadTransforms(ProposalHeader header, std::vector<Ikev1SaTransform>* out) {
  for (int i = 0; i < header.transform_count; ++i) {
    std::optional<Item> item = ReadTransform(&header.transforms);
    if (!item) return false;
    Ikev1SaTransform& transform = out->emplace_back();
    transform.number = item->number;
    transform.id = item->kind;
    while (!item->body.AtEnd()) {
      const std::optional<Ikev1Attribute> attribute = ReadAttribute(&item->body);
      if (!attribute) return false;
      transform.attributes.push_back(*attribute);
    }
  }
  return header.transforms.AtEnd();
}

// Counts the transforms of a proposal into `selection` and keeps the suite of a usable one.
bool ReadChoice(ProposalHeader header, Ikev1Selection* selection) {
  for (int i = 0; i < header.transform_count; ++i) {
    const std::optional<Item> item = ReadTransform(&header.transforms);
    if (!item || !AreWellFormed(item->body)) return false;
    ++selection->transforms;
    const bool is_ike =
        header.protocol == v1::protocol::kIsakmp && item->kind == v1::kTransformKeyIke;
    if (is_ike) selection->suite = ReadSuite(item->body);
  }
  return header.transforms.AtEnd();
}

void WriteBasic(uint16_t type, uint16_t value, Writer* writer) {
  writer->U16(kBasicFormat | type);
  writer->U16(value);
}

// In the order of RFC 2409 appendix A, but with Key Length next to the cipher as the daemons have
// it.
void WriteAttributes(const Ikev1Transform& transform, Writer* writer) {
  WriteBasic(v1::attribute::kEncryption, transform.encryption, writer);
  if (transform.key_length != 0) {
    WriteBasic(v1::attribute::kKeyLength, transform.key_length, writer);
  }
  WriteBasic(v1::attribute::kHash, transform.hash, writer);
  WriteBasic(v1::attribute::kAuthentication, transform.authentication, writer);
  WriteBasic(v1::attribute::kGroup, transform.group, writer);
  if (transform.life_seconds == 0) return;
  WriteBasic(v1::attribute::kLifeType, v1::kLifeSeconds, writer);
  if (transform.life_seconds <= UINT16_MAX) {
    WriteBasic(v1::attribute::kLifeDuration, static_cast<uint16_t>(transform.life_seconds), writer);
    return;
  }
  writer->U16(v1::attribute::kLifeDuration);
  writer->U16(4);
  writer->U32(transform.life_seconds);
}

}  // namespace

void WriteIkev1Sa(std::span<const Ikev1Transform> transforms, Writer* writer) {
  writer->U32(v1::kDoiIpsec);
  writer->U32(v1::kSituationIdentityOnly);
  const size_t proposal = writer->position();
  writer->U8(kLast);
  writer->U8(0);
  writer->U16(0);
  writer->U8(1);
  writer->U8(v1::protocol::kIsakmp);
  writer->U8(0);  // SPI size: the cookies are the SPI (RFC 2408 section 2.4)
  writer->U8(static_cast<uint8_t>(transforms.size()));
  for (size_t i = 0; i < transforms.size(); ++i) {
    const size_t start = writer->position();
    writer->U8(i + 1 == transforms.size() ? kLast : v1::payload::kTransform);
    writer->U8(0);
    writer->U16(0);
    writer->U8(static_cast<uint8_t>(i + 1));
    writer->U8(v1::kTransformKeyIke);
    writer->U16(0);
    WriteAttributes(transforms[i], writer);
    writer->PatchU16(start + 2, static_cast<uint16_t>(writer->position() - start));
  }
  writer->PatchU16(proposal + 2, static_cast<uint16_t>(writer->position() - proposal));
}

std::optional<Ikev1Sa> ParseIkev1Sa(ByteSpan body) {
  Ikev1Sa sa;
  Reader reader(body);
  if (!ReadHead(&reader, &sa)) return std::nullopt;
  for (bool more = true; more;) {
    const std::optional<ProposalHeader> header = ReadProposal(&reader);
    if (!header) return std::nullopt;
    more = header->more;
    Ikev1Proposal& proposal = sa.proposals.emplace_back();
    proposal.number = header->number;
    proposal.protocol = header->protocol;
    proposal.spi = header->spi;
    if (!ReadTransforms(*header, &proposal.transforms)) return std::nullopt;
  }
  return sa;
}

std::optional<Ikev1Selection> ParseIkev1Selection(ByteSpan body) {
  Ikev1Sa head;
  Ikev1Selection selection;
  Reader reader(body);
  if (!ReadHead(&reader, &head)) return std::nullopt;
  for (bool more = true; more;) {
    const std::optional<ProposalHeader> header = ReadProposal(&reader);
    if (!header) return std::nullopt;
    more = header->more;
    ++selection.proposals;
    selection.number = header->number;
    if (!ReadChoice(*header, &selection)) return std::nullopt;
  }
  if (selection.proposals != 1 || selection.transforms != 1) selection.suite.reset();
  return selection;
}

}  // namespace ike::wire
