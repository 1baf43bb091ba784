#include "probes/algorithms/suite_text.h"

#include "probes/algorithms/registry.h"

namespace ike {
namespace {

std::string Label(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length = 0) {
  const Algorithm* row = FindAnswered(version, kind, id, key_length);
  return row != nullptr ? std::string(row->label) : std::to_string(id);
}

std::string GroupText(IkeVersion version, uint16_t group) {
  const Algorithm* row = FindAlgorithm(version, Kind::kDh, group);
  return row != nullptr ? std::string(row->label) : "group " + std::to_string(group);
}

}  // namespace

std::string SuiteText(const Ikev2Suite& suite) {
  std::string text = Label(IkeVersion::kV2, Kind::kEncryption, suite.encryption, suite.key_length);
  if (suite.integrity != 0)
    text += " / " + Label(IkeVersion::kV2, Kind::kIntegrity, suite.integrity);
  text += " / " + Label(IkeVersion::kV2, Kind::kPrf, suite.prf);
  text += " / " + GroupText(IkeVersion::kV2, suite.group);
  for (uint16_t id : suite.additional_ke) {
    if (id != 0) text += " + " + GroupText(IkeVersion::kV2, id);
  }
  return text;
}

std::string SuiteText(const Ikev1Suite& suite) {
  return Label(IkeVersion::kV1, Kind::kEncryption, suite.encryption, suite.key_length) + " / " +
         Label(IkeVersion::kV1, Kind::kHash, suite.hash) + " / " +
         Label(IkeVersion::kV1, Kind::kAuthentication, suite.authentication) + " / " +
         GroupText(IkeVersion::kV1, suite.group);
}

}  // namespace ike
