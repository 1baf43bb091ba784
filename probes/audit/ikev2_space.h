// Ikev2Space: everything that an IKE_SA_INIT can be asked about, by axis (transform type), and what
// is known of it so far. Made from the registry. Used by the IKEv2 audit and its offer builder; of
// one thread.
#pragma once

#include <array>
#include <cstdint>

#include "probes/algorithms/suite.h"
#include "probes/audit/audit.h"
#include "probes/audit/axis_search.h"

namespace ike::audit {

// The first four are transform types 1, 3, 2 and 4; then the additional key exchanges, 6 to 12.
enum class Axis : uint8_t { kEncryption, kIntegrity, kPrf, kGroup, kSlot1 };
inline constexpr size_t kAxisCount = 4 + kAdditionalKeyExchangeSlots;

constexpr size_t Index(Axis axis) { return static_cast<size_t>(axis); }
constexpr Axis SlotAxis(size_t slot) { return static_cast<Axis>(Index(Axis::kSlot1) + slot); }
constexpr bool IsSlot(Axis axis) { return axis >= Axis::kSlot1; }
// IANA's transform type of an axis.
constexpr uint8_t TransformType(Axis axis) {
  constexpr std::array<uint8_t, 4> kTypes = {1, 3, 2, 4};
  return IsSlot(axis) ? static_cast<uint8_t>(6 + Index(axis) - Index(Axis::kSlot1))
                      : kTypes[Index(axis)];
}

// Of each axis, what a proposal may offer.
using Selection = std::array<ValueSet, kAxisCount>;

class Ikev2Space {
 public:
  Ikev2Space();

  AxisSearch& axis(Axis axis) { return axes_[Index(axis)]; }
  const AxisSearch& axis(Axis axis) const { return axes_[Index(axis)]; }

  // What is not refused; whatever it may be; no more of that than fits easily; what is accepted. In
  // the slots NONE is always among them, and methods that hardly anybody configures there only once
  // they are accepted: seven full slots do not fit a datagram.
  Selection Live() const;
  Selection Everything() const;
  Selection Common() const;
  Selection Accepted() const;
  // The methods of a slot that are asked about in the first place, without NONE.
  const ValueSet& LikelyMethods(size_t slot) const { return likely_methods_[slot]; }

  const ValueSet& aead() const { return aead_; }  // of the encryption axis
  size_t GroupIndex(uint16_t group) const { return axis(Axis::kGroup).Find(group); }
  uint16_t GroupAt(size_t index) const { return axis(Axis::kGroup).candidates()[index].id; }

  // A suite that was selected: all its values are accepted.
  void Learn(const Ikev2Suite& suite);
  // Refusals so far hold only for offers without additional key exchanges.
  void ReopenAll();
  void RetryAll();
  void RefuseSlots();
  void RefuseAll();
  // Integrity algorithms with the hash of an accepted PRF: daemons derive one from the other.
  void FavourIntegrityOfPrfs();

  // The verdicts as AuditResult wants them.
  void Report(VersionAudit* result) const;

 private:
  std::array<AxisSearch, kAxisCount> axes_;
  std::array<ValueSet, kAdditionalKeyExchangeSlots> likely_methods_;
  ValueSet aead_;
};

}  // namespace ike::audit
