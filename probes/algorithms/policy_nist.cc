#include "probes/algorithms/policy_tables.h"

namespace ike {
namespace {

constexpr std::string_view kGuide = "NIST SP 800-77r1";
constexpr std::string_view kTransitions = "NIST SP 800-131Ar2";
constexpr std::string_view kNo = "not approved";
constexpr std::string_view kYes = "approved";

constexpr PolicyRow kRows[] = {
    {Kind::kProtocol, kIkev1Protocol, kIkev1Protocol, 0, kForbid, "legacy, not for new use", kGuide,
     kChecked},
    {Kind::kProtocol, 2, 2, 0, kAllow, kYes, kGuide, kChecked},
    {Kind::kMode, kAggressiveMode, kAggressiveMode, 0, kForbid, "shall not with a pre-shared key",
     kGuide, kChecked},
    {Kind::kMode, 2, 2, 0, kAllow, "see IKEv1", kGuide, kChecked},

    {Kind::kEncryption, 3, 3, 0, kForbid, "disallowed after 2023", kTransitions, kChecked},
    {Kind::kEncryption, 12, 13, 0, kAllow, kYes, kGuide, kChecked},
    {Kind::kEncryption, 14, 15, 0, kAllow, "approved mode, short tag", kGuide, kDraft},
    {Kind::kEncryption, 16, 16, 0, kAllow, kYes, kGuide, kChecked},
    {Kind::kEncryption, 18, 19, 0, kAllow, "approved mode, short tag", kGuide, kDraft},
    {Kind::kEncryption, 20, 20, 0, kAllow, kYes, kGuide, kChecked},
    {Kind::kEncryption, 23, 27, 0, kForbid, kNo, kGuide, kDraft},

    {Kind::kPrf, 1, 1, 0, kForbid, "shall not", kGuide, kChecked},
    // Sections 4.1.4 and 7.2.3 contradict each other.
    {Kind::kPrf, 2, 2, 0, kForbid, "legacy", "NIST SP 800-77r1 section 7.2.3", kDraft},
    {Kind::kPrf, 5, 7, 0, kAllow, kYes, kGuide, kChecked},
    {Kind::kPrf, 4, 4, 0, kForbid, kNo, kGuide, kDraft},
    {Kind::kPrf, 8, 8, 0, kAllow, kYes, kGuide, kDraft},

    {Kind::kIntegrity, 1, 1, 0, kForbid, "shall not", kGuide, kChecked},
    {Kind::kIntegrity, 2, 2, 0, kForbid, "legacy", "NIST SP 800-77r1 section 7.2.3", kDraft},
    {Kind::kIntegrity, 5, 5, 0, kForbid, kNo, kGuide, kDraft},
    {Kind::kIntegrity, 6, 6, 0, kForbid, "shall not", kGuide, kChecked},
    {Kind::kIntegrity, 8, 8, 0, kAllow, kYes, kGuide, kDraft},
    {Kind::kIntegrity, 9, 11, 0, kAllow, "approved mode", kGuide, kDraft},
    {Kind::kIntegrity, 12, 14, 0, kAllow, kYes, kGuide, kChecked},

    {Kind::kDh, 14, 14, 0, kAllow, "approved until 2030", kGuide, kChecked},
    {Kind::kDh, 15, 21, 0, kAllow, kYes, kGuide, kChecked},
    {Kind::kDh, 23, 24, 0, kForbid, "not in the list", kGuide, kChecked},
    {Kind::kDh, 25, 25, 0, kForbid, "too short", kGuide, kChecked},
    {Kind::kDh, 26, 27, 0, kForbid, "not in the list", kGuide, kDraft},
    {Kind::kDh, 28, 30, 0, kForbid, "not listed", kGuide, kChecked},
    {Kind::kDh, 31, 32, 0, kAllow, "expected", kGuide, kChecked},
    {Kind::kDh, 35, 37, 0, kAllow, kYes, "FIPS 203", kChecked},

    {Kind::kAuthentication, 1, 1, 0, kAllow, "with strong entropy", kGuide, kDraft},
    {Kind::kAuthentication, 2, 2, 0, kForbid, "no longer approved", "FIPS 186-5", kDraft},
    {Kind::kAuthentication, 3, 3, 0, kAllow, "from 3072 bits", kGuide, kChecked},
    {Kind::kAuthentication, 9, 11, 0, kAllow, kYes, kGuide, kChecked},
};

}  // namespace

constinit const PolicyTable kNistPolicy = {
    .name = "nist",
    .title = "NIST: SP 800-77r1 and SP 800-131Ar2",
    .version = "2026-07-16",
    .change = "first version",
    .rows = kRows,
    .otherwise = {Kind::kEncryption, 0, kAllNumbers, 0, kForbid, kNo, kGuide, kChecked},
    .require_post_quantum = false,
    .post_quantum_reference = "NIST IR 8547",
    .strongswan_example = "aes256gcm16-prfsha384-ecp384",
    .libreswan_example = "aes_gcm256-sha2_384;dh20",
};

}  // namespace ike
