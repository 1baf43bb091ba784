// Proposals written as strongSwan writes them ("aes256gcm16-prfsha384-ecp384-ke1_mlkem768") turned
// into transforms. Called by the script loader and tests; pure, any thread. An unknown word or an
// impossible combination is an error text that names it.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "tests/responder/sa_payload.h"

namespace responder {

// What one configured IKEv2 proposal accepts, in the order of preference within each type.
using AllowedV2 = std::vector<Transform>;

// What one configured IKEv1 proposal accepts; key_length 0 where the cipher has one length.
struct CipherV1 {
  uint16_t id = 0;
  uint16_t key_length = 0;
};
struct AllowedV1 {
  std::vector<CipherV1> ciphers;
  std::vector<uint16_t> hashes;
  std::vector<uint16_t> groups;
};

tl::expected<AllowedV2, std::string> ParseProposalV2(std::string_view text);
tl::expected<AllowedV1, std::string> ParseProposalV1(std::string_view text);

// The authentication method of a word ("psk", "rsa", "ecdsa", or a number); nullopt if unknown.
std::optional<uint16_t> ParseAuthentication(std::string_view word);

// True for ciphers that authenticate what they encrypt (RFC 5282, RFC 7634).
bool IsAead(uint16_t encryption);

}  // namespace responder
