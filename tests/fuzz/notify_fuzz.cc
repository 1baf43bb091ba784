#include <algorithm>

#include "probes/wire/identification.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/ke.h"
#include "probes/wire/notify.h"
#include "tests/fuzz/fuzz.h"

using ike::Bytes;
using ike::ByteSpan;
using ike::fuzz::Require;
namespace wire = ike::wire;

// The payloads whose bodies are a few fields and a rest.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ByteSpan body(data, size);
  Bytes written;
  ike::Writer writer(&written);
  if (const auto notify = wire::ParseIkev2Notify(body)) {
    wire::WriteIkev2Notify(*notify, &writer);
    Require(std::ranges::equal(written, body), "IKEv2 notify round trip");
    wire::ParseInvalidKeGroup(*notify);
    Require(!wire::IsValidCookie(*notify) || notify->data.size() <= 64, "cookie size");
    wire::v2::NotifyName(notify->type);
  }
  written.clear();
  if (const auto notify = wire::ParseIkev1Notify(body)) {
    wire::WriteIkev1Notify(*notify, &writer);
    Require(std::ranges::equal(written, body), "IKEv1 notify round trip");
    wire::v1::NotifyName(notify->type);
  }
  written.clear();
  if (const auto id = wire::ParseIkev1Identification(body)) {
    wire::WriteIkev1Identification(*id, &writer);
    Require(std::ranges::equal(written, body), "identification round trip");
  }
  if (const auto key_exchange = wire::ParseIkev2Ke(body)) {
    Require(key_exchange->value.size() + 4 == body.size(), "key exchange size");
  }
  return 0;
}
