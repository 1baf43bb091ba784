// Algorithm numbers as label values: the registry's label, else the bare number. Only numbers that
// we offered ever get here, so that no peer chooses our label values. Pure functions, any thread.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "probes/algorithms/registry.h"
#include "probes/algorithms/suite.h"

namespace exporter {

// A label value without an allocation: a view of the registry's text, or the digits of a number.
class LabelValue {
 public:
  LabelValue(std::string_view known, uint16_t number) : known_(known) {
    if (!known.empty()) return;
    auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr;
    size_ = static_cast<size_t>(end - digits_.data());
  }
  // Valid as long as this object.
  std::string_view view() const {
    return known_.empty() ? std::string_view(digits_.data(), size_) : known_;
  }

 private:
  std::string_view known_;
  std::array<char, 6> digits_{};
  size_t size_ = 0;
};

LabelValue AlgorithmLabel(ike::IkeVersion version, ike::Kind kind, uint16_t id);
LabelValue EncryptionLabel(ike::IkeVersion version, uint16_t id, uint16_t key_length);
// "NONE" with an AEAD cipher.
LabelValue IntegrityLabel(uint16_t id);
// The additional key exchanges in the order of their slots, joined by "+"; empty if there are none.
std::string AdditionalKeLabel(const ike::Ikev2Suite& suite);

}  // namespace exporter
