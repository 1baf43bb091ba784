#include "probes/algorithms/policy_tables.h"

namespace ike {
namespace {

constexpr std::string_view kEncr = "RFC 8247 section 2.1";
constexpr std::string_view kPrf = "RFC 8247 section 2.2";
constexpr std::string_view kInteg = "RFC 8247 section 2.3";
constexpr std::string_view kKe = "RFC 8247 section 2.4";
constexpr std::string_view kAuth = "RFC 8247 section 3";
constexpr std::string_view kRegistry = "RFC 9395 and IANA's ikev2-parameters";
constexpr std::string_view kGmac = "RFC 4543";

constexpr PolicyRow kRows[] = {
    {Kind::kProtocol, kIkev1Protocol, kIkev1Protocol, 0, kForbid, "deprecated", "RFC 9395",
     kChecked},
    {Kind::kMode, kAggressiveMode, kAggressiveMode, 0, kForbid, "deprecated", "RFC 9395", kChecked},

    {Kind::kEncryption, 1, 1, 0, kForbid, "DEPRECATED", kRegistry, kChecked},
    {Kind::kEncryption, 2, 2, 0, kForbid, "MUST NOT", kEncr, kChecked},
    {Kind::kEncryption, 3, 3, 0, kAllow, "MAY", kEncr, kChecked},
    {Kind::kEncryption, 4, 9, 0, kForbid, "DEPRECATED", kRegistry, kChecked},
    {Kind::kEncryption, 11, 11, 0, kForbid, "MUST NOT", kEncr, kChecked},
    {Kind::kEncryption, 12, 12, 192, kAllow, "MAY", kEncr, kChecked},
    {Kind::kEncryption, 12, 12, 0, kAllow, "MUST", kEncr, kChecked},
    {Kind::kEncryption, 14, 14, 0, kAllow, "SHOULD (IoT)", kEncr, kChecked},
    {Kind::kEncryption, 20, 20, 192, kAllow, "MAY", kEncr, kChecked},
    {Kind::kEncryption, 20, 20, 0, kAllow, "SHOULD", kEncr, kChecked},
    {Kind::kEncryption, 21, 21, 0, kForbid, "not allowed in IKEv2", kGmac, kChecked},
    {Kind::kEncryption, 24, 27, 0, kForbid, "not specified for IKEv2", "RFC 5529", kChecked},
    {Kind::kEncryption, 28, 28, 0, kAllow, "SHOULD", kEncr, kChecked},
    {Kind::kEncryption, 29, 31, 0, kForbid, "not allowed in IKEv2", "RFC 8750 section 5", kChecked},
    {Kind::kEncryption, 34, 35, 0, kForbid, "not allowed in IKEv2", "RFC 9227", kChecked},

    {Kind::kPrf, 1, 1, 0, kForbid, "MUST NOT", kPrf, kChecked},
    {Kind::kPrf, 2, 2, 0, kAllow, "MUST-", kPrf, kChecked},
    {Kind::kPrf, 3, 3, 0, kForbid, "DEPRECATED", kRegistry, kChecked},
    {Kind::kPrf, 4, 4, 0, kAllow, "SHOULD (IoT)", kPrf, kChecked},
    {Kind::kPrf, 5, 5, 0, kAllow, "MUST", kPrf, kChecked},
    {Kind::kPrf, 7, 7, 0, kAllow, "SHOULD+", kPrf, kChecked},

    {Kind::kIntegrity, 1, 1, 0, kForbid, "MUST NOT", kInteg, kChecked},
    {Kind::kIntegrity, 2, 2, 0, kAllow, "MUST-", kInteg, kChecked},
    {Kind::kIntegrity, 3, 4, 0, kForbid, "MUST NOT", kInteg, kChecked},
    {Kind::kIntegrity, 5, 5, 0, kAllow, "SHOULD (IoT)", kInteg, kChecked},
    {Kind::kIntegrity, 6, 7, 0, kForbid, "DEPRECATED", kRegistry, kChecked},
    {Kind::kIntegrity, 12, 12, 0, kAllow, "MUST", kInteg, kChecked},
    {Kind::kIntegrity, 14, 14, 0, kAllow, "SHOULD", kInteg, kChecked},

    {Kind::kDh, 1, 1, 0, kForbid, "MUST NOT", kKe, kChecked},
    {Kind::kDh, 2, 5, 0, kForbid, "SHOULD NOT", kKe, kChecked},
    {Kind::kDh, 14, 14, 0, kAllow, "MUST", kKe, kChecked},
    {Kind::kDh, 19, 19, 0, kAllow, "SHOULD", kKe, kChecked},
    {Kind::kDh, 22, 22, 0, kForbid, "MUST NOT", kKe, kChecked},
    {Kind::kDh, 23, 24, 0, kForbid, "SHOULD NOT", kKe, kChecked},

    {Kind::kAuthentication, 2, 2, 0, kForbid, "SHOULD NOT", kAuth, kChecked},
};

}  // namespace

constinit const PolicyTable kIetfPolicy = {
    .name = "ietf",
    .title = "IETF: RFC 8247 and RFC 9395",
    .version = "2026-07-16",
    .change = "first version",
    .rows = kRows,
    .otherwise = {Kind::kEncryption, 0, kAllNumbers, 0, kAllow, "MAY", "IANA's ikev2-parameters",
                  kChecked},
    .require_post_quantum = false,
    .post_quantum_reference = "RFC 9370",
    .strongswan_example = "aes256gcm16-prfsha384-ecp384",
    .libreswan_example = "aes_gcm256-sha2_384;dh20",
};

}  // namespace ike
