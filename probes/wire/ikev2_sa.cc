#include "probes/wire/ikev2_sa.h"

#include <cstddef>

#include "probes/wire/ikev2_ids.h"

namespace ike::wire {
namespace {

constexpr uint8_t kLast = 0;
constexpr uint8_t kMoreProposals = 2;
constexpr uint8_t kMoreTransforms = 3;
constexpr size_t kProposalHeaderSize = 8;
constexpr size_t kTransformHeaderSize = 8;

// RFC 7296 section 3.3.5: AF is the top bit, then the attribute's type.
constexpr uint16_t kFixedFormat = 0x8000;
constexpr uint16_t kKeyLengthAttribute = 14;

struct ProposalHeader {
  bool more = false;
  uint8_t number = 0;
  uint8_t protocol = 0;
  uint8_t transform_count = 0;
  ByteSpan spi;
  ByteSpan transforms;
};

std::optional<ProposalHeader> ReadProposal(Reader* reader) {
  ProposalHeader header;
  const uint8_t last = reader->U8();
  reader->Skip(1);
  const size_t length = reader->U16();
  header.number = reader->U8();
  header.protocol = reader->U8();
  const size_t spi_size = reader->U8();
  header.transform_count = reader->U8();
  if (!reader->ok() || length < kProposalHeaderSize + spi_size) return std::nullopt;
  header.spi = reader->Take(spi_size);
  header.transforms = reader->Take(length - kProposalHeaderSize - spi_size);
  header.more = last == kMoreProposals;
  // RFC 7296 section 3.3.1: 0 for the last proposal, 2 for the others.
  const bool last_fits = last == (reader->AtEnd() ? kLast : kMoreProposals);
  if (!reader->ok() || !last_fits) return std::nullopt;
  return header;
}

bool ReadAttributes(ByteSpan bytes, Ikev2Transform* transform) {
  Reader reader(bytes);
  bool seen_key_length = false;
  while (reader.ok() && !reader.AtEnd()) {
    const uint16_t type = reader.U16();
    if (type != (kFixedFormat | kKeyLengthAttribute)) {
      transform->unknown_attributes = true;
      if ((type & kFixedFormat) != 0) reader.Skip(2);
      if ((type & kFixedFormat) == 0) reader.Skip(reader.U16());
      continue;
    }
    transform->key_length = reader.U16();
    if (seen_key_length || transform->key_length == 0) return false;
    seen_key_length = true;
  }
  return reader.ok();
}

std::optional<Ikev2Transform> ReadTransform(Reader* reader) {
  Ikev2Transform transform;
  const uint8_t last = reader->U8();
  reader->Skip(1);
  const size_t length = reader->U16();
  transform.type = reader->U8();
  reader->Skip(1);
  transform.id = reader->U16();
  if (!reader->ok() || length < kTransformHeaderSize) return std::nullopt;
  const ByteSpan attributes = reader->Take(length - kTransformHeaderSize);
  // RFC 7296 section 3.3.2: 0 for the last transform, 3 for the others.
  const bool last_fits = last == (reader->AtEnd() ? kLast : kMoreTransforms);
  if (!reader->ok() || !last_fits || !ReadAttributes(attributes, &transform)) return std::nullopt;
  return transform;
}

// The field of `suite` that a transform of `type` sets; null for types that no IKE SA has.
uint16_t* SuiteField(uint8_t type, Ikev2Suite* suite) {
  switch (type) {
    case v2::transform::kEncr:
      return &suite->encryption;
    case v2::transform::kPrf:
      return &suite->prf;
    case v2::transform::kInteg:
      return &suite->integrity;
    case v2::transform::kKe:
      return &suite->group;
    default:
      break;
  }
  if (type < v2::transform::kAddKe1 || type > v2::transform::kAddKe7) return nullptr;
  return &suite->additional_ke[type - v2::transform::kAddKe1];
}

// What one transform says of the choice. `seen` guards against two of one type.
bool TakeTransform(const Ikev2Transform& transform, uint32_t* seen, Ikev2Selection* selection) {
  if (transform.unknown_attributes) selection->quirks |= kQuirkUnknownAttribute;
  uint16_t* field = SuiteField(transform.type, selection);
  if (field == nullptr) {
    selection->quirks |= kQuirkForeignTransform;
    return true;
  }
  if ((*seen >> transform.type & 1) != 0) return false;
  *seen |= 1u << transform.type;
  *field = transform.id;
  if (transform.type == v2::transform::kEncr) {
    selection->key_length = transform.key_length;
  } else if (transform.key_length != 0) {
    selection->quirks |= kQuirkUnexpectedKeyLength;
  }
  return true;
}

std::optional<Ikev2Selection> ReadChoice(const ProposalHeader& header) {
  Reader reader(header.transforms);
  Ikev2Selection selection;
  uint32_t seen = 0;
  for (int i = 0; i < header.transform_count; ++i) {
    const std::optional<Ikev2Transform> transform = ReadTransform(&reader);
    if (!transform || !TakeTransform(*transform, &seen, &selection)) return std::nullopt;
  }
  if (!reader.AtEnd()) return std::nullopt;
  selection.proposal_number = header.number;
  if (!header.spi.empty()) selection.quirks |= kQuirkProposalSpi;
  return selection;
}

void WriteTransform(const OfferedTransform& transform, bool is_last, Writer* writer) {
  const bool has_key_length = transform.key_length != 0;
  writer->U8(is_last ? kLast : kMoreTransforms);
  writer->U8(0);
  writer->U16(static_cast<uint16_t>(kTransformHeaderSize + (has_key_length ? 4 : 0)));
  writer->U8(transform.type);
  writer->U8(0);
  writer->U16(transform.id);
  if (!has_key_length) return;
  writer->U16(kFixedFormat | kKeyLengthAttribute);
  writer->U16(transform.key_length);
}

}  // namespace

void WriteIkev2Sa(std::span<const OfferedProposal> proposals, Writer* writer) {
  for (size_t i = 0; i < proposals.size(); ++i) {
    const std::vector<OfferedTransform>& transforms = proposals[i].transforms;
    const size_t start = writer->position();
    writer->U8(i + 1 == proposals.size() ? kLast : kMoreProposals);
    writer->U8(0);
    writer->U16(0);
    writer->U8(static_cast<uint8_t>(i + 1));
    writer->U8(v2::protocol::kIke);
    writer->U8(0);  // SPI size, RFC 7296 section 3.3.1: zero for an initial IKE SA
    writer->U8(static_cast<uint8_t>(transforms.size()));
    for (const OfferedTransform& transform : transforms) {
      WriteTransform(transform, &transform == &transforms.back(), writer);
    }
    writer->PatchU16(start + 2, static_cast<uint16_t>(writer->position() - start));
  }
}

std::optional<std::vector<Ikev2Proposal>> ParseIkev2Sa(ByteSpan body) {
  std::vector<Ikev2Proposal> proposals;
  Reader reader(body);
  for (bool more = true; more;) {
    const std::optional<ProposalHeader> header = ReadProposal(&reader);
    if (!header) return std::nullopt;
    more = header->more;
    Ikev2Proposal& proposal = proposals.emplace_back();
    proposal.number = header->number;
    proposal.protocol = header->protocol;
    proposal.spi = header->spi;
    Reader transforms(header->transforms);
    for (int i = 0; i < header->transform_count; ++i) {
      const std::optional<Ikev2Transform> transform = ReadTransform(&transforms);
      if (!transform) return std::nullopt;
      proposal.transforms.push_back(*transform);
    }
    if (!transforms.AtEnd()) return std::nullopt;
  }
  return proposals;
}

std::optional<Ikev2Selection> ParseIkev2Selection(ByteSpan body) {
  Reader reader(body);
  const std::optional<ProposalHeader> header = ReadProposal(&reader);
  if (!header || header->more || header->protocol != v2::protocol::kIke) return std::nullopt;
  const std::optional<Ikev2Selection> choice = ReadChoice(*header);
  // RFC 7296 section 3.3.3: the types that an IKE SA cannot do without.
  const bool is_complete =
      choice && choice->encryption != 0 && choice->prf != 0 && choice->group != 0;
  if (!is_complete) return std::nullopt;
  return choice;
}

}  // namespace ike::wire
