#include "tests/dissection/random_message.h"

#include <vector>

#include "probes/algorithms/opening.h"
#include "probes/wire/identification.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"

namespace ike::test {
namespace {

namespace v1 = wire::v1;
namespace v2 = wire::v2;

constexpr uint8_t kLast = 0;
constexpr uint16_t kIsBasic = 0x8000;
// Of phase 1 a TLV may be anything, but RFC 2409's own classes have their forms.
constexpr uint16_t kBasicClasses[] = {1, 2, 3, 4, 5, 11, 13, 14, 15};
constexpr uint16_t kVariableClasses[] = {6, 7, 8, 9, 10, 12, 16};
constexpr uint8_t kProtocols[] = {1, 2, 3};

// A length field written once it is known.
class Sized {
 public:
  explicit Sized(Writer* writer) : writer_(writer), at_(writer->position()) { writer->U16(0); }
  // `header` bytes stand before the field, and count.
  void Finish(size_t header) {
    writer_->PatchU16(at_, static_cast<uint16_t>(writer_->position() - at_ + header));
  }

 private:
  Writer* writer_;
  size_t at_;
};

}  // namespace

Bytes RandomMessage::Data(uint32_t least, uint32_t most) {
  Bytes data(least + Below(most - least + 1));
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(random_());
  return data;
}

Bytes RandomMessage::DataOrNone(uint32_t percent, uint32_t least, uint32_t most) {
  return Chance(percent) ? Data(least, most) : Data(0, 0);
}

Bytes RandomMessage::Next() { return Chance(50) ? Version1() : Version2(); }

Bytes RandomMessage::Version1() {
  constexpr uint8_t kExchanges[] = {v1::exchange::kMainMode, v1::exchange::kAggressive,
                                    v1::exchange::kInformational};
  Bytes message;
  wire::MessageBuilder builder(&message, {.initiator_spi = random_(),
                                          .responder_spi = Chance(50) ? random_() : 0,
                                          .version = wire::kVersion1,
                                          .exchange_type = kExchanges[Below(3)],
                                          .message_id = Chance(80) ? 0 : Below(UINT32_MAX)});
  for (uint32_t left = 1 + Below(8); left > 0; --left) {
    switch (Below(8)) {
      case 0:
        builder.Add(v1::payload::kSa, Chance(50) ? Sa1() : ForeignSa1());
        break;
      case 1:
        builder.Add(v1::payload::kKe, Data(1, 512));
        break;
      case 2:
        builder.Add(v1::payload::kNonce, Data(8, 256));
        break;
      case 3:
        builder.Add(v1::payload::kId, Id1());
        break;
      case 4:
        builder.Add(v1::payload::kHash, Data(16, 64));
        break;
      case 5:
        builder.Add(v1::payload::kNotify, Notify1());
        break;
      case 6:
        builder.Add(v1::payload::kNatD, Data(16, 64));
        break;
      default:
        builder.Add(v1::payload::kVendorId, Data(1, 64));
        break;
    }
  }
  builder.Finish();
  return message;
}

Bytes RandomMessage::Sa1() {
  std::vector<Ikev1Transform> transforms(1 + Below(12));
  for (Ikev1Transform& transform : transforms) {
    transform.encryption = static_cast<uint16_t>(1 + Below(9));
    transform.key_length = static_cast<uint16_t>(Chance(50) ? 64 * (1 + Below(4)) : 0);
    transform.hash = static_cast<uint16_t>(1 + Below(7));
    transform.authentication =
        static_cast<uint16_t>(Chance(80) ? 1 + Below(11) : 65001 + Below(10));
    transform.group = static_cast<uint16_t>(1 + Below(40));
    transform.life_seconds = Chance(20) ? 0 : Below(1u << (1 + Below(31)));
  }
  Bytes body;
  Writer writer(&body);
  wire::WriteIkev1Sa(transforms, &writer);
  return body;
}

Bytes RandomMessage::ForeignSa1() {
  Bytes body;
  Writer writer(&body);
  writer.U32(v1::kDoiIpsec);
  writer.U32(v1::kSituationIdentityOnly);
  for (uint32_t left = 1 + Below(3); left > 0; --left) {
    writer.U8(left == 1 ? kLast : v1::payload::kProposal);
    writer.U8(0);
    Sized proposal(&writer);
    Bytes spi = DataOrNone(30, 4, 16);
    uint32_t transforms = 1 + Below(4);
    writer.U8(static_cast<uint8_t>(random_()));
    writer.U8(v1::protocol::kIsakmp);
    writer.U8(static_cast<uint8_t>(spi.size()));
    writer.U8(static_cast<uint8_t>(transforms));
    writer.Put(spi);
    for (uint32_t i = 1; i <= transforms; ++i) {
      ForeignTransform1(i == transforms, static_cast<uint8_t>(random_()), &writer);
    }
    proposal.Finish(2);
  }
  return body;
}

void RandomMessage::ForeignTransform1(bool last, uint8_t number, Writer* writer) {
  writer->U8(last ? kLast : v1::payload::kTransform);
  writer->U8(0);
  Sized transform(writer);
  writer->U8(number);
  writer->U8(v1::kTransformKeyIke);
  writer->U16(0);
  for (uint32_t left = Below(8); left > 0; --left) {
    if (Chance(60)) {
      writer->U16(kIsBasic | kBasicClasses[Below(std::size(kBasicClasses))]);
      writer->U16(static_cast<uint16_t>(random_()));
    } else {
      writer->U16(kVariableClasses[Below(std::size(kVariableClasses))]);
      Bytes value = Data(4, 8);
      writer->U16(static_cast<uint16_t>(value.size()));
      writer->Put(value);
    }
  }
  transform.Finish(2);
}

Bytes RandomMessage::Notify1() {
  Bytes spi = DataOrNone(50, 16, 16);
  Bytes data = Data(0, 40);
  Bytes body;
  Writer writer(&body);
  // Errors, and types of private use: the data of others has forms of its own.
  uint32_t type = Chance(70) ? 1 + Below(30) : 8192 + Below(8191);
  wire::WriteIkev1Notify(
      {v1::kDoiIpsec, v1::protocol::kIsakmp, static_cast<uint16_t>(type), spi, data}, &writer);
  return body;
}

Bytes RandomMessage::Id1() {
  bool address = Chance(50);
  Bytes data = address ? Data(4, 4) : Data(1, 60);
  Bytes body;
  body.reserve(64);  // else GCC 12 warns of what it makes of the first growth
  Writer writer(&body);
  IdType type = address ? IdType::kIpv4 : IdType::kKeyId;
  wire::WriteIkev1Identification(
      {static_cast<uint8_t>(type), static_cast<uint8_t>(Chance(50) ? 17 : 0),
       static_cast<uint16_t>(Chance(50) ? 500 : 0), data},
      &writer);
  return body;
}

Bytes RandomMessage::Version2() {
  Bytes message;
  uint8_t flags = Chance(50) ? v2::flag::kInitiator : v2::flag::kResponse;
  wire::MessageBuilder builder(&message, {.initiator_spi = random_(),
                                          .responder_spi = Chance(50) ? random_() : 0,
                                          .version = wire::kVersion2,
                                          .exchange_type = v2::exchange::kIkeSaInit,
                                          .flags = flags,
                                          .message_id = Chance(80) ? 0 : Below(UINT32_MAX)});
  for (uint32_t left = 1 + Below(8); left > 0; --left) {
    bool critical = Chance(10);
    switch (Below(6)) {
      case 0:
        builder.Begin(v2::payload::kSa, critical)->Put(Chance(50) ? Sa2() : ForeignSa2());
        break;
      case 1:
        builder.Begin(v2::payload::kKe, critical)->Put(Ke2());
        break;
      case 2:
        builder.Begin(v2::payload::kNonce, critical)->Put(Data(16, 256));
        break;
      case 3:
      case 4:
        builder.Begin(v2::payload::kNotify, critical)->Put(Notify2());
        break;
      default:
        builder.Begin(v2::payload::kVendorId, critical)->Put(Data(1, 64));
        break;
    }
  }
  builder.Finish();
  return message;
}

Bytes RandomMessage::Sa2() {
  std::vector<OfferedProposal> proposals(1 + Below(4));
  for (OfferedProposal& proposal : proposals) {
    proposal.transforms.resize(1 + Below(10));
    for (OfferedTransform& transform : proposal.transforms) {
      transform.type = static_cast<uint8_t>(1 + Below(v2::transform::kAddKe7));
      transform.id = static_cast<uint16_t>(Chance(80) ? Below(40) : 1024 + Below(64000));
      transform.key_length = static_cast<uint16_t>(Chance(30) ? 1 + Below(65535) : 0);
    }
  }
  Bytes body;
  Writer writer(&body);
  wire::WriteIkev2Sa(proposals, &writer);
  return body;
}

Bytes RandomMessage::ForeignSa2() {
  Bytes body;
  Writer writer(&body);
  for (uint32_t left = 1 + Below(3); left > 0; --left) {
    writer.U8(left == 1 ? kLast : uint8_t{2});
    writer.U8(0);
    Sized proposal(&writer);
    Bytes spi = DataOrNone(50, 4, 8);
    uint32_t transforms = 1 + Below(4);
    writer.U8(static_cast<uint8_t>(random_()));
    writer.U8(kProtocols[Below(std::size(kProtocols))]);
    writer.U8(static_cast<uint8_t>(spi.size()));
    writer.U8(static_cast<uint8_t>(transforms));
    writer.Put(spi);
    for (uint32_t i = 1; i <= transforms; ++i) ForeignTransform2(i == transforms, &writer);
    proposal.Finish(2);
  }
  return body;
}

void RandomMessage::ForeignTransform2(bool last, Writer* writer) {
  writer->U8(last ? kLast : uint8_t{3});
  writer->U8(0);
  Sized transform(writer);
  writer->U8(static_cast<uint8_t>(1 + Below(20)));
  writer->U8(0);
  writer->U16(static_cast<uint16_t>(random_()));
  if (Chance(30)) {
    writer->U16(kIsBasic | 14);
    writer->U16(static_cast<uint16_t>(1 + Below(65535)));
  }
  transform.Finish(2);
}

Bytes RandomMessage::Notify2() {
  Bytes spi = DataOrNone(20, 4, 8);
  Bytes data = Data(0, 64);
  constexpr uint16_t kTypes[] = {v2::notify::kNatDetectionSourceIp,
                                 v2::notify::kNatDetectionDestinationIp,
                                 v2::notify::kCookie,
                                 v2::notify::kFragmentationSupported,
                                 v2::notify::kUsePpk,
                                 v2::notify::kIntermediateExchangeSupported,
                                 v2::notify::kNoProposalChosen,
                                 v2::notify::kChildlessSupported};
  uint16_t type =
      Chance(70) ? kTypes[Below(std::size(kTypes))] : static_cast<uint16_t>(8192 + Below(8191));
  Bytes body;
  Writer writer(&body);
  wire::WriteIkev2Notify({static_cast<uint8_t>(spi.empty() ? 0 : 3), type, spi, data}, &writer);
  return body;
}

Bytes RandomMessage::Ke2() {
  Bytes body;
  Writer writer(&body);
  wire::WriteIkev2Ke(static_cast<uint16_t>(Chance(80) ? Below(40) : random_()), Data(1, 600),
                     &writer);
  return body;
}

}  // namespace ike::test
