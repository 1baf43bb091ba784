#include "exporter/http/request_setup.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/base/url.h"
#include "exporter/http/client_stream.h"
#include "probes/base/ascii.h"

namespace exporter {
namespace {

bool HasControl(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

HttpError Malformed(std::string sentence, int status = 400) {
  return {status, std::move(sentence), "request", 0};
}

// RFC 9112 section 3.2.2: the authority of an absolute target replaces the field Host.
std::optional<HttpError> SetTarget(std::string_view target, HttpRequest* request) {
  HttpError malformed = Malformed("the request's target is malformed");
  std::string_view authority;
  size_t scheme_end = target.find("://");
  std::string scheme = ike::AsciiLower(target.substr(0, scheme_end));
  if (scheme_end != target.npos && (scheme == "http" || scheme == "https")) {
    std::string_view rest = target.substr(scheme_end + 3);
    size_t slash = std::min(rest.find_first_of("/?"), rest.size());
    authority = rest.substr(0, slash);
    target = rest.substr(slash);
    if (authority.empty()) return malformed;
    std::erase_if(request->fields, [](const HttpField& field) { return field.name == "host"; });
    request->fields.push_back({"host", std::string(authority)});
  }
  std::string_view path = target.substr(0, target.find('?'));
  auto decoded = PercentDecode(path.empty() && !authority.empty() ? "/" : path);
  bool valid = decoded && (decoded->starts_with('/') || *decoded == "*") && !HasControl(*decoded);
  if (!valid) return malformed;
  request->path = std::move(*decoded);
  if (path.size() < target.size()) request->query = target.substr(path.size() + 1);
  return std::nullopt;
}

bool KeepsAlive(const HttpRequest& request, bool by_default) {
  bool keeps = by_default;
  std::string options = ike::AsciiLower(request.Field("connection"));
  for (std::string_view rest = options; !rest.empty();) {
    std::string_view option = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
    while (option.starts_with(' ') || option.starts_with('\t')) option.remove_prefix(1);
    while (option.ends_with(' ') || option.ends_with('\t')) option.remove_suffix(1);
    if (option == "close") return false;
    if (option == "keep-alive") keeps = true;
  }
  return keeps;
}

// RFC 9112 section 6.3. Chunks are counted by the library once it has kept them, and not at all
// where somebody else reads the length differently: they are not taken.
std::optional<HttpError> SetBody(bool takes_chunks, ReadRequest* read) {
  std::string_view length = read->request.Field("content-length");
  std::string coding = ike::AsciiLower(read->request.Field("transfer-encoding"));
  if (!coding.empty() && !length.empty()) {
    return Malformed("both Content-Length and Transfer-Encoding are given");
  }
  if (!coding.empty() && !takes_chunks) return Malformed("HTTP/1.0 has no Transfer-Encoding");
  if (coding == "chunked") return Malformed("a body needs a Content-Length", 411);
  if (!coding.empty()) return Malformed("no transfer coding is understood", 501);
  if (length.empty()) return std::nullopt;
  bool digits = std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return Malformed("Content-Length is no number");
  // A number too long for the type is too long for the limit as well.
  auto [end, error] =
      std::from_chars(length.data(), length.data() + length.size(), read->body_size);
  if (error != std::errc{} || read->body_size > ClientStream::kMaxBody) {
    return Malformed("the body is longer than " + std::to_string(ClientStream::kMaxBody) + " bytes",
                     413);
  }
  return std::nullopt;
}

}  // namespace

ReadRequest SetUp(const HeadCheck& head, const std::optional<HttpError>& refused,
                  httplib::Request* library) {
  ReadRequest read;
  HttpRequest& request = read.request;
  request.method = library->method;
  for (const auto& [name, value] : library->headers) {
    request.fields.push_back({ike::AsciiLower(name), value});
  }
  read.takes_chunks = library->version != "HTTP/1.0";
  read.keep_alive = KeepsAlive(request, read.takes_chunks);
  bool has_host = !request.Field("host").empty() || library->has_header("Host");
  read.refusal = refused;
  if (refused) {
    request.path = head.target();
  } else {
    read.refusal = SetTarget(head.target(), &request);
  }
  if (!read.refusal) read.refusal = SetBody(read.takes_chunks, &read);
  if (!read.refusal && !has_host && read.takes_chunks) {
    read.refusal = Malformed("the header field Host is missing");
  }
  request.has_body = read.body_size > 0;
  // What the library goes by. A type without a body would have it look for parts of a form.
  library->path = request.path;
  library->headers.erase("Transfer-Encoding");
  library->headers.erase("Content-Length");
  library->set_header("Content-Length", std::to_string(read.body_size));
  if (!request.has_body) library->headers.erase("Content-Type");
  if (read.refusal || !request.has_body) library->headers.erase("Expect");
  return read;
}

}  // namespace exporter
