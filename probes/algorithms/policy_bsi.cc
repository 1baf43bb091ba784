#include "probes/algorithms/policy_tables.h"

namespace ike {
namespace {

// The change history of the editions from 2015 to 2022 was read; the current tables were not.
constexpr std::string_view kPart3 = "BSI TR-02102-3";
constexpr std::string_view kPart1 = "BSI TR-02102-1";
constexpr std::string_view kYes = "recommended";
constexpr std::string_view kNo = "not listed";

constexpr PolicyRow kRows[] = {
    {Kind::kProtocol, kIkev1Protocol, kIkev1Protocol, 0, kForbid, "not covered", kPart3, kChecked},
    {Kind::kProtocol, 2, 2, 0, kAllow, kYes, kPart3, kChecked},
    {Kind::kMode, kAggressiveMode, kAggressiveMode, 0, kForbid, "not covered", kPart3, kChecked},
    {Kind::kMode, 2, 2, 0, kAllow, "see IKEv1", kPart3, kChecked},

    {Kind::kEncryption, 12, 13, 0, kAllow, kYes, kPart3, kDraft},
    {Kind::kEncryption, 14, 15, 0, kForbid, "a tag of 16 bytes is asked for", kPart3, kDraft},
    {Kind::kEncryption, 16, 16, 0, kAllow, kYes, kPart3, kChecked},
    {Kind::kEncryption, 18, 19, 0, kForbid, "a tag of 16 bytes is asked for", kPart3, kDraft},
    {Kind::kEncryption, 20, 20, 0, kAllow, kYes, kPart3, kDraft},
    {Kind::kEncryption, 23, 28, 0, kForbid, kNo, kPart3, kDraft},

    {Kind::kPrf, 2, 2, 0, kForbid, "discontinued in 2020", kPart3, kChecked},
    {Kind::kPrf, 4, 8, 0, kAllow, kYes, kPart3, kDraft},

    {Kind::kIntegrity, 2, 2, 0, kForbid, "discontinued in 2020", kPart3, kChecked},
    {Kind::kIntegrity, 5, 5, 0, kAllow, kYes, kPart3, kDraft},
    {Kind::kIntegrity, 7, 7, 0, kForbid, "discontinued in 2020", kPart3, kChecked},
    {Kind::kIntegrity, 8, 8, 0, kAllow, kYes, kPart3, kDraft},
    {Kind::kIntegrity, 12, 14, 0, kAllow, kYes, kPart3, kDraft},

    {Kind::kDh, 14, 14, 0, kForbid, "not since 2023 (below 3000 bits)", kPart3, kChecked},
    {Kind::kDh, 15, 21, 0, kAllow, kYes, kPart3, kChecked},
    {Kind::kDh, 25, 27, 0, kForbid, "curves below 250 bits were dropped", kPart3, kChecked},
    {Kind::kDh, 28, 30, 0, kAllow, kYes, kPart3, kChecked},
    {Kind::kDh, 31, 32, 0, kForbid, "not known to be listed", kPart3, kDraft},
    {Kind::kDh, 35, 35, 0, kForbid, kNo, kPart1, kDraft},
    {Kind::kDh, 36, 37, 0, kAllow, "recommended, hybrid only", kPart1, kDraft},

    {Kind::kAuthentication, 1, 1, 0, kAllow, "discouraged for most uses", kPart3, kDraft},
    {Kind::kAuthentication, 3, 3, 0, kAllow, "from 3000 bits", kPart3, kChecked},
    {Kind::kAuthentication, 9, 11, 0, kAllow, "curves from 250 bits", kPart3, kChecked},
    {Kind::kAuthentication, 2, 2, 0, kAllow, "from 3000 bits", kPart3, kDraft},
};

}  // namespace

constinit const PolicyTable kBsiPolicy = {
    .name = "bsi",
    .title = "BSI: TR-02102-3",
    .version = "2026-07-16",
    .change = "first version",
    .rows = kRows,
    .otherwise = {Kind::kEncryption, 0, kAllNumbers, 0, kForbid, kNo, kPart3, kChecked},
    .require_post_quantum = false,
    .post_quantum_reference = kPart1,
    .strongswan_example = "aes256gcm16-prfsha384-ecp384",
    .libreswan_example = "aes_gcm256-sha2_384;dh20",
};

}  // namespace ike
