// The body of a POST to the API, from anybody who reaches the port.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "exporter/json/request.h"
#include "tests/fuzz/fuzz.h"

using exporter::ApiEndpoint;
using exporter::ApiRequest;
using ike::fuzz::Require;

namespace {

void CheckRequest(const ApiRequest& request) {
  Require(!request.host.empty() && request.host.size() <= 300, "host");
  Require(!request.port || *request.port != 0, "port");
  Require(!request.timeout || (request.timeout->count() >= 1 && request.timeout->count() <= 60000),
          "timeout");
  Require(request.id.size() <= 255 && request.policy.size() <= 128, "bounded texts");
}

// It is written into an answer and may reach a terminal.
void CheckRefusal(std::string_view sentence) {
  Require(!sentence.empty() && sentence.size() <= 400, "a refusal is a sentence");
  Require(
      std::all_of(sentence.begin(), sentence.end(), [](char c) { return c >= 0x20 && c < 0x7f; }),
      "a refusal is printable");
}

bool Takes(std::string_view body, ApiEndpoint endpoint) {
  const auto request = exporter::ParseApiRequest(body, endpoint);
  if (request) {
    CheckRequest(*request);
  } else {
    CheckRefusal(request.error().sentence);
  }
  return request.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const bool version = Takes(body, ApiEndpoint::kVersion);
  Require(Takes(body, ApiEndpoint::kV2Sa) == version, "both take the same keys");
  Require(Takes(body, ApiEndpoint::kProbe) || !version, "its keys are more");
  Require(Takes(body, ApiEndpoint::kAudit) || !version, "and so are an audit's");
  return 0;
}
