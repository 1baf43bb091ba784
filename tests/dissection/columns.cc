#include "tests/dissection/columns.h"

#include "probes/wire/identification.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ikev2_sa.h"
#include "probes/wire/ke.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "tests/support/hex.h"

namespace ike::test {
namespace {

namespace v1 = wire::v1;
namespace v2 = wire::v2;

// What an SA consists of has the generic header too (RFC 2408 sections 3.5 and 3.6; RFC 7296
// section 3.3 kept the numbers).
constexpr uint8_t kProposal = v1::payload::kProposal;
constexpr uint8_t kTransform = v1::payload::kTransform;
constexpr size_t kFixedBytes = 8;  // of either
constexpr size_t kAttributeBytes = 4;

size_t LengthOf(const wire::Ikev1SaTransform& transform) {
  size_t length = kFixedBytes;
  for (const wire::Ikev1Attribute& attribute : transform.attributes) {
    length += kAttributeBytes + (attribute.is_basic ? 0 : attribute.bytes.size());
  }
  return length;
}

size_t LengthOf(const wire::Ikev2Transform& transform) {
  return kFixedBytes + (transform.key_length != 0 ? kAttributeBytes : 0);
}

// Of both versions.
template <typename Proposal>
size_t LengthOfProposal(const Proposal& proposal) {
  size_t length = kFixedBytes + proposal.spi.size();
  for (const auto& transform : proposal.transforms) length += LengthOf(transform);
  return length;
}

// One message's columns as they are filled.
class Filler {
 public:
  explicit Filler(Columns* columns) : columns_(columns) {}

  void Add(const std::string& field, uint64_t value) {
    (*columns_)[field].push_back(std::to_string(value));
  }
  void Add(const std::string& field, ByteSpan value) {
    if (!value.empty()) (*columns_)[field].push_back(ToHex(value));
  }
  void Malformed(const std::string& what) { (*columns_)["malformed"].push_back(what); }

  void Header(const wire::IkeHeader& header) {
    Add("isakmp.ispi", SpiOf(header.initiator_spi));
    Add("isakmp.rspi", SpiOf(header.responder_spi));
    Add("isakmp.version", header.version);
    Add("isakmp.exchangetype", header.exchange_type);
    Add("isakmp.flags", header.flags);
    Add("isakmp.messageid", header.message_id);
    Add("isakmp.length", header.length);
  }

  void GenericHeader(uint8_t type, size_t length) {
    Add("isakmp.typepayload", type);
    Add("isakmp.payloadlength", length);
  }
  void Payload1(const wire::Payload& payload);
  void Payload2(const wire::Payload& payload);

 private:
  static Bytes SpiOf(uint64_t spi) {
    Bytes bytes;
    Writer(&bytes).U64(spi);
    return bytes;
  }

  template <typename Proposal>
  void ProposalHead(const Proposal& proposal);
  void Sa1(ByteSpan body);
  void Sa2(ByteSpan body);
  void Spi(ByteSpan spi) {
    Add("isakmp.spisize", spi.size());
    Add("isakmp.spi", spi);
  }

