#include "probes/exchange/answer_details.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"

namespace ike {
namespace {

namespace v1 = wire::v1;
namespace v2 = wire::v2;

// Above what any implementation sends, so that a hostile answer cannot fill a store of many
// targets.
constexpr size_t kMaxVendorIds = 32;
constexpr size_t kMaxVendorIdSize = 256;
constexpr size_t kMaxListed = 64;

struct NotifyFacts {
  uint16_t type = 0;
  size_t spi_size = 0;
};

// The two versions number their payloads apart, so that the type tells the notify's format.
std::optional<NotifyFacts> ReadNotify(const wire::Payload& payload) {
  if (payload.type == v2::payload::kNotify) {
    const std::optional<wire::Ikev2Notify> notify = wire::ParseIkev2Notify(payload.body);
    if (notify) return NotifyFacts{notify->type, notify->spi.size()};
  }
  if (payload.type == v1::payload::kNotify) {
    const std::optional<wire::Ikev1Notify> notify = wire::ParseIkev1Notify(payload.body);
    if (notify) return NotifyFacts{notify->type, notify->spi.size()};
  }
  return std::nullopt;
}

void AddVendorId(ByteSpan body, std::vector<Bytes>* spare, AnswerDetails* details) {
  if (details->vendor_ids.size() >= kMaxVendorIds) return;
  Bytes id;
  if (!spare->empty()) {
    id = std::move(spare->back());
    spare->pop_back();
  }
  const ByteSpan kept = body.first(std::min(body.size(), kMaxVendorIdSize));
  id.assign(kept.begin(), kept.end());
  details->vendor_ids.push_back(std::move(id));
}

void AddPayload(const wire::Payload& payload, std::vector<Bytes>* spare, AnswerDetails* details) {
  if (details->payloads.size() < kMaxListed) details->payloads.push_back(payload.type);
  if (payload.type == v1::payload::kVendorId || payload.type == v2::payload::kVendorId) {
    AddVendorId(payload.body, spare, details);
    return;
  }
  const std::optional<NotifyFacts> notify = ReadNotify(payload);
  if (!notify) return;
  if (details->notifies.empty()) details->notify_spi_size = static_cast<uint8_t>(notify->spi_size);
  if (details->notifies.size() < kMaxListed) details->notifies.push_back(notify->type);
}

}  // namespace

void ClearDetails(AnswerDetails* details, std::vector<Bytes>* spare) {
  for (Bytes& id : details->vendor_ids) {
    if (spare->size() < kMaxVendorIds) spare->push_back(std::move(id));
  }
  details->vendor_ids.clear();
  details->notifies.clear();
  details->payloads.clear();
  details->redirected_to.clear();
  static_cast<AnswerSummary&>(*details) = {};
}

void RecordDetails(const wire::IkeHeader& header, ByteSpan message, std::vector<Bytes>* spare,
                   AnswerDetails* details) {
  ClearDetails(details, spare);
  details->exchange_type = header.exchange_type;
  details->major_version = header.major_version();
  details->minor_version = header.minor_version();
  details->message_size = static_cast<uint32_t>(message.size());
  const std::optional<ByteSpan> body = wire::MessageBody(header, message);
  if (!body) return;
  wire::PayloadCursor cursor(header.next_payload, *body);
  while (const std::optional<wire::Payload> payload = cursor.Next()) {
    AddPayload(*payload, spare, details);
  }
}

bool RefusesMajorVersion(const wire::IkeHeader& header, ByteSpan message) {
  const bool is_encrypted =
      header.major_version() == 1 && header.has_flag(wire::v1::flag::kEncryption);
  const std::optional<ByteSpan> body = wire::MessageBody(header, message);
  if (!body || is_encrypted) return false;
  static_assert(v1::notify::kInvalidMajorVersion == v2::notify::kInvalidMajorVersion);
  bool refused = false;
  wire::PayloadCursor cursor(header.next_payload, *body);
  while (const std::optional<wire::Payload> payload = cursor.Next()) {
    const std::optional<NotifyFacts> notify = ReadNotify(*payload);
    refused |= notify && notify->type == v2::notify::kInvalidMajorVersion;
  }
  return refused && cursor.ok();
}

}  // namespace ike
