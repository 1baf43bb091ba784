#include "tests/responder/keywords.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace responder {
namespace {

struct Word {
  std::string_view text;
  uint8_t type;
  uint16_t id;
  uint16_t key_length;
};

// The ids are those of IANA's ikev2-parameters registry.
constexpr Word kFixedWords[] = {
    {"des", kEncryption, 2, 0},
    {"3des", kEncryption, 3, 0},
    {"cast128", kEncryption, 6, 128},
    {"null", kEncryption, 11, 0},
    {"chacha20poly1305", kEncryption, 28, 0},
    {"md5", kIntegrity, 1, 0},
    {"sha", kIntegrity, 2, 0},
    {"sha1", kIntegrity, 2, 0},
    {"aesxcbc", kIntegrity, 5, 0},
    {"md5_128", kIntegrity, 6, 0},
    {"sha1_160", kIntegrity, 7, 0},
    {"aescmac", kIntegrity, 8, 0},
    {"sha256", kIntegrity, 12, 0},
    {"sha2_256", kIntegrity, 12, 0},
    {"sha384", kIntegrity, 13, 0},
    {"sha2_384", kIntegrity, 13, 0},
    {"sha512", kIntegrity, 14, 0},
    {"sha2_512", kIntegrity, 14, 0},
    {"prfmd5", kPrf, 1, 0},
    {"prfsha1", kPrf, 2, 0},
    {"prfaesxcbc", kPrf, 4, 0},
    {"prfsha256", kPrf, 5, 0},
    {"prfsha384", kPrf, 6, 0},
    {"prfsha512", kPrf, 7, 0},
    {"prfaescmac", kPrf, 8, 0},
    {"modp768", kKeyExchange, 1, 0},
    {"modp1024", kKeyExchange, 2, 0},
    {"modp1536", kKeyExchange, 5, 0},
    {"modp2048", kKeyExchange, 14, 0},
    {"modp3072", kKeyExchange, 15, 0},
    {"modp4096", kKeyExchange, 16, 0},
    {"modp6144", kKeyExchange, 17, 0},
    {"modp8192", kKeyExchange, 18, 0},
    {"ecp256", kKeyExchange, 19, 0},
    {"ecp384", kKeyExchange, 20, 0},
    {"ecp521", kKeyExchange, 21, 0},
    {"modp1024s160", kKeyExchange, 22, 0},
    {"modp2048s224", kKeyExchange, 23, 0},
    {"modp2048s256", kKeyExchange, 24, 0},
    {"ecp192", kKeyExchange, 25, 0},
    {"ecp224", kKeyExchange, 26, 0},
    {"ecp224bp", kKeyExchange, 27, 0},
    {"ecp256bp", kKeyExchange, 28, 0},
    {"ecp384bp", kKeyExchange, 29, 0},
    {"ecp512bp", kKeyExchange, 30, 0},
    {"curve25519", kKeyExchange, 31, 0},
    {"x25519", kKeyExchange, 31, 0},
    {"curve448", kKeyExchange, 32, 0},
    {"x448", kKeyExchange, 32, 0},
    {"mlkem512", kKeyExchange, 35, 0},
    {"mlkem768", kKeyExchange, 36, 0},
    {"mlkem1024", kKeyExchange, 37, 0},
};

// Ciphers whose word carries the key length: prefix, then bits, then suffix ("aes256gcm16").
struct SizedCipher {
  std::string_view prefix;
  std::string_view suffix;
  uint16_t id;
};

constexpr SizedCipher kSizedCiphers[] = {
    {"aes", "", 12},          {"aes", "ctr", 13},        {"aes", "ccm8", 14},
    {"aes", "ccm64", 14},     {"aes", "ccm12", 15},      {"aes", "ccm96", 15},
    {"aes", "ccm16", 16},     {"aes", "ccm128", 16},     {"aes", "ccm", 16},
    {"aes", "gcm8", 18},      {"aes", "gcm64", 18},      {"aes", "gcm12", 19},
    {"aes", "gcm96", 19},     {"aes", "gcm16", 20},      {"aes", "gcm128", 20},
    {"aes", "gcm", 20},       {"camellia", "", 23},      {"camellia", "ctr", 24},
    {"camellia", "ccm8", 25}, {"camellia", "ccm12", 26}, {"camellia", "ccm16", 27},
    {"blowfish", "", 7},
};

// Key exchange words may stand for an additional key exchange: "ke3_mlkem768", "ke1_none".
std::optional<uint8_t> TakeAdditionalPrefix(std::string_view& word) {
  if (word.size() < 5 || word.substr(0, 2) != "ke" || word[3] != '_') return std::nullopt;
  if (word[2] < '1' || word[2] > '7') return std::nullopt;
  uint8_t slot = static_cast<uint8_t>(word[2] - '1');
  word.remove_prefix(4);
  return static_cast<uint8_t>(kFirstAdditional + slot);
}

std::optional<Transform> FindFixed(std::string_view word) {
  for (const Word& row : kFixedWords) {
    if (row.text == word) return Transform{row.type, row.id, row.key_length};
  }
  return std::nullopt;
}

std::optional<Transform> FindSized(std::string_view word) {
  for (const SizedCipher& row : kSizedCiphers) {
    if (!word.starts_with(row.prefix)) continue;
    std::string_view rest = word.substr(row.prefix.size());
    uint16_t bits = 0;
    auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), bits);
    if (error != std::errc() || bits == 0) continue;
    std::string_view suffix(end, static_cast<size_t>(rest.data() + rest.size() - end));
    if (suffix == row.suffix) return Transform{kEncryption, row.id, bits};
  }
  // "aes" and "camellia" alone mean 128 bits.
  if (word == "aes") return Transform{kEncryption, 12, 128};
  if (word == "camellia") return Transform{kEncryption, 23, 128};
  return std::nullopt;
}

