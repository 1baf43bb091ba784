#include "probes/algorithms/vendor_ids.h"

#include <algorithm>
#include <array>

#include "probes/algorithms/implementations.h"

namespace ike {
namespace {

constexpr std::string_view kLucent = "Alcatel-Lucent";
constexpr std::string_view kApple = "Apple macOS";
constexpr std::string_view kAruba = "Aruba";
constexpr std::string_view kAvaya = "Avaya";
constexpr std::string_view kCheckPoint = "Check Point";
constexpr std::string_view kCisco = "Cisco";
constexpr std::string_view kCiscoIos = "Cisco IOS";
constexpr std::string_view kZastava = "ELVIS-PLUS Zastava";
constexpr std::string_view kStoneGate = "Forcepoint StoneGate";
constexpr std::string_view kFortiGate = "Fortinet FortiGate";
constexpr std::string_view kFreeSwan = "FreeS/WAN";
constexpr std::string_view kFreeSwanOrOpenswan = "FreeS/WAN or Openswan";
constexpr std::string_view kJuniper = "Juniper";
constexpr std::string_view kJunos = "Juniper Junos";
constexpr std::string_view kScreenOs = "Juniper ScreenOS";
constexpr std::string_view kWindows = "Microsoft Windows";
constexpr std::string_view kXbox = "Microsoft Xbox";
constexpr std::string_view kMikroTik = "MikroTik RouterOS";  // known by its behaviour only
constexpr std::string_view kNcp = "NCP";
constexpr std::string_view kNetgear = "Netgear";
constexpr std::string_view kNortel = "Nortel";
constexpr std::string_view kOpenIked = "OpenIKED";
constexpr std::string_view kOpenswan = "Openswan";
constexpr std::string_view kRacoon = "racoon";
constexpr std::string_view kSafeNetQuickSec = "SafeNet QuickSec";
constexpr std::string_view kSafeNetSoftRemote = "SafeNet SoftRemote";
constexpr std::string_view kShrewSoft = "Shrew Soft";
constexpr std::string_view kSidewinder = "Sidewinder";
constexpr std::string_view kSonicWall = "SonicWall";
constexpr std::string_view kSymantec = "Symantec";
constexpr std::string_view kTeldat = "Teldat";
constexpr std::string_view kTimestep = "Timestep";
constexpr std::string_view kZyxel = "Zyxel";

constexpr std::string_view kImplementations[] = {
    kUnknownImplementation,
    kLucent,
    kApple,
    kAruba,
    kAvaya,
    kCheckPoint,
    kCisco,
    kCiscoIos,
    kZastava,
    kStoneGate,
    kFortiGate,
    kFreeSwan,
    kFreeSwanOrOpenswan,
    kJuniper,
    kJunos,
    kScreenOs,
    kLibreswan,
    kWindows,
    kXbox,
    kMikroTik,
    kNcp,
    kNetgear,
    kNortel,
    kOpenIked,
    kOpenswan,
    kRacoon,
    kSafeNetQuickSec,
    kSafeNetSoftRemote,
    kShrewSoft,
    kSidewinder,
    kSonicWall,
    kStrongSwan,
    kSymantec,
    kTeldat,
    kTimestep,
    kZyxel,
};

// What follows the prefix, or what else must be true of the body.
enum class Tail : uint8_t {
  kNone,
  kInName,           // no tail: the version is in the row's name
  kText,             // ASCII
  kNumber,           // 4 bytes
  kDottedPair,       // 2 bytes, major and minor
  kAltigaRelease,    // 2 bytes, 0305 is 3.0.5
  kFortinetRelease,  // 2 bytes release, 2 bytes build
  kCapability,       // 4 bytes of flags, which say nothing about a version
  kNatTraversal,     // no tail; announces NAT traversal
  kTwelvePrintable,  // the prefix is too short to be evidence, unless the body is 12 printable
                     // bytes
  kCheckPointTime,   // 4 bytes of time, then 4 of zero
};

struct Row {
  std::string_view prefix;  // in hex
  std::string_view name;
  std::string_view implementation;
  Tail tail;
};

// Prefixes that are known to be misprints of other tables are left out. An implementation is named
// only where the evidence for it is good and the id is not one that others send too.
constexpr auto kRows = std::to_array<Row>({
#include "probes/algorithms/vendor_ids_00_4e.inc"
#include "probes/algorithms/vendor_ids_4f.inc"
#include "probes/algorithms/vendor_ids_50_ff.inc"
});

consteval bool AreSortedAndUnique() {
  for (size_t i = 1; i < kRows.size(); ++i) {
    if (!(kRows[i - 1].prefix < kRows[i].prefix)) return false;
  }
  return true;
}
static_assert(AreSortedAndUnique());

consteval size_t LongestPrefix() {
  size_t longest = 0;
  for (const Row& row : kRows) longest = std::max(longest, row.prefix.size());
  return longest;
}

// The first bytes of a body in hex: as much as a prefix and the longest condition behind it can
// need.
class HexHead {
 public:
  explicit HexHead(ByteSpan body) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (uint8_t byte : body.first(std::min(body.size(), text_.size() / 2))) {
      text_[size_++] = kDigits[byte >> 4];
      text_[size_++] = kDigits[byte & 0x0f];
    }
  }
  std::string_view text() const { return {text_.data(), size_}; }

