// Keywords and settings are those that the vendors publish; docs/vendor_advice.md has titles and
// addresses:
//   Cisco IOS XE  YANG model Cisco-IOS-XE-crypto, releases 17.18.1 and 26.1.1; Command Reference,
//                 crypto isakmp aggressive-mode disable and crypto isakmp default policy
//   Cisco ASA     IKEv1 and IKEv2 policy of Cisco's Terraform provider fmc; Command Reference A-H,
//                 crypto ikev1 am-disable
//   FortiGate     Ansible collection fortinet.fortios, vpn_ipsec_phase1_interface
//   Juniper SRX   Junos CLI Reference, proposal (Security IKE); YANG model junos-es-conf-security
//   Palo Alto     Ansible collection paloaltonetworks.panos, ike_crypto_profile and ike_gateway
//   MikroTik      RouterOS manual, IPsec: peers, profiles, identities
// A setting that none of these shows has no line.
#include "probes/audit/vendor_advice.h"

#include <algorithm>
#include <iterator>

namespace ike {
namespace {

// What one algorithm is called; empty where it cannot be set.
struct Words {
  std::string_view strongswan;  // the registry's keyword, by which the row is found
  std::string_view ios;         // IKEv2 proposal
  std::string_view ios_v1;      // ISAKMP policy
  std::string_view asa;         // IKEv2 policy
  std::string_view asa_v1;      // IKEv1 policy
  std::string_view fortigate;   // a part of the proposal, or the group
  std::string_view junos;
  std::string_view panos;
  std::string_view routeros;
  std::string_view fortigate_prf = {};  // behind an AEAD cipher of the proposal
};

constexpr Words kWords[] = {
    {"des", "des", "des", "des", "des", "des", "des-cbc", "des", "des"},
    {"3des", "3des", "3des", "3des", "3des", "3des", "3des-cbc", "3des", "3des"},
    {"aes128", "aes-cbc-128", "aes", "aes", "aes", "aes128", "aes-128-cbc", "aes-128-cbc",
     "aes-128"},
    {"aes192", "aes-cbc-192", "aes 192", "aes-192", "aes-192", "aes192", "aes-192-cbc",
     "aes-192-cbc", "aes-192"},
    {"aes256", "aes-cbc-256", "aes 256", "aes-256", "aes-256", "aes256", "aes-256-cbc",
     "aes-256-cbc", "aes-256"},
    {"aes128gcm16", "aes-gcm-128", "", "aes-gcm", "", "aes128gcm", "aes-128-gcm", "aes-128-gcm",
     ""},
    {"aes192gcm16", "", "", "aes-gcm-192", "", "", "", "", ""},
    {"aes256gcm16", "aes-gcm-256", "", "aes-gcm-256", "", "aes256gcm", "aes-256-gcm", "aes-256-gcm",
     ""},
    {"chacha20poly1305", "", "", "", "", "chacha20poly1305", "chacha20-poly1305", "", ""},
    {"camellia128", "", "", "", "", "", "", "", "camellia-128"},
    {"camellia192", "", "", "", "", "", "", "", "camellia-192"},
    {"camellia256", "", "", "", "", "", "", "", "camellia-256"},
    {"md5", "md5", "md5", "md5", "md5", "md5", "md5", "md5", "md5"},
    {"sha1", "sha1", "sha", "sha", "sha", "sha1", "sha1", "sha1", "sha1", "prfsha1"},
    {"sha256", "sha256", "sha256", "sha256", "", "sha256", "sha-256", "sha256", "sha256",
     "prfsha256"},
    {"sha384", "sha384", "sha384", "sha384", "", "sha384", "sha-384", "sha384", "", "prfsha384"},
    {"sha512", "sha512", "sha512", "sha512", "", "sha512", "sha-512", "sha512", "sha512",
     "prfsha512"},
    {"modp768", "1", "1", "1", "1", "1", "group1", "group1", "modp768"},
    {"modp1024", "2", "2", "2", "2", "2", "group2", "group2", "modp1024"},
    {"modp1536", "5", "5", "5", "5", "5", "group5", "group5", "modp1536"},
    {"modp2048", "14", "14", "14", "14", "14", "group14", "group14", "modp2048"},
    {"modp3072", "15", "15", "15", "", "15", "group15", "group15", "modp3072"},
    {"modp4096", "16", "16", "16", "", "16", "group16", "group16", "modp4096"},
    {"modp6144", "", "", "", "", "17", "", "", "modp6144"},
    {"modp8192", "", "", "", "", "18", "", "", "modp8192"},
    {"ecp256", "19", "19", "19", "", "19", "group19", "group19", "ecp256"},
    {"ecp384", "20", "20", "20", "", "20", "group20", "group20", "ecp384"},
    {"ecp521", "21", "21", "21", "", "21", "group21", "group21", "ecp521"},
    {"modp2048s256", "24", "24", "24", "", "", "group24", "", ""},
    {"ecp224bp", "", "", "", "", "27", "", "", ""},
    {"ecp256bp", "", "", "", "", "28", "", "", ""},
    {"ecp384bp", "", "", "", "", "29", "", "", ""},
    {"ecp512bp", "", "", "", "", "30", "", "", ""},
    {"x25519", "", "", "31", "", "31", "", "", ""},
    {"x448", "", "", "", "", "32", "", "", ""},
};

// Where it stands: the advice is `before`, the word, `after`.
struct Setting {
  Kind kind;
  IkeVersion version;
  std::string_view Words::*word;
  std::string_view before;
  std::string_view after;
};

constexpr IkeVersion kV1 = IkeVersion::kV1;
constexpr IkeVersion kV2 = IkeVersion::kV2;

constexpr Setting kSettings[] = {
    {Kind::kEncryption, kV2, &Words::ios, "Cisco IOS XE: take ",
     " out of encryption in each crypto ikev2 proposal"},
    {Kind::kIntegrity, kV2, &Words::ios, "Cisco IOS XE: take ",
     " out of integrity in each crypto ikev2 proposal"},
    {Kind::kPrf, kV2, &Words::ios, "Cisco IOS XE: take ",
     " out of prf in each crypto ikev2 proposal"},
    {Kind::kDh, kV2, &Words::ios, "Cisco IOS XE: take ",
     " out of group in each crypto ikev2 proposal"},
    {Kind::kEncryption, kV1, &Words::ios_v1,
     "Cisco IOS XE: delete each crypto isakmp policy with encryption ", ""},
    {Kind::kHash, kV1, &Words::ios_v1, "Cisco IOS XE: delete each crypto isakmp policy with hash ",
     ""},
    {Kind::kDh, kV1, &Words::ios_v1, "Cisco IOS XE: delete each crypto isakmp policy with group ",
     ""},

    {Kind::kEncryption, kV2, &Words::asa, "Cisco ASA: take ",
     " out of encryption in each crypto ikev2 policy"},
    {Kind::kIntegrity, kV2, &Words::asa, "Cisco ASA: take ",
     " out of integrity in each crypto ikev2 policy"},
    {Kind::kPrf, kV2, &Words::asa, "Cisco ASA: take ", " out of prf in each crypto ikev2 policy"},
    {Kind::kDh, kV2, &Words::asa, "Cisco ASA: take ", " out of group in each crypto ikev2 policy"},
    {Kind::kEncryption, kV1, &Words::asa_v1,
     "Cisco ASA: delete each crypto ikev1 policy with encryption ", ""},
    {Kind::kHash, kV1, &Words::asa_v1, "Cisco ASA: delete each crypto ikev1 policy with hash ", ""},
    {Kind::kDh, kV1, &Words::asa_v1, "Cisco ASA: delete each crypto ikev1 policy with group ", ""},

    {Kind::kEncryption, kV2, &Words::fortigate, "FortiGate: take ",
     "-… out of set proposal in each phase1-interface"},
    {Kind::kEncryption, kV1, &Words::fortigate, "FortiGate: take ",
     "-… out of set proposal in each phase1-interface"},
    {Kind::kIntegrity, kV2, &Words::fortigate, "FortiGate: take …-",
     " out of set proposal in each phase1-interface"},
    {Kind::kHash, kV1, &Words::fortigate, "FortiGate: take …-",
     " out of set proposal in each phase1-interface"},
    {Kind::kPrf, kV2, &Words::fortigate_prf, "FortiGate: take …-",
     " out of set proposal in each phase1-interface"},
    {Kind::kDh, kV2, &Words::fortigate, "FortiGate: take ",
     " out of set dhgrp in each phase1-interface"},
    {Kind::kDh, kV1, &Words::fortigate, "FortiGate: take ",
     " out of set dhgrp in each phase1-interface"},

    {Kind::kEncryption, kV2, &Words::junos, "Juniper SRX: replace encryption-algorithm ",
     " in each security ike proposal"},
    {Kind::kEncryption, kV1, &Words::junos, "Juniper SRX: replace encryption-algorithm ",
     " in each security ike proposal"},
    {Kind::kIntegrity, kV2, &Words::junos, "Juniper SRX: replace authentication-algorithm ",
     " in each security ike proposal"},
    {Kind::kHash, kV1, &Words::junos, "Juniper SRX: replace authentication-algorithm ",
     " in each security ike proposal"},
    {Kind::kDh, kV2, &Words::junos, "Juniper SRX: replace dh-group ",
     " in each security ike proposal"},
    {Kind::kDh, kV1, &Words::junos, "Juniper SRX: replace dh-group ",
     " in each security ike proposal"},

    {Kind::kEncryption, kV2, &Words::panos, "Palo Alto: take ",
     " out of Encryption in each IKE Crypto profile"},
    {Kind::kEncryption, kV1, &Words::panos, "Palo Alto: take ",
     " out of Encryption in each IKE Crypto profile"},
    {Kind::kIntegrity, kV2, &Words::panos, "Palo Alto: take ",
     " out of Authentication in each IKE Crypto profile"},
    {Kind::kHash, kV1, &Words::panos, "Palo Alto: take ",
     " out of Authentication in each IKE Crypto profile"},
    {Kind::kDh, kV2, &Words::panos, "Palo Alto: take ",
     " out of DH Group in each IKE Crypto profile"},
    {Kind::kDh, kV1, &Words::panos, "Palo Alto: take ",
     " out of DH Group in each IKE Crypto profile"},

    {Kind::kEncryption, kV2, &Words::routeros, "MikroTik: take ",
     " out of enc-algorithm in each /ip ipsec profile"},
    {Kind::kEncryption, kV1, &Words::routeros, "MikroTik: take ",
     " out of enc-algorithm in each /ip ipsec profile"},
    {Kind::kIntegrity, kV2, &Words::routeros,
     "MikroTik: replace hash-algorithm=", " in each /ip ipsec profile"},
    {Kind::kHash, kV1, &Words::routeros,
     "MikroTik: replace hash-algorithm=", " in each /ip ipsec profile"},
    {Kind::kDh, kV2, &Words::routeros, "MikroTik: take ",
     " out of dh-group in each /ip ipsec profile"},
    {Kind::kDh, kV1, &Words::routeros, "MikroTik: take ",
     " out of dh-group in each /ip ipsec profile"},
};

constexpr std::string_view kAgainstIkev1[] = {
    "Cisco IOS XE: delete each crypto isakmp policy, and no crypto isakmp default policy",
    "Cisco ASA: no crypto ikev1 enable INTERFACE",
    "FortiGate: set ike-version 2 in each phase1-interface",
    "Juniper SRX: set security ike gateway NAME version v2-only",
    "Palo Alto: set the version to ikev2, not ikev2-preferred, in each IKE gateway",
    "MikroTik: set exchange-mode=ike2 in each /ip ipsec peer",
};

constexpr std::string_view kAgainstAggressiveMode[] = {
    "Cisco IOS XE: crypto isakmp aggressive-mode disable",
    "Cisco ASA: crypto ikev1 am-disable",
    "FortiGate: set mode main, or set ike-version 2, in each phase1-interface",
    "Juniper SRX: set security ike policy NAME mode main",
    "Palo Alto: set the IKEv1 exchange mode to main in each IKE gateway",
    "MikroTik: set exchange-mode=ike2, or main, in each /ip ipsec peer",
};

constexpr std::string_view kAgainstSharedKeys[] = {
    "Cisco IOS XE: authentication rsa-sig in each crypto isakmp policy",
    "Cisco ASA: authentication by certificate, not pre-share, in each crypto ikev1 policy",
    "FortiGate: set authmethod signature in each phase1-interface",
    "Juniper SRX: authentication-method rsa-signatures in each security ike proposal",
    "Palo Alto: set Authentication to Certificate in each IKE gateway",
    "MikroTik: set auth-method=digital-signature in each /ip ipsec identity",
};

constexpr std::string_view kForPostQuantum[] = {
    "Cisco IOS XE (26.1 and later): pqc mlkem768 in each crypto ikev2 proposal",
    "FortiGate (FortiOS 7.6.1 and later): set addke1 36 in each phase1-interface",
    "Palo Alto (PAN-OS 11.2 and later): add rounds of post-quantum key exchange (RFC 9370) to the "
    "IKE Crypto profile",
};

constexpr uint16_t kPreSharedKey = 1;
constexpr std::string_view kMissing = "missing";  // the level of a finding on what is not accepted

template <size_t size>
std::vector<std::string> Lines(const std::string_view (&lines)[size]) {
  return {std::begin(lines), std::end(lines)};
}

// A PRF has the words of the hash that it is made of.
const Words* WordsOf(const Algorithm& row) {
  std::string_view keyword = row.strongswan;
  constexpr std::string_view kPrf = "prf";
  if (row.kind == Kind::kPrf && keyword.starts_with(kPrf)) keyword.remove_prefix(kPrf.size());
  const Words* found = std::ranges::find(kWords, keyword, &Words::strongswan);
  return found == std::end(kWords) ? nullptr : found;
}

}  // namespace

std::vector<std::string> VendorAdvice(const Algorithm& row) {
  if (row.kind == Kind::kProtocol) return Lines(kAgainstIkev1);
  if (row.kind == Kind::kMode) return Lines(kAgainstAggressiveMode);
  if (row.kind == Kind::kAuthentication) {
    return row.id == kPreSharedKey ? Lines(kAgainstSharedKeys) : std::vector<std::string>();
  }
  std::vector<std::string> lines;
  const Words* words = WordsOf(row);
  if (words == nullptr) return lines;
  for (const Setting& setting : kSettings) {
    std::string_view word = words->*setting.word;
    if (setting.kind != row.kind || setting.version != row.version || word.empty()) continue;
    lines.push_back(std::string(setting.before) + std::string(word) + std::string(setting.after));
  }
  return lines;
}

std::vector<std::string> AdviceLines(const Finding& finding) {
  std::vector<std::string> lines;
  if (!finding.advice.empty()) lines.push_back(finding.advice);
  const Algorithm* row =
      FindAnswered(finding.version, finding.kind, finding.id, finding.key_length);
  std::vector<std::string> more;
  if (finding.level == kMissing) {
    more = Lines(kForPostQuantum);
  } else if (row != nullptr) {
    more = VendorAdvice(*row);
  }
  std::ranges::move(more, std::back_inserter(lines));
  return lines;
}

std::string AdviceText(const Finding& finding) {
  std::string text;
  for (const std::string& line : AdviceLines(finding)) text += (text.empty() ? "" : "; ") + line;
  return text;
}

}  // namespace ike
