// ApiRequest: the body of a POST to /api/ike/*, parsed and valid. Strict: an unknown key, a wrong
// type or an impossible value is an error that names the key. Pure functions; never throw.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "probes/algorithms/opening.h"
#include "probes/target.h"

namespace exporter {

enum class ApiEndpoint : uint8_t { kProbe, kVersion, kV2Sa, kAudit };

struct ApiRequest {
  std::string host;
  std::optional<uint16_t> port;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<ike::Transport> transport;
  ike::ProposalSet proposal = ike::ProposalSet::kBroad;
  ike::AddressFamily address_family = ike::AddressFamily::kAny;
  ike::Ikev1Mode exchange = ike::Ikev1Mode::kMain;
  std::string id;
  std::optional<ike::IdType> id_type;
  uint16_t dh_group = 14;
  std::string policy;  // of an audit; empty = the default

  // A name where an identity is given without a type; without either, the own address, which is
  // what daemons expect of a peer that names none.
  ike::IdType identity_type() const {
    return id_type.value_or(id.empty() ? ike::IdType::kIpv4 : ike::IdType::kFqdn);
  }
};

struct ApiRequestError {
  std::string sentence;
  ApiRequest request;  // as far as it could be read, so that the answer can say whom it is about
};

tl::expected<ApiRequest, ApiRequestError> ParseApiRequest(std::string_view body,
                                                          ApiEndpoint endpoint);

}  // namespace exporter
