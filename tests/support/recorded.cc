#include "tests/support/recorded.h"

#include <fstream>
#include <string_view>

#include "tests/support/hex.h"
#include "tests/support/test_path.h"

namespace ike::test {
namespace {

void ReadLine(std::string_view line, const std::string& peer,
              std::vector<RecordedExchange>* exchanges) {
  const size_t space = line.find(' ');
  if (line.empty() || line[0] == '#' || space == std::string_view::npos) return;
  const std::string_view key = line.substr(0, space);
  const std::string_view value = line.substr(space + 1);
  if (key == "case") {
    RecordedExchange& started = exchanges->emplace_back();
    started.peer = peer;
    started.name = value;
    return;
  }
  RecordedExchange& exchange = exchanges->back();
  if (key == "result") exchange.result = value;
  if (key == "request") exchange.request = FromHex(value);
  if (key == "response") exchange.responses.push_back(FromHex(value));
  if (key == "request-stream") exchange.request_stream = FromHex(value);
  if (key == "stream") exchange.response_stream = FromHex(value);
}

void ReadFile(const std::string& peer, std::vector<RecordedExchange>* exchanges) {
  std::ifstream file(TestPath("data/lab/" + peer + ".txt"));
  for (std::string line; std::getline(file, line);) ReadLine(line, peer, exchanges);
}

}  // namespace

std::vector<RecordedExchange> LoadRecorded() {
  std::vector<RecordedExchange> exchanges;
  for (const char* peer :
       {"lw", "ss-cookie", "ss-default", "ss-ke", "ss-nat", "ss-strong", "ss-weak"}) {
    ReadFile(peer, &exchanges);
  }
  return exchanges;
}

std::vector<RecordedExchange> LoadRecordedRequests() {
  std::vector<RecordedExchange> requests;
  ReadFile("requests", &requests);
  return requests;
}

}  // namespace ike::test
