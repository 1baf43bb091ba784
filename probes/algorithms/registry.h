// The registry: one row for each algorithm (and key length) of IKEv1 and IKEv2, with its names, its
// strength and how it is judged in its role. Read by the audit, the metrics, the JSON writers and
// the policies. "Weak" and "broken" are judged here and nowhere else, whatever policy a target has.
// Constant tables, any thread; rows live for ever. Unknown numbers have no row.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "probes/algorithms/suite.h"

namespace ike {

enum class Kind : uint8_t {
  kEncryption,
  kIntegrity,  // IKEv2
  kPrf,        // IKEv2
  kHash,       // IKEv1
  kDh,
  kAdditionalKe,    // IKEv2, RFC 9370
  kAuthentication,  // IKEv1
  kMode,            // IKEv1: the exchange types of phase 1
  kProtocol,        // the version itself; the id is its number
};
inline constexpr std::array<std::string_view, 9> kKindNames = {
    "encryption",    "integrity",      "prf",  "hash",    "dh",
    "additional_ke", "authentication", "mode", "protocol"};
constexpr std::string_view KindName(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

enum class Verdict : uint8_t { kStrong, kAcceptable, kWeak, kBroken };
inline constexpr std::array<std::string_view, 4> kVerdictNames = {"strong", "acceptable", "weak",
                                                                  "broken"};
constexpr std::string_view VerdictName(Verdict verdict) {
  return kVerdictNames[static_cast<size_t>(verdict)];
}

struct Algorithm {
  IkeVersion version;
  Kind kind;
  uint16_t id;             // IANA's
  uint16_t key_length;     // bits; 0 where it has one length only
  std::string_view name;   // IANA's: "ENCR_AES_CBC", "SHA2-256", "2048-bit MODP Group"
  std::string_view label;  // of metrics: "ENCR_AES_CBC_256", "1024-bit MODP Group (2)"
  uint16_t strength_bits;  // 0 where a number would say nothing (authentication, modes)
  Verdict verdict;
  std::string_view reason;     // of the verdict; empty where there is nothing to object to
  std::string_view reference;  // of the reason: "RFC 8247 section 2.4"
  bool aead;                   // IKEv2 ciphers that take no integrity transform
  bool in_ike_sa;  // an endpoint may accept it for an IKE SA, so that asking is worth it
  std::string_view strongswan;  // keyword of a proposal in its configuration; empty if it has none
  std::string_view libreswan;   // keyword of `ike=`; empty if it has none
};

// All rows, sorted by version, kind, id and key length; no more than kMostAlgorithms.
std::span<const Algorithm> AllAlgorithms();
inline constexpr size_t kMostAlgorithms = 320;

// The place of a row in AllAlgorithms(), in this build of the program only.
inline size_t IndexOf(const Algorithm& row) {
  return static_cast<size_t>(&row - AllAlgorithms().data());
}

// The rows of one version and kind, in the same order.
std::span<const Algorithm> AllAlgorithms(IkeVersion version, Kind kind);

// The row of exactly these; null if there is none.
const Algorithm* FindAlgorithm(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length = 0);

// As FindAlgorithm, but of what an endpoint answered, which is not always what the registry says: a
// key length where the algorithm has only one is ignored (libreswan echoes 3DES with 192), and a
// missing one is IKEv1's default of 128 bits (strongSwan takes AES without it as AES-128).
const Algorithm* FindAnswered(IkeVersion version, Kind kind, uint16_t id, uint16_t key_length);

// Bits of symmetric-equivalent strength of a key exchange method of either version; 0 if unknown.
uint16_t GroupStrength(uint16_t group);

// ML-KEM: key exchange methods that a quantum computer is not known to break.
constexpr bool IsPostQuantum(uint16_t group) { return group >= 35 && group <= 37; }

// The kind of an IKEv2 transform type; kProtocol for types that no IKE SA has.
constexpr Kind KindOfTransformType(uint8_t type) {
  constexpr std::array<Kind, 5> kKinds = {Kind::kProtocol, Kind::kEncryption, Kind::kPrf,
                                          Kind::kIntegrity, Kind::kDh};
  if (type < kKinds.size()) return kKinds[type];
  return type >= 6 && type <= 12 ? Kind::kAdditionalKe : Kind::kProtocol;
}

}  // namespace ike