  Columns* columns_;
};

template <typename Proposal>
void Filler::ProposalHead(const Proposal& proposal) {
  GenericHeader(kProposal, LengthOfProposal(proposal));
  Add("isakmp.prop.number", proposal.number);
  Add("isakmp.prop.protoid", proposal.protocol);
  Add("isakmp.prop.transforms", proposal.transforms.size());
  Spi(proposal.spi);
}

void Filler::Sa1(ByteSpan body) {
  const auto sa = wire::ParseIkev1Sa(body);
  if (!sa) return Malformed("SA");
  Add("isakmp.sa.doi", sa->doi);
  for (const wire::Ikev1Proposal& proposal : sa->proposals) {
    ProposalHead(proposal);
    for (const wire::Ikev1SaTransform& transform : proposal.transforms) {
      GenericHeader(kTransform, LengthOf(transform));
      Add("isakmp.trans.number", transform.number);
      Add("isakmp.trans.id", transform.id);
      for (const wire::Ikev1Attribute& attribute : transform.attributes) {
        Add("isakmp.ike.attr.type", attribute.type);
        Add("isakmp.ike.attr.format", attribute.is_basic ? 1 : 0);
        Add("isakmp.ike.attr.value", attribute.bytes);
      }
    }
  }
}

void Filler::Sa2(ByteSpan body) {
  const auto proposals = wire::ParseIkev2Sa(body);
  if (!proposals) return Malformed("SA");
  for (const wire::Ikev2Proposal& proposal : *proposals) {
    ProposalHead(proposal);
    for (const wire::Ikev2Transform& transform : proposal.transforms) {
      constexpr const char* kIds[] = {"isakmp.tf.id",     "isakmp.tf.id.encr",
                                      "isakmp.tf.id.prf", "isakmp.tf.id.integ",
                                      "isakmp.tf.id.dh",  "isakmp.tf.id.esn"};
      GenericHeader(kTransform, LengthOf(transform));
      Add("isakmp.tf.type", transform.type);
      Add(kIds[transform.type <= v2::transform::kSequenceNumbers ? transform.type : 0],
          transform.id);
      if (transform.key_length != 0) Add("isakmp.ike2.attr.key_length", transform.key_length);
    }
  }
}

void Filler::Payload1(const wire::Payload& payload) {
  if (payload.type == v1::payload::kSa) return Sa1(payload.body);
  if (payload.type == v1::payload::kKe) return Add("isakmp.key_exchange.data", payload.body);
  if (payload.type == v1::payload::kNonce) return Add("isakmp.nonce", payload.body);
  if (payload.type == v1::payload::kHash) return Add("isakmp.hash", payload.body);
  if (payload.type == v1::payload::kVendorId) return Add("isakmp.vid_bytes", payload.body);
  if (payload.type == v1::payload::kNatD) return Add("isakmp.ike.nat_hash", payload.body);
  if (payload.type == v1::payload::kId) {
    const auto id = wire::ParseIkev1Identification(payload.body);
    if (!id) return Malformed("ID");
    Add("isakmp.id.type", id->type);
    Add("isakmp.id.protoid", id->protocol);
    return Add("isakmp.id.port", id->port);
  }
  if (payload.type != v1::payload::kNotify) return Malformed("payload");
  const auto notify = wire::ParseIkev1Notify(payload.body);
  if (!notify) return Malformed("N");
  Add("isakmp.notify.doi", notify->doi);
  Add("isakmp.notify.protoid", notify->protocol);
  Add("isakmp.notify.msgtype", notify->type);
  Spi(notify->spi);
  Add("isakmp.notify.data", notify->data);
}

void Filler::Payload2(const wire::Payload& payload) {
  if (payload.type == v2::payload::kSa) return Sa2(payload.body);
  if (payload.type == v2::payload::kNonce) return Add("isakmp.nonce", payload.body);
  if (payload.type == v2::payload::kVendorId) return Add("isakmp.vid_bytes", payload.body);
  if (payload.type == v2::payload::kKe) {
    const auto ke = wire::ParseIkev2Ke(payload.body);
    if (!ke) return Malformed("KE");
    Add("isakmp.key_exchange.dh_group", ke->group);
    return Add("isakmp.key_exchange.data", ke->value);
  }
  if (payload.type != v2::payload::kNotify) return Malformed("payload");
  const auto notify = wire::ParseIkev2Notify(payload.body);
  if (!notify) return Malformed("N");
  Add("isakmp.notify.protoid", notify->protocol);
  Add("isakmp.notify.msgtype", notify->type);
  Spi(notify->spi);
  Add("isakmp.notify.data", notify->data);
}

}  // namespace

const std::vector<std::string>& ColumnNames() {
  static const std::vector<std::string> kNames = {"isakmp.ispi",
                                                  "isakmp.rspi",
                                                  "isakmp.version",
                                                  "isakmp.exchangetype",
                                                  "isakmp.flags",
                                                  "isakmp.messageid",
                                                  "isakmp.length",
                                                  "isakmp.typepayload",
                                                  "isakmp.payloadlength",
                                                  "isakmp.criticalpayload",
                                                  "isakmp.sa.doi",
                                                  "isakmp.prop.number",
                                                  "isakmp.prop.protoid",
                                                  "isakmp.prop.transforms",
                                                  "isakmp.spisize",
                                                  "isakmp.spi",
                                                  "isakmp.trans.number",
                                                  "isakmp.trans.id",
                                                  "isakmp.ike.attr.type",
                                                  "isakmp.ike.attr.format",
                                                  "isakmp.ike.attr.value",
                                                  "isakmp.tf.type",
                                                  "isakmp.tf.id",
                                                  "isakmp.tf.id.encr",
                                                  "isakmp.tf.id.prf",
                                                  "isakmp.tf.id.integ",
                                                  "isakmp.tf.id.dh",
                                                  "isakmp.tf.id.esn",
                                                  "isakmp.ike2.attr.key_length",
                                                  "isakmp.key_exchange.dh_group",
                                                  "isakmp.key_exchange.data",
                                                  "isakmp.nonce",
                                                  "isakmp.hash",
                                                  "isakmp.vid_bytes",
                                                  "isakmp.ike.nat_hash",
                                                  "isakmp.id.type",
                                                  "isakmp.id.protoid",
                                                  "isakmp.id.port",
                                                  "isakmp.notify.doi",
                                                  "isakmp.notify.protoid",
                                                  "isakmp.notify.msgtype",
                                                  "isakmp.notify.data"};
  return kNames;
}

Columns ColumnsOf(ByteSpan message) {
  Columns columns;
  Filler filler(&columns);
  const auto header = wire::ParseIkeHeader(message);
  const auto body = header ? wire::MessageBody(*header, message) : std::nullopt;
  if (!body) {
    filler.Malformed("header");
    return columns;
  }
  filler.Header(*header);
  wire::PayloadCursor cursor(header->next_payload, *body);
  while (const auto payload = cursor.Next()) {
    filler.GenericHeader(payload->type, payload->body.size() + wire::kPayloadHeaderSize);
    if (header->major_version() == 2)
      filler.Add("isakmp.criticalpayload", payload->critical ? 1 : 0);
    header->major_version() == 1 ? filler.Payload1(*payload) : filler.Payload2(*payload);
  }
  if (!cursor.ok() || !cursor.trailing().empty()) filler.Malformed("payloads");
  return columns;
}

}  // namespace ike::test