std::optional<Transform> FindWord(std::string_view word) {
  auto additional = TakeAdditionalPrefix(word);
  if (additional && word == "none") return Transform{*additional, 0, 0};
  auto found = FindFixed(word);
  if (!found) found = FindSized(word);
  if (!additional || !found) return found;
  if (found->type != kKeyExchange) return std::nullopt;
  found->type = *additional;
  return found;
}

// An integrity word alone implies the PRF of the same hash, as in strongSwan.
uint16_t PrfOfIntegrity(uint16_t integrity) {
  switch (integrity) {
    case 1:
    case 6:
      return 1;
    case 2:
    case 7:
      return 2;
    case 5:
      return 4;
    case 8:
      return 8;
    case 12:
      return 5;
    case 13:
      return 6;
    case 14:
      return 7;
    default:
      return 0;
  }
}

bool Has(const AllowedV2& allowed, uint8_t type) {
  return std::ranges::any_of(allowed, [&](const Transform& t) { return t.type == type; });
}

void AddImpliedPrfs(AllowedV2& allowed) {
  if (Has(allowed, kPrf)) return;
  AllowedV2 implied;
  for (const Transform& transform : allowed) {
    uint16_t prf = transform.type == kIntegrity ? PrfOfIntegrity(transform.id) : 0;
    if (prf != 0) implied.push_back({kPrf, prf, 0});
  }
  allowed.insert(allowed.end(), implied.begin(), implied.end());
}

std::string Impossible(const AllowedV2& allowed) {
  bool aead = false, plain = false;
  for (const Transform& transform : allowed) {
    if (transform.type == kEncryption) (IsAead(transform.id) ? aead : plain) = true;
  }
  if (!aead && !plain) return "no encryption algorithm";
  if (aead && plain) return "AEAD and other ciphers in one proposal";
  if (aead && Has(allowed, kIntegrity)) return "an integrity algorithm beside an AEAD cipher";
  if (plain && !Has(allowed, kIntegrity)) return "no integrity algorithm";
  if (!Has(allowed, kPrf)) return "no PRF";
  if (!Has(allowed, kKeyExchange)) return "no key exchange method";
  return "";
}

