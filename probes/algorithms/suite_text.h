// A suite as one line of text, in the order and names that engineers use. Read by the audit's JSON,
// the reports and the status page. Pure functions.
#pragma once

#include <string>

#include "probes/algorithms/suite.h"

namespace ike {

// "ENCR_AES_CBC_256 / AUTH_HMAC_SHA2_256_128 / PRF_HMAC_SHA2_256 / 2048-bit MODP Group (14)"
std::string SuiteText(const Ikev2Suite& suite);
// "AES-CBC_256 / SHA2-256 / pre-shared key / 2048-bit MODP group (14)"
std::string SuiteText(const Ikev1Suite& suite);

}  // namespace ike
