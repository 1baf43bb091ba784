// Every vendor id of golden/vendor_ids.txt, collected from public sources: its bytes, the name that
// they give it, and what the bytes are made of where that is known.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/algorithms/vendor_ids.h"
#include "tests/support/hex.h"
#include "tests/support/test_path.h"

namespace ike {
namespace {

using test::FromHex;
using test::ToHex;

struct Row {
  std::string hex;
  std::string name;
  std::string derivation;
};

std::vector<Row> Rows() {
  std::ifstream file(TestPath("golden/vendor_ids.txt"));
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    const size_t first = line.find('\t');
    const size_t second = line.find('\t', first + 1);
    rows.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                    line.substr(second + 1)});
  }
  return rows;
}

// How a row departs from "the bytes alone give the row's name".
struct Exception {
  const char* tail;  // in hex, what follows on the wire: the bytes alone say nothing
  const char* name;  // what we call it; empty: nothing
  const char* reason;
};

const std::map<std::string_view, Exception>& Exceptions() {
  static const std::map<std::string_view, Exception> exceptions = {
      {"013f11823f966fa91900f024ba66a86b", {"", "", "a misprint of 13f11823..., a nibble late"}},
      {"9aa1f3b43472a45d5f506aeb26c0f214",
       {"", "", "a misprint: the hash of SSH's 4.1.0 with two nibbles exchanged"}},
      {"4048b7d56ebce88525e7de7f00d6c2d380000000",
       {"", "FRAGMENTATION", "flags behind the id of all who fragment, not of Cisco alone"}},
      {"1f07f70eaa6514d3b0fa96542a500100",
       {"", "Cisco VPN 3000 Series", "the release is the version, not a part of the name"}},
      {"1f07f70eaa6514d3b0fa96542a500300", {"", "Cisco VPN 3000 Series", "likewise"}},
      {"1f07f70eaa6514d3b0fa96542a500301", {"", "Cisco VPN 3000 Series", "likewise"}},
      {"1f07f70eaa6514d3b0fa96542a500305", {"", "Cisco VPN 3000 Series", "likewise"}},
      {"1f07f70eaa6514d3b0fa96542a500407", {"", "Cisco VPN 3000 Series", "likewise"}},
      {"12f5f28c457168a9702d9fe274cc0100",
       {"", "Cisco Unity", "the shorter row's name, with its version"}},
      {"4865617274426561745f4e6f74696679386b0100",
       {"", "HeartBeat Notify", "others than Juniper send it too"}},
      {"1e2b516905991c7d7c96fcbfb587e46100000010",
       {"", "MS NT5 ISAKMPOAKLEY", "doubtful: Microsoft's list ends at 9"}},
      {"90cb80913ebb696e086381b5ec427b1f",
       {"", "draft-ietf-ipsec-nat-t-ike-02\\n", "the hash has a line feed, which _n stands for"}},
      {"4f45",
       {"6162636465666768696a", "FreeS/WAN or Openswan",
        "two bytes are no evidence: 12 printable ones are"}},
      {"4f454e", {"616263646566676869", "Libreswan 3.0 to 3.5", "likewise; spelt out"}},
      {"4f5357", {"616263646566676869", "Openswan 2.6.40 or later", "likewise; spelt out"}},
      {"4f452d4c696272657377616e2d", {"", "Libreswan", "a prefix of all later releases"}},
      {"f4ed19e0c114eb516faaac0ee37daf2807b4381f000000010000138d",
       {"4a5b6c7d00000000", "Firewall-1 NGX or later", "a time and zeros belong to it"}},
  };
  return exceptions;
}

TEST(VendorIdRows, EachGivesTheRowsName) {
  const std::vector<Row> rows = Rows();
  ASSERT_EQ(rows.size(), 571u);
  size_t met = 0;
  for (const Row& row : rows) {
    const auto exception = Exceptions().find(row.hex);
    const bool usual = exception == Exceptions().end();
    met += usual ? 0 : 1;
    const std::string body = row.hex + (usual ? "" : exception->second.tail);
    const std::string expected = usual ? row.name : exception->second.name;
    const auto match = MatchVendorId(FromHex(body));
    EXPECT_EQ(match ? std::string(match->name) : "", expected) << body;
  }
  EXPECT_EQ(met, Exceptions().size()) << "an exception is of no row";
}

// An exception that is none would hide a row that stops matching.
TEST(VendorIdRows, EachExceptionIsOne) {
  for (const Row& row : Rows()) {
    const auto exception = Exceptions().find(row.hex);
    if (exception == Exceptions().end()) continue;
    const auto match = MatchVendorId(FromHex(row.hex));
    EXPECT_TRUE(!match || match->name != row.name) << row.hex << " " << exception->second.reason;
  }
}

// The words between the first and the last quotation mark from `from` on.
std::string Quoted(const std::string& text, size_t from) {
  const size_t start = text.find('"', from);
  return text.substr(start + 1, text.rfind('"') - start - 1);
}

// A line feed is written as \n.
Bytes Md5(std::string text) {
  if (text.ends_with("\\n")) text.replace(text.size() - 2, 2, "\n");
  Bytes digest(16);
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  return digest;
}

// pluto's: letters, then as many bytes of the hash as make 12, turned into printable ones; DEL,
// which is none, only by later releases.
Bytes PlutoId(const std::string& letters, const std::string& hashed, bool map_delete) {
  constexpr size_t kSize = 12;
  constexpr uint8_t kDelete = 0x7f;
  Bytes id(letters.begin(), letters.end());
  for (uint8_t byte : Md5(hashed)) {
    if (id.size() == kSize) break;
    const uint8_t printable = (byte & 0x7f) | 0x40;
    id.push_back(map_delete && printable == kDelete ? '_' : printable);
  }
  return id;
}

// What the derivation comes to, as far as it reaches: absent if it is not known.
std::optional<Bytes> Derived(const std::string& derivation) {
  const size_t hash = derivation.find("MD5(");
  if (derivation.starts_with("ASCII ")) {
    const std::string text = Quoted(derivation, 0);
    return Bytes(text.begin(), text.end());
  }
  if (hash == std::string::npos) return std::nullopt;
  if (derivation.starts_with('"')) {
    return PlutoId(derivation.substr(1, derivation.find('"', 1) - 1), Quoted(derivation, hash),
                   derivation.ends_with("DEL mapped to _"));
  }
  Bytes digest = Md5(Quoted(derivation, hash));
  if (derivation.starts_with("first ")) digest.resize(std::stoul(derivation.substr(6)));
  return digest;
}

// The bytes, computed: so that a slip in a row shows.
TEST(VendorIdRows, EachIsMadeOfWhatItSays) {
  size_t derived = 0;
  for (const Row& row : Rows()) {
    const auto bytes = Derived(row.derivation);
    if (!bytes) continue;
    ++derived;
    EXPECT_TRUE(row.hex.starts_with(ToHex(*bytes))) << row.hex << " " << row.derivation;
  }
  EXPECT_EQ(derived, 464u);
}

}  // namespace
}  // namespace ike
