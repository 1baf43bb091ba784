// Any bytes, cut anywhere, are HTTP requests or are refused; the same bytes in one piece and byte
// by byte give the same; nothing beyond the limits is held; and what was taken holds no control
// character where an answer or a log could repeat it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/credentials.h"
#include "exporter/http/gzip.h"
#include "exporter/http/request_parser.h"
#include "exporter/url.h"
#include "tests/fuzz/fuzz.h"

namespace {

using exporter::HttpRequest;
using exporter::RequestParser;
using ike::fuzz::Require;

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

void Check(const HttpRequest& request) {
  Require(!HasControl(request.path), "no control character in a path");
  Require(request.body.size() <= RequestParser::kMaxBody, "a body is bounded");
  Require(request.has_body || request.body.empty(), "a body is announced");
  int lengths = 0;
  for (const auto& field : request.fields) {
    Require(!HasControl(field.value) && !HasControl(field.name), "no control character in a field");
    lengths += field.name == "content-length" || field.name == "transfer-encoding" ? 1 : 0;
  }
  Require(lengths <= 1, "one length");
  exporter::QueryValues(request.query, "target");
  exporter::ParseCredentials(request.Field("authorization"));
  exporter::AcceptsGzip(request.Field("accept-encoding"));
}

struct Outcome {
  std::vector<std::string> seen;
  int status = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome Run(std::string_view bytes, size_t cut) {
  Outcome outcome;
  RequestParser parser;
  for (size_t at = 0; at < bytes.size() && !parser.error(); at += cut) {
    std::string_view piece = bytes.substr(at, cut);
    while (!piece.empty() && !parser.error()) {
      piece.remove_prefix(parser.Feed(piece));
      Require(parser.held() <= RequestParser::kMaxBody + 3 * RequestParser::kMaxHead, "held");
      if (!parser.complete()) continue;
      HttpRequest request = parser.Take();
      Check(request);
      outcome.seen.push_back(request.method + " " + request.path + " " + request.query + " " +
                             request.body);
    }
  }
  if (parser.error()) outcome.status = parser.error()->status;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Outcome whole = Run(bytes, size + 1);
  Require(whole == Run(bytes, 1), "cuts do not matter");
  Require(whole == Run(bytes, 7), "cuts do not matter");
  return 0;
}
