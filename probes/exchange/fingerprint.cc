// What an implementation sends without being asked is named by its vendor ids. strongSwan and
// libreswan send none of their own by default, but they order what we asked for in their own ways,
// as observed with strongSwan 5.9.8 and libreswan 4.10:
//
//                          strongSwan                         libreswan
//   IKE_SA_INIT notifies   NAT_DETECTION_* before others,     IKEV2_FRAGMENTATION_SUPPORTED first,
//   before
//                          MULTIPLE_AUTH_SUPPORTED last       NAT_DETECTION_*
//   IKEv1 vendor ids       XAUTH, DPD, then FRAGMENTATION     FRAGMENTATION without the capability
//   word,
//                          with its capability word, NAT-T    DPD, NAT-T
//   IKEv1 refusal          (as others)                        40 bytes, responder cookie and SPI
//   missing
//
// Tested by tests/probes/fingerprint_test.cc.
#include "probes/exchange/fingerprint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "probes/algorithms/implementations.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev2_ids.h"
#include "probes/wire/vendor_id.h"

namespace ike {
namespace {

namespace v1 = wire::v1;
namespace v2 = wire::v2;

constexpr size_t kBareRefusalSize = 40;
constexpr ByteSpan kBareFragmentation = ByteSpan(wire::kVendorIdFragmentation).first(16);

std::string_view ByVendorIds(const AnswerDetails& details) {
  for (const Bytes& id : details.vendor_ids) {
    const std::optional<VendorIdMatch> match = MatchVendorId(id);
    if (match && !match->implementation.empty()) return match->implementation;
  }
  return kUnknownImplementation;
}

std::string_view ByNotifyOrder(const std::vector<uint16_t>& notifies) {
  if (notifies.size() < 3) return kUnknownImplementation;
  const bool nat_first = notifies[0] == v2::notify::kNatDetectionSourceIp &&
                         notifies[1] == v2::notify::kNatDetectionDestinationIp;
  if (nat_first && notifies.back() == v2::notify::kMultipleAuthSupported) return kStrongSwan;
  const auto source =
      std::find(notifies.begin(), notifies.end(), v2::notify::kNatDetectionSourceIp);
  const bool fragmentation_first = notifies.front() == v2::notify::kFragmentationSupported;
  return fragmentation_first && source != notifies.end() ? kLibreswan : kUnknownImplementation;
}

// Whether `ids` are the first of `sequence`, at least so many that no other daemon sends them.
bool AreVendorIds(const std::vector<Bytes>& ids, std::span<const ByteSpan> sequence, size_t least) {
  if (ids.size() < least || ids.size() > sequence.size()) return false;
  return std::equal(ids.begin(), ids.end(), sequence.begin(),
                    [](const Bytes& id, ByteSpan expected) {
                      return std::equal(id.begin(), id.end(), expected.begin(), expected.end());
                    });
}

std::string_view ByVendorIdOrder(const std::vector<Bytes>& ids) {
  static constexpr std::array<ByteSpan, 4> kOfStrongSwan = {
      wire::kVendorIdXauth, wire::kVendorIdDpd, wire::kVendorIdFragmentation, wire::kVendorIdNatT};
  static constexpr std::array<ByteSpan, 3> kOfLibreswan = {kBareFragmentation, wire::kVendorIdDpd,
                                                           wire::kVendorIdNatT};
  // racoon begins with XAUTH and DPD, too, and has NAT-T next.
  if (AreVendorIds(ids, kOfStrongSwan, 3)) return kStrongSwan;
  return AreVendorIds(ids, kOfLibreswan, 2) ? kLibreswan : kUnknownImplementation;
}

bool IsBareRefusal(const Outcome& outcome) {
  const AnswerDetails& details = outcome.details;
  return outcome.answer == AnswerKind::kErrorNotify && outcome.responder_spi == 0 &&
         details.major_version == 1 && details.exchange_type == v1::exchange::kInformational &&
         details.message_size == kBareRefusalSize && details.notify_spi_size == 0;
}

}  // namespace

std::string_view Fingerprint(const Outcome& outcome) {
  const std::string_view named = ByVendorIds(outcome.details);
  if (named != kUnknownImplementation) return named;
  if (outcome.selected() && outcome.version == IkeVersion::kV2) {
    return ByNotifyOrder(outcome.details.notifies);
  }
  if (outcome.selected()) return ByVendorIdOrder(outcome.details.vendor_ids);
  return IsBareRefusal(outcome) ? kLibreswan : kUnknownImplementation;
}

}  // namespace ike
