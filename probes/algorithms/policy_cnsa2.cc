#include "probes/algorithms/policy_tables.h"

namespace ike {
namespace {

// The profile itself could not be read, only quotes of it: every row is a draft.
constexpr std::string_view kProfile = "CNSA 2.0, draft-guthrie-cnsa2-ipsec-profile";
constexpr std::string_view kNo = "not in the profile";

constexpr PolicyRow kRows[] = {
    {Kind::kProtocol, kIkev1Protocol, kIkev1Protocol, 0, kForbid, "IKEv2 only", kProfile, kDraft},
    {Kind::kProtocol, 2, 2, 0, kAllow, "required", kProfile, kDraft},
    {Kind::kMode, kAggressiveMode, kAggressiveMode, 0, kForbid, "IKEv2 only", kProfile, kDraft},
    {Kind::kMode, 2, 2, 0, kAllow, "see IKEv1", kProfile, kDraft},

    {Kind::kEncryption, 20, 20, 256, kAllow, "required", kProfile, kDraft},
    {Kind::kPrf, 6, 7, 0, kAllow, "required", kProfile, kDraft},
    {Kind::kDh, 20, 20, 0, kAllow, "classical part of the hybrid", kProfile, kDraft},
    {Kind::kDh, 37, 37, 0, kAllow, "required", kProfile, kDraft},
    {Kind::kDh, 15, 18, 0, kForbid, "needs ML-KEM", kProfile, kDraft},
};

}  // namespace

constinit const PolicyTable kCnsa2Policy = {
    .name = "cnsa2",
    .title = "CNSA 2.0",
    .version = "2026-07-16",
    .change = "first version",
    .rows = kRows,
    .otherwise = {Kind::kEncryption, 0, kAllNumbers, 0, kForbid, kNo, kProfile, kDraft},
    .require_post_quantum = true,
    .post_quantum_reference = kProfile,
    .post_quantum_draft = kDraft,
    .strongswan_example = "aes256gcm16-prfsha384-ecp384-ke1_mlkem1024",
    .libreswan_example = "aes_gcm256-sha2_384;dh20;addke1=ml_kem_1024",
};

}  // namespace ike
