#include "probes/algorithms/offers.h"

#include <algorithm>
#include <span>

namespace ike {
namespace {

// Transform types of RFC 7296 section 3.3.2 and RFC 9370 section 2.2.
constexpr uint8_t kEncr = 1;
constexpr uint8_t kPrf = 2;
constexpr uint8_t kInteg = 3;
constexpr uint8_t kKe = 4;
constexpr uint8_t kAddKe1 = 6;

struct Cipher {
  uint16_t id;
  uint16_t key_length;
};

constexpr Cipher kAesGcm256 = {20, 256};
constexpr Cipher kAesGcm128 = {20, 128};
constexpr Cipher kAesCcm256 = {16, 256};
constexpr Cipher kAesCcm128 = {16, 128};
constexpr Cipher kChaCha20 = {28, 0};
constexpr Cipher kAesCbc256 = {12, 256};
constexpr Cipher kAesCbc192 = {12, 192};
constexpr Cipher kAesCbc128 = {12, 128};
constexpr Cipher k3Des = {3, 0};

// One IKEv2 proposal: any of each. AEAD ciphers have no integrity transform and so need a proposal
// of their own (RFC 7296 section 3.3); INTEG NONE beside them is refused by some gateways.
struct Choices {
  std::span<const Cipher> ciphers;
  std::span<const uint16_t> prfs;
  std::span<const uint16_t> integrity;
  std::span<const uint16_t> groups;
  std::span<const uint16_t> additional_ke;
};

void Append(uint8_t type, std::span<const uint16_t> ids, OfferedProposal* proposal) {
  for (uint16_t id : ids) proposal->transforms.push_back({type, id, 0});
}

OfferedProposal MakeProposal(const Choices& choices) {
  OfferedProposal proposal;
  for (const Cipher& cipher : choices.ciphers) {
    proposal.transforms.push_back({kEncr, cipher.id, cipher.key_length});
  }
  Append(kPrf, choices.prfs, &proposal);
  Append(kInteg, choices.integrity, &proposal);
  Append(kKe, choices.groups, &proposal);
  Append(kAddKe1, choices.additional_ke, &proposal);
  return proposal;
}

// Of PRF and INTEG: HMAC-SHA2-512, -384, -256, HMAC-SHA1, HMAC-MD5, AES-XCBC, AES-CMAC.
constexpr uint16_t kSha2Prfs[] = {7, 6, 5};
constexpr uint16_t kSha2Integrity[] = {14, 13, 12};
constexpr uint16_t kAllPrfs[] = {7, 6, 5, 4, 8, 2, 1};
constexpr uint16_t kAllIntegrity[] = {14, 13, 12, 5, 8, 2, 1};
constexpr uint16_t kAeadPrfs[] = {7, 6, 5, 2};

constexpr uint16_t kMlKem[] = {36, 37, 35};
constexpr uint16_t kHybridGroups[] = {31, 20, 19, 21, 15};
constexpr uint16_t kModernGroups[] = {31, 32, 21, 20, 19, 30, 29, 28, 16, 15, 14};
constexpr uint16_t kBroadGroups[] = {31, 21, 20, 19, 30, 29, 28, 16, 15, 14, 24, 5, 2};

std::vector<OfferedProposal> BroadProposals() {
  static constexpr Cipher kAead[] = {kAesGcm256, kAesGcm128, kChaCha20};
  static constexpr Cipher kBlock[] = {kAesCbc256, kAesCbc192, kAesCbc128, k3Des};
  static constexpr Cipher kHybridAead[] = {kAesGcm256};
  static constexpr Cipher kHybridBlock[] = {kAesCbc256};
  // Additional key exchanges come last: who does not require one should choose without, and who
  // does not know them skips that proposal (RFC 7296 section 3.3.6).
  return {MakeProposal({kAead, kAeadPrfs, {}, kBroadGroups, {}}),
          MakeProposal({kBlock, kAllPrfs, kAllIntegrity, kBroadGroups, {}}),
          MakeProposal({kHybridAead, kSha2Prfs, {}, kHybridGroups, kMlKem}),
          MakeProposal({kHybridBlock, kSha2Prfs, kSha2Integrity, kHybridGroups, kMlKem})};
}

std::vector<OfferedProposal> ModernProposals() {
  static constexpr Cipher kAead[] = {kAesGcm256, kChaCha20, kAesGcm128, kAesCcm256, kAesCcm128};
  static constexpr Cipher kBlock[] = {kAesCbc256, kAesCbc128};
  static constexpr Cipher kHybrid[] = {kAesGcm256, kChaCha20, kAesGcm128};
  return {MakeProposal({kHybrid, kSha2Prfs, {}, kHybridGroups, kMlKem}),
          MakeProposal({kBlock, kSha2Prfs, kSha2Integrity, kHybridGroups, kMlKem}),
          MakeProposal({kAead, kSha2Prfs, {}, kModernGroups, {}}),
          MakeProposal({kBlock, kSha2Prfs, kSha2Integrity, kModernGroups, {}})};
}

std::vector<OfferedProposal> CompatProposals() {
  static constexpr Cipher kCipher[] = {kAesCbc256};
  static constexpr uint16_t kSha256Prf[] = {5};
  static constexpr uint16_t kSha256Integrity[] = {12};
  static constexpr uint16_t kGroup[] = {14};
  return {MakeProposal({kCipher, kSha256Prf, kSha256Integrity, kGroup, {}})};
}

// Values of RFC 2409 appendix A.
constexpr uint16_t kIkev1Aes = 7;
constexpr uint16_t kIkev13Des = 5;
constexpr uint16_t kMd5 = 1;
constexpr uint16_t kSha = 2;
constexpr uint16_t kSha256 = 4;
constexpr uint16_t kSha384 = 5;
constexpr uint16_t kSha512 = 6;
constexpr uint16_t kPsk = 1;
constexpr uint16_t kRsa = 3;

struct Ikev1Row {
  uint16_t encryption;
  uint16_t key_length;
  uint16_t hash;
  uint16_t authentication;
  uint16_t group;
};

// Only PSK and RSA signatures: libreswan is silent where XAUTH stands among them. The list is cut
// so that the message stays below 1200 bytes.
constexpr Ikev1Row kBroadRows[] = {
    {kIkev1Aes, 256, kSha512, kPsk, 16}, {kIkev1Aes, 256, kSha384, kPsk, 20},
    {kIkev1Aes, 256, kSha256, kPsk, 19}, {kIkev1Aes, 256, kSha256, kPsk, 15},
    {kIkev1Aes, 256, kSha512, kPsk, 14}, {kIkev1Aes, 256, kSha256, kPsk, 14},
    {kIkev1Aes, 256, kSha256, kRsa, 14}, {kIkev1Aes, 256, kSha256, kRsa, 19},
    {kIkev1Aes, 128, kSha256, kPsk, 14}, {kIkev1Aes, 128, kSha256, kRsa, 14},
    {kIkev1Aes, 128, kSha256, kPsk, 19}, {kIkev1Aes, 256, kSha, kPsk, 14},
    {kIkev1Aes, 256, kSha, kRsa, 14},    {kIkev1Aes, 128, kSha, kPsk, 14},
    {kIkev1Aes, 256, kSha256, kPsk, 5},  {kIkev1Aes, 128, kSha256, kPsk, 5},
    {kIkev1Aes, 256, kSha, kPsk, 5},     {kIkev1Aes, 128, kSha, kPsk, 5},
    {kIkev1Aes, 256, kSha256, kPsk, 2},  {kIkev1Aes, 256, kSha, kPsk, 2},
    {kIkev1Aes, 128, kSha, kPsk, 2},     {kIkev1Aes, 128, kSha, kRsa, 2},
    {kIkev13Des, 0, kSha, kPsk, 14},     {kIkev13Des, 0, kSha, kPsk, 5},
    {kIkev13Des, 0, kSha, kPsk, 2},      {kIkev13Des, 0, kSha, kRsa, 2},
    {kIkev13Des, 0, kMd5, kPsk, 5},      {kIkev13Des, 0, kMd5, kPsk, 2},
};

constexpr Ikev1Row kModernRows[] = {
    {kIkev1Aes, 256, kSha512, kPsk, 21}, {kIkev1Aes, 256, kSha512, kPsk, 16},
    {kIkev1Aes, 256, kSha384, kPsk, 20}, {kIkev1Aes, 256, kSha384, kRsa, 20},
    {kIkev1Aes, 256, kSha256, kPsk, 19}, {kIkev1Aes, 256, kSha256, kRsa, 19},
    {kIkev1Aes, 256, kSha256, kPsk, 15}, {kIkev1Aes, 256, kSha256, kRsa, 15},
    {kIkev1Aes, 128, kSha256, kPsk, 19}, {kIkev1Aes, 256, kSha512, kPsk, 14},
    {kIkev1Aes, 256, kSha256, kPsk, 14}, {kIkev1Aes, 256, kSha256, kRsa, 14},
    {kIkev1Aes, 128, kSha256, kPsk, 14}, {kIkev1Aes, 128, kSha256, kRsa, 14},
};

constexpr Ikev1Row kCompatRows[] = {{kIkev1Aes, 128, kSha, kPsk, 2}};

// What gateways of any age know, and nothing else.
constexpr Ikev1Row kPlainestRows[] = {
    {kIkev1Aes, 256, kSha256, kPsk, 14},
    {kIkev1Aes, 128, kSha, kPsk, 14},
    {kIkev1Aes, 128, kSha, kPsk, 2},
    {kIkev13Des, 0, kSha, kPsk, 2},
};

// CAST-CBC, Tiger, 768-bit MODP. An authentication method that they lack makes some daemons silent,
// so PSK it is.
constexpr Ikev1Row kRefusedRows[] = {{6, 128, 3, kPsk, 1}};

std::span<const Ikev1Row> RowsOf(ProposalSet set) {
  switch (set) {
    case ProposalSet::kBroad:
      return kBroadRows;
    case ProposalSet::kModern:
      return kModernRows;
    case ProposalSet::kCompat:
      break;
  }
  return kCompatRows;
}

std::vector<Ikev1Transform> MakeTransforms(std::span<const Ikev1Row> rows) {
  std::vector<Ikev1Transform> transforms;
  for (const Ikev1Row& row : rows) {
    Ikev1Transform& transform = transforms.emplace_back();
    transform.encryption = row.encryption;
    transform.key_length = row.key_length;
    transform.hash = row.hash;
    transform.authentication = row.authentication;
    transform.group = row.group;
  }
  return transforms;
}

Ikev1Opening MakeMainOpening(std::span<const Ikev1Row> rows) {
  Ikev1Opening opening;
  opening.transforms = MakeTransforms(rows);
  return opening;
}

}  // namespace

Ikev2Opening MakeIkev2Opening(ProposalSet set) {
  Ikev2Opening opening;
  switch (set) {
    case ProposalSet::kBroad:
      opening.proposals = BroadProposals();
      opening.ke_group = 14;
      break;
    case ProposalSet::kModern:
      opening.proposals = ModernProposals();
      opening.ke_group = 19;
      break;
    case ProposalSet::kCompat:
      opening.proposals = CompatProposals();
      opening.ke_group = 14;
      break;
  }
  return opening;
}

Ikev1Opening MakeIkev1MainOpening(ProposalSet set) { return MakeMainOpening(RowsOf(set)); }

Ikev1Opening MakeIkev1AggressiveOpening(ProposalSet set, uint16_t group) {
  Ikev1Opening opening;
  opening.mode = Ikev1Mode::kAggressive;
  opening.group = group;
  for (Ikev1Transform& transform : MakeTransforms(RowsOf(set))) {
    transform.group = group;
    if (std::ranges::find(opening.transforms, transform) == opening.transforms.end()) {
      opening.transforms.push_back(transform);
    }
  }
  return opening;
}

Ikev2Opening PlainestIkev2Opening() {
  static constexpr Cipher kCiphers[] = {kAesCbc256, kAesCbc128, k3Des};
  static constexpr uint16_t kPrfs[] = {5, 2};
  static constexpr uint16_t kIntegrity[] = {12, 2};
  static constexpr uint16_t kGroups[] = {14, 2};
  Ikev2Opening opening;
  opening.proposals = {MakeProposal({kCiphers, kPrfs, kIntegrity, kGroups, {}})};
  opening.ke_group = 14;
  opening.ask_features = false;
  return opening;
}

Ikev1Opening PlainestIkev1Opening() {
  Ikev1Opening opening = MakeMainOpening(kPlainestRows);
  opening.send_vendor_ids = false;
  return opening;
}

Ikev2Opening RefusedIkev2Opening() {
  // ENCR_DES_IV64, PRF_HMAC_TIGER, AUTH_DES_MAC: never specified for IKEv2 (RFC 8247, RFC 9395).
  static constexpr Cipher kDesIv64[] = {{1, 0}};
  static constexpr uint16_t kTiger[] = {3};
  static constexpr uint16_t kDesMac[] = {3};
  static constexpr uint16_t kModp768[] = {1};
  Ikev2Opening opening;
  opening.proposals = {MakeProposal({kDesIv64, kTiger, kDesMac, kModp768, {}})};
  opening.ke_group = 1;
  opening.ask_features = false;
  opening.follow_invalid_ke = false;
  return opening;
}

Ikev1Opening RefusedIkev1Opening() {
  Ikev1Opening opening = MakeMainOpening(kRefusedRows);
  opening.send_vendor_ids = false;
  return opening;
}

Ikev1Opening WithXauth(Ikev1Opening opening) {
  // XAUTHInitPreShared and XAUTHInitRSA (draft-beaulieu-ike-xauth-02 section 7.2). The latter with
  // the first suites only, for all to fit a datagram.
  constexpr uint16_t kXauthPsk = 65001;
  constexpr uint16_t kXauthRsa = 65005;
  constexpr size_t kMostWithRsa = 4;
  std::erase_if(opening.transforms,
                [](const Ikev1Transform& t) { return t.authentication != kPsk; });
  const size_t suites = opening.transforms.size();
  for (size_t i = 0; i < suites; ++i) {
    opening.transforms[i].authentication = kXauthPsk;
    if (i >= kMostWithRsa) continue;
    opening.transforms.push_back(opening.transforms[i]);
    opening.transforms.back().authentication = kXauthRsa;
  }
  return opening;
}

}  // namespace ike
