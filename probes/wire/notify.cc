#include "probes/wire/notify.h"

#include <cstddef>

#include "probes/wire/ikev2_ids.h"

namespace ike::wire {
namespace {

constexpr size_t kMaxCookieSize = 64;

}  // namespace

bool Ikev2Notify::is_error() const { return type < v2::notify::kFirstStatus; }

void WriteIkev1Notify(const Ikev1Notify& notify, Writer* writer) {
  writer->U32(notify.doi);
  writer->U8(notify.protocol);
  writer->U8(static_cast<uint8_t>(notify.spi.size()));
  writer->U16(notify.type);
  writer->Put(notify.spi);
  writer->Put(notify.data);
}

std::optional<Ikev1Notify> ParseIkev1Notify(ByteSpan body) {
  Reader reader(body);
  Ikev1Notify notify;
  notify.doi = reader.U32();
  notify.protocol = reader.U8();
  const size_t spi_size = reader.U8();
  notify.type = reader.U16();
  notify.spi = reader.Take(spi_size);
  notify.data = reader.rest();
  if (!reader.ok()) return std::nullopt;
  return notify;
}

void WriteIkev2Notify(const Ikev2Notify& notify, Writer* writer) {
  writer->U8(notify.protocol);
  writer->U8(static_cast<uint8_t>(notify.spi.size()));
  writer->U16(notify.type);
  writer->Put(notify.spi);
  writer->Put(notify.data);
}

std::optional<Ikev2Notify> ParseIkev2Notify(ByteSpan body) {
  Reader reader(body);
  Ikev2Notify notify;
  notify.protocol = reader.U8();
  const size_t spi_size = reader.U8();
  notify.type = reader.U16();
  notify.spi = reader.Take(spi_size);
  notify.data = reader.rest();
  if (!reader.ok()) return std::nullopt;
  return notify;
}

std::optional<uint16_t> ParseInvalidKeGroup(const Ikev2Notify& notify) {
  if (notify.type != v2::notify::kInvalidKePayload || notify.data.size() != 2) return std::nullopt;
  return Reader(notify.data).U16();
}

bool IsValidCookie(const Ikev2Notify& notify) {
  if (notify.type != v2::notify::kCookie) return false;
  return !notify.data.empty() && notify.data.size() <= kMaxCookieSize;
}

}  // namespace ike::wire
