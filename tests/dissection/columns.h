// Columns: what our parsers see in a message, as the fields that tshark gives: a list of values for
// each, in the order of the message. For main.cc; pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "probes/base/bytes.h"

namespace ike::test {

// tshark's names of the fields, to its values.
using Columns = std::map<std::string, std::vector<std::string>>;

// Every field that ColumnsOf may fill.
const std::vector<std::string>& ColumnNames();

// Absent fields are empty. "malformed" holds a word on what does not parse.
Columns ColumnsOf(ByteSpan message);

}  // namespace ike::test
