// Writes random messages, and what our parsers see in them, for dissection_test.py:
//
//   ike_random_messages SEED COUNT
//
// The first line names the fields; then a message a line, in hex, with the values of each field.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/dissection/columns.h"
#include "tests/dissection/random_message.h"
#include "tests/support/hex.h"

namespace {

std::string Joined(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ",") + value;
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: ike_random_messages SEED COUNT\n", stderr);
    return 2;
  }
  ike::test::RandomMessage random(std::strtoull(argv[1], nullptr, 10));
  std::string names = "message\tmalformed";
  for (const std::string& name : ike::test::ColumnNames()) names += "\t" + name;
  std::puts(names.c_str());
  for (unsigned long left = std::strtoul(argv[2], nullptr, 10); left > 0; --left) {
    const ike::Bytes message = random.Next();
    ike::test::Columns columns = ike::test::ColumnsOf(message);
    std::string line = ike::test::ToHex(message) + "\t" + Joined(columns["malformed"]);
    for (const std::string& name : ike::test::ColumnNames()) line += "\t" + Joined(columns[name]);
    std::puts(line.c_str());
  }
  return 0;
}