 private:
  static constexpr size_t kConditionSize = 16;
  std::array<char, LongestPrefix() + kConditionSize> text_{};
  size_t size_ = 0;
};

bool IsPrintable(uint8_t byte) { return byte >= 0x20 && byte < 0x7f; }

bool Fits(const Row& row, ByteSpan body, std::string_view hex) {
  constexpr size_t kPrintableSize = 12;
  switch (row.tail) {
    case Tail::kTwelvePrintable:
      return body.size() == kPrintableSize && std::ranges::all_of(body, IsPrintable);
    case Tail::kCheckPointTime:
      return hex.substr(row.prefix.size()).size() >= 16 &&
             hex.substr(row.prefix.size() + 8, 8) == "00000000";
    default:
      return true;
  }
}

std::string_view CommonPrefix(std::string_view a, std::string_view b) {
  const auto end = std::ranges::mismatch(a, b).in1;
  return {a.begin(), end};
}

// The row of the longest prefix that fits. Whatever begins `key` sorts before it, so that each step
// either finds it or shortens the key to what it shares with its neighbour.
const Row* FindRow(ByteSpan body) {
  const HexHead head(body);
  std::string_view key = head.text();
  while (!key.empty()) {
    const auto after = std::ranges::upper_bound(kRows, key, {}, &Row::prefix);
    if (after == kRows.begin()) return nullptr;
    const Row& row = *std::prev(after);
    if (key.starts_with(row.prefix)) {
      if (Fits(row, body, head.text())) return &row;
      key = row.prefix.substr(0, row.prefix.size() - 1);
      continue;
    }
    key = CommonPrefix(key, row.prefix);
  }
  return nullptr;
}

std::string PrintableText(ByteSpan bytes) {
  constexpr size_t kMaxLength = 32;
  std::string text;
  for (uint8_t byte : bytes.first(std::min(bytes.size(), kMaxLength))) {
    if (!IsPrintable(byte)) break;
    text.push_back(static_cast<char>(byte));
  }
  const size_t start = text.find_first_not_of('-');
  return start == std::string::npos ? std::string() : text.substr(start);
}

// The first word of a name that starts with a digit.
std::string VersionInName(std::string_view name) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!name.empty() && !is_digit(name.front())) {
    name.remove_prefix(std::min(name.find(' '), name.size() - 1) + 1);
  }
  return std::string(name.substr(0, name.find(' ')));
}

std::string AltigaRelease(ByteSpan tail) {
  return std::to_string(tail[0]) + "." + std::to_string(tail[1] >> 4) + "." +
         std::to_string(tail[1] & 0x0f);
}

std::string VersionOf(const Row& row, ByteSpan body) {
  const ByteSpan tail = body.subspan(row.prefix.size() / 2);
  Reader reader(tail);
  switch (row.tail) {
    case Tail::kInName:
      return VersionInName(row.name);
    case Tail::kText:
      return PrintableText(tail);
    case Tail::kNumber:
      return tail.size() == 4 ? std::to_string(reader.U32()) : std::string();
    case Tail::kDottedPair:
      if (tail.size() != 2) return {};
      return std::to_string(tail[0]) + "." + std::to_string(tail[1]);
    case Tail::kAltigaRelease:
      return tail.size() == 2 ? AltigaRelease(tail) : std::string();
    case Tail::kFortinetRelease: {
      if (tail.size() != 4) return {};
      const std::string release = std::to_string(reader.U16());
      return release + " build " + std::to_string(reader.U16());
    }
    default:
      return {};
  }
}

// Teldat gateways send nine random bytes before their name.
bool IsTeldat(ByteSpan body) {
  constexpr std::string_view kName = "Teldat";
  constexpr size_t kRandomSize = 9;
  return body.size() == kRandomSize + kName.size() &&
         std::ranges::equal(body.subspan(kRandomSize), kName, [](uint8_t byte, char letter) {
           return byte == static_cast<uint8_t>(letter);
         });
}

}  // namespace

std::span<const std::string_view> Implementations() { return kImplementations; }

std::optional<VendorIdMatch> MatchVendorId(ByteSpan body) {
  if (IsTeldat(body)) return VendorIdMatch{kTeldat, kTeldat, {}};
  const Row* row = FindRow(body);
  if (row == nullptr) return std::nullopt;
  return VendorIdMatch{row->name, row->implementation, VersionOf(*row, body)};
}

std::string_view VendorIdText(ByteSpan body) {
  constexpr size_t kLeast = 4;
  while (!body.empty() && body.back() == 0) body = body.first(body.size() - 1);
  const bool is_text = body.size() >= kLeast && std::ranges::all_of(body, [](uint8_t byte) {
                         return byte >= ' ' && byte <= '~';
                       });
  if (!is_text) return {};
  return {reinterpret_cast<const char*>(body.data()), body.size()};
}

bool IsNatTraversalVendorId(ByteSpan body) {
  const Row* row = FindRow(body);
  return row != nullptr && row->tail == Tail::kNatTraversal;
}

}  // namespace ike
