#include "exporter/http/head_check.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "probes/base/ascii.h"

namespace exporter {
namespace {

// Fields that decide something: a second one, or an escape that only some readers decode, would
// leave it open what is said.
constexpr std::string_view kTrusted[] = {"host",
                                         "content-length",
                                         "transfer-encoding",
                                         "content-type",
                                         "content-encoding",
                                         "connection",
                                         "expect",
                                         "origin",
                                         "sec-fetch-site",
                                         "authorization",
                                         "x-prometheus-scrape-timeout-seconds"};
constexpr std::string_view kLibraryMethods[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                "CONNECT", "OPTIONS", "TRACE", "PATCH"};

template <typename Range>
bool Contains(const Range& range, std::string_view text) {
  return std::find(std::begin(range), std::end(range), text) != std::end(range);
}

// RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || kMarks.find(static_cast<char>(c)) != kMarks.npos);
  });
}

bool IsControl(unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }

std::string_view TrimLeft(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

// Of a Referer, only the authority is compared with anything.
std::string_view TrustedPart(std::string_view name, std::string_view value) {
  if (name != "referer") return Contains(kTrusted, name) ? value : std::string_view{};
  size_t authority = value.find("//");
  return authority == value.npos ? value : value.substr(0, value.find('/', authority + 2));
}

}  // namespace

HeadCheck::Action HeadCheck::Refuse(int status, std::string sentence) {
  error_ = HttpError{status, std::move(sentence), "request", 0};
  return Action::kRefuse;
}

// Early, so that neither a client that speaks TLS nor one that never ends a line is waited for.
HeadCheck::Action HeadCheck::TakePartial(std::string_view line) {
  if (lines_ == 0 && !line.empty()) {
    bool upper = line[0] >= 'A' && line[0] <= 'Z';
    if (!upper && line[0] != '\r' && line[0] != '\n') return Refuse(400, "this is no HTTP request");
    if (line.size() > kMaxLine) {
      return Refuse(414, "the request line is longer than " + std::to_string(kMaxLine) + " bytes");
    }
  }
  if (size_ + line.size() <= kMaxHead) return Action::kPass;
  return Refuse(431, "the header fields are longer than " + std::to_string(kMaxHead) + " bytes");
}

HeadCheck::Action HeadCheck::Take(std::string* line) {
  if (TakePartial(*line) == Action::kRefuse) return Action::kRefuse;
  if (line->size() < 2 || (*line)[line->size() - 2] != '\r') {
    return Refuse(400, "a line ends without a carriage return");
  }
  size_ += line->size();
  std::string_view text = std::string_view(*line).substr(0, line->size() - 2);
  if (text.empty() && lines_ > 0) return Action::kEnd;
  if (text.empty()) {
    // RFC 9112 section 2.2: an empty line before the request is skipped; one is enough.
    return size_ == 2 ? Action::kDrop : Refuse(400, "this is no HTTP request");
  }
  if (++lines_ > kMaxFields + 1) return Refuse(431, "there are too many header fields");
  return lines_ == 1 ? TakeRequestLine(line) : TakeField(text, line->size());
}

HeadCheck::Action HeadCheck::TakeRequestLine(std::string* line) {
  std::string_view text = std::string_view(*line).substr(0, line->size() - 2);
  size_t first = text.find(' ');
  size_t last = text.rfind(' ');
  bool visible = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!visible || first == text.npos || last < first + 2) {
    return Refuse(400, "the request line is malformed");
  }
  std::string_view target = text.substr(first + 1, last - first - 1);
  std::string_view version = text.substr(last + 1);
  bool known = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
               std::isdigit(version[5]) && std::isdigit(version[7]);
  bool valid = IsToken(text.substr(0, first)) && target.find_first_of(" #") == target.npos;
  if (!known || !valid) return Refuse(400, "the request line is malformed");
  target_ = target;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  if (!Contains(kLibraryMethods, text.substr(0, first))) line->replace(0, first, "TRACE");
  return Action::kPass;
}

HeadCheck::Action HeadCheck::TakeField(std::string_view text, size_t size) {
  if (text[0] == ' ' || text[0] == '\t') return Refuse(400, "a header field is folded");
  size_t colon = std::min(text.find(':'), text.size());
  std::string name = ike::AsciiLower(text.substr(0, colon));
  bool valid = colon < text.size() && IsToken(name) && std::ranges::none_of(text, IsControl);
  if (!valid) return Refuse(400, "a header field is malformed");
  std::string_view value = TrimLeft(text.substr(colon + 1));
  if (TrustedPart(name, value).find('%') != value.npos) {
    return Refuse(400, "the header field " + name + " holds a percent sign");
  }
  if (Contains(kTrusted, name)) {
    if (Contains(seen_, name)) return Refuse(400, "the header field " + name + " is given twice");
    seen_.push_back(*std::find(std::begin(kTrusted), std::end(kTrusted), name));
    bool empty_length = value.empty() && (name == "content-length" || name == "transfer-encoding");
    if (empty_length) return Refuse(400, "the header field " + name + " is empty");
  }
  if (name == "accept-encoding") accept_encoding_ = value;
  // A range would be matched with a recursive regular expression; nothing here serves ranges.
  if (name == "accept-encoding" || name == "range") return Action::kDrop;
  if (size <= kMaxLine) return Action::kPass;
  // No credentials are as long: they are wrong.
  if (!Contains(kTrusted, name) || name == "authorization") return Action::kDrop;
  return Refuse(431, "the header field " + name + " is too long");
}

}  // namespace exporter