// IKEv1 has its own numbers (RFC 2409 appendix A, RFC 3602, RFC 4312, RFC 4868).
uint16_t CipherNumberV1(uint16_t ikev2_id) {
  switch (ikev2_id) {
    case 2:
      return 1;
    case 3:
      return 5;
    case 6:
      return 6;
    case 7:
      return 3;
    case 12:
      return 7;
    case 23:
      return 8;
    default:
      return 0;
  }
}

uint16_t HashNumberV1(uint16_t integrity) {
  switch (integrity) {
    case 1:
      return 1;
    case 2:
      return 2;
    case 12:
      return 4;
    case 13:
      return 5;
    case 14:
      return 6;
    default:
      return 0;
  }
}

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    size_t dash = text.find('-');
    words.push_back(text.substr(0, dash));
    if (dash == std::string_view::npos) return words;
    text.remove_prefix(dash + 1);
  }
}

tl::unexpected<std::string> BadWord(std::string_view proposal, std::string_view word) {
  return tl::make_unexpected("proposal \"" + std::string(proposal) + "\": unknown word \"" +
                             std::string(word) + "\"");
}

}  // namespace

bool IsAead(uint16_t encryption) {
  return (encryption >= 14 && encryption <= 16) || (encryption >= 18 && encryption <= 20) ||
         (encryption >= 25 && encryption <= 28);
}

tl::expected<AllowedV2, std::string> ParseProposalV2(std::string_view text) {
  AllowedV2 allowed;
  for (std::string_view word : SplitWords(text)) {
    auto transform = FindWord(word);
    if (!transform) return BadWord(text, word);
    allowed.push_back(*transform);
  }
  AddImpliedPrfs(allowed);
  std::string impossible = Impossible(allowed);
  if (impossible.empty()) return allowed;
  return tl::make_unexpected("proposal \"" + std::string(text) + "\": " + impossible);
}

tl::expected<AllowedV1, std::string> ParseProposalV1(std::string_view text) {
  AllowedV1 allowed;
  for (std::string_view word : SplitWords(text)) {
    auto transform = FindWord(word);
    if (!transform) return BadWord(text, word);
    uint16_t cipher = transform->type == kEncryption ? CipherNumberV1(transform->id) : 0;
    uint16_t hash = transform->type == kIntegrity ? HashNumberV1(transform->id) : 0;
    if (cipher != 0) {
      allowed.ciphers.push_back({cipher, transform->key_length});
    } else if (hash != 0) {
      allowed.hashes.push_back(hash);
    } else if (transform->type == kKeyExchange && transform->id < 35) {
      allowed.groups.push_back(transform->id);
    } else {
      return BadWord(text, word);
    }
  }
  if (!allowed.ciphers.empty() && !allowed.hashes.empty() && !allowed.groups.empty())
    return allowed;
  return tl::make_unexpected("proposal \"" + std::string(text) +
                             "\": an IKEv1 suite needs a cipher, a hash and a group");
}

std::optional<uint16_t> ParseAuthentication(std::string_view word) {
  if (word == "psk") return uint16_t{1};
  if (word == "dss") return uint16_t{2};
  if (word == "rsa") return uint16_t{3};
  if (word == "ecdsa" || word == "ecdsa256") return uint16_t{9};
  if (word == "ecdsa384") return uint16_t{10};
  if (word == "ecdsa521") return uint16_t{11};
  if (word == "hybrid")
    return uint16_t{64221};  // HybridInitRSA, draft-ietf-ipsec-isakmp-hybrid-auth
  if (word == "xauthpsk") return uint16_t{65001};
  uint16_t number = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

}  // namespace responder
