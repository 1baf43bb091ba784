#include "exporter/metrics/algorithm_labels.h"

namespace exporter {
namespace {

std::string_view Label(const ike::Algorithm* row) {
  return row == nullptr ? std::string_view{} : row->label;
}

}  // namespace

LabelValue AlgorithmLabel(ike::IkeVersion version, ike::Kind kind, uint16_t id) {
  return {Label(ike::FindAnswered(version, kind, id, 0)), id};
}

LabelValue EncryptionLabel(ike::IkeVersion version, uint16_t id, uint16_t key_length) {
  return {Label(ike::FindAnswered(version, ike::Kind::kEncryption, id, key_length)), id};
}

LabelValue IntegrityLabel(uint16_t id) {
  if (id == 0) return {"NONE", 0};
  return AlgorithmLabel(ike::IkeVersion::kV2, ike::Kind::kIntegrity, id);
}

std::string AdditionalKeLabel(const ike::Ikev2Suite& suite) {
  std::string joined;
  for (uint16_t id : suite.additional_ke) {
    if (id == 0) continue;
    if (!joined.empty()) joined.push_back('+');
    const ike::Algorithm* row =
        ike::FindAlgorithm(ike::IkeVersion::kV2, ike::Kind::kAdditionalKe, id);
    joined += row == nullptr ? std::to_string(id) : std::string(row->name);
  }
  return joined;
}

}  // namespace exporter
