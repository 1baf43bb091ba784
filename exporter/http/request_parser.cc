#include "exporter/http/request_parser.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "exporter/url.h"

namespace exporter {
namespace {

// Fields of which a second one would leave it open which counts.
constexpr std::string_view kSingular[] = {"host",
                                          "content-length",
                                          "transfer-encoding",
                                          "content-type",
                                          "content-encoding",
                                          "origin",
                                          "sec-fetch-site",
                                          "authorization",
                                          "expect",
                                          "x-prometheus-scrape-timeout-seconds"};

char LowerChar(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerChar);
  return lower;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlpha(char c) { return LowerChar(c) >= 'a' && LowerChar(c) <= 'z'; }

// RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return IsDigit(c) || IsAlpha(c) || kMarks.find(c) != kMarks.npos;
  });
}

// RFC 9110 section 5.5: visible characters, spaces, tabs, and bytes above 0x7f.
bool IsFieldValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\t';
  });
}

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  size_t end = text.find_last_not_of(kBlank);
  return end == text.npos ? std::string_view{} : text.substr(begin, end + 1 - begin);
}

}  // namespace

size_t RequestParser::Feed(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && state_ != State::kComplete && state_ != State::kFailed) {
    std::string_view rest = bytes.substr(taken);
    bool counted = state_ == State::kBody || state_ == State::kChunkData;
    taken += counted ? FeedBody(rest) : FeedLine(rest);
  }
  return taken;
}

bool RequestParser::TakeContinue() { return std::exchange(continue_, false); }

HttpRequest RequestParser::Take() {
  HttpRequest request = std::move(request_);
  *this = RequestParser();
  return request;
}

void RequestParser::Fail(int status, std::string sentence) {
  state_ = State::kFailed;
  std::exchange(request_.body, {});
  error_ = HttpError{status, std::move(sentence), "request", 0};
}

size_t RequestParser::FeedBody(std::string_view bytes) {
  size_t size = std::min(bytes.size(), remaining_);
  request_.body.append(bytes.substr(0, size));
  remaining_ -= size;
  if (remaining_ > 0) return size;
  state_ = state_ == State::kBody ? State::kComplete : State::kChunkEnd;
  return size;
}

size_t RequestParser::FeedLine(std::string_view bytes) {
  size_t end = bytes.find('\n');
  size_t size = end == bytes.npos ? bytes.size() : end + 1;
  // No more than the limit is kept of a line that never ends.
  line_.append(bytes.substr(0, std::min(size, kMaxHead + 2)));
  if (!CheckLineLimit()) return size;
  if (end == bytes.npos) return size;
  if (line_.size() < 2 || line_[line_.size() - 2] != '\r') {
    Fail(400, "a line ends without a carriage return");
    return size;
  }
  std::string line = std::exchange(line_, {});
  line.resize(line.size() - 2);
  OnLine(line);
  return size;
}

// Early, so that neither a client that speaks TLS nor one that never ends a line is waited for.
bool RequestParser::CheckLineLimit() {
  if (state_ == State::kRequestLine) {
    bool upper = line_[0] >= 'A' && line_[0] <= 'Z';
    if (!upper && line_[0] != '\r' && line_[0] != '\n') {
      Fail(400, "this is no HTTP request");
    } else if (line_.size() > kMaxTarget + 32) {
      Fail(414, "the request line is longer than " + std::to_string(kMaxTarget) + " bytes");
    }
  } else if (state_ == State::kChunkSize || state_ == State::kChunkEnd) {
    if (line_.size() > kMaxChunkLine) Fail(400, "a chunk's size line is too long");
  } else if (head_bytes_ + line_.size() > kMaxHead) {
    Fail(431, "the header fields are longer than " + std::to_string(kMaxHead) + " bytes");
  }
  return state_ != State::kFailed;
}

void RequestParser::OnLine(std::string_view line) {
  if (state_ == State::kRequestLine && line.empty()) {
    // RFC 9112 section 2.2: an empty line before the request is skipped; one is enough.
    if (++lines_ > 1) Fail(400, "this is no HTTP request");
    return;
  }
  if (state_ == State::kRequestLine || state_ == State::kFields || state_ == State::kTrailers) {
    head_bytes_ += line.size() + 2;
    if (++lines_ > kMaxFields + 2) return Fail(431, "there are too many header fields");
  }
  switch (state_) {
    case State::kRequestLine:
      return OnRequestLine(line);
    case State::kFields:
      return line.empty() ? OnHeadEnd() : OnField(line);
    case State::kChunkSize:
      return OnChunkSize(line);
    case State::kChunkEnd:
      if (!line.empty()) return Fail(400, "a chunk is longer than its size");
      state_ = State::kChunkSize;
      return;
    case State::kTrailers:
      // They are dropped: nothing here is allowed to come after the body.
      if (line.empty()) state_ = State::kComplete;
      return;
    default:
      return;
  }
}

void RequestParser::OnRequestLine(std::string_view line) {
  size_t first = line.find(' ');
  size_t last = line.rfind(' ');
  if (first == line.npos || first == last) return Fail(400, "the request line is malformed");
  std::string_view method = line.substr(0, first);
  std::string_view version = line.substr(last + 1);
  if (!IsToken(method) || method.size() > 16) return Fail(400, "the method is malformed");
  bool known = version.size() == 8 && version.starts_with("HTTP/") && IsDigit(version[5]) &&
               version[6] == '.' && IsDigit(version[7]);
  if (!known) return Fail(400, "the request line is malformed");
  if (version[5] != '1') return Fail(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  request_.method = method;
  request_.takes_chunks = request_.keep_alive = version[7] != '0';
  state_ = State::kFields;
  OnTarget(line.substr(first + 1, last - first - 1));
}

void RequestParser::OnTarget(std::string_view target) {
  if (!IsVisibleAscii(target)) return Fail(400, "the request's target is malformed");
  // RFC 9112 section 3.2.2: the authority of an absolute target replaces the field Host.
  size_t scheme_end = target.find("://");
  std::string scheme = Lower(target.substr(0, scheme_end));
  if (scheme_end != target.npos && (scheme == "http" || scheme == "https")) {
    std::string_view rest = target.substr(scheme_end + 3);
    size_t slash = std::min(rest.find_first_of("/?#"), rest.size());
    authority_ = rest.substr(0, slash);
    target = rest.substr(slash);
    if (authority_.empty()) return Fail(400, "the request's target is malformed");
  }
  std::string_view path = target.substr(0, target.find('?'));
  auto decoded = PercentDecode(path.empty() && !authority_.empty() ? "/" : path);
  bool valid = decoded && (decoded->starts_with('/') || *decoded == "*") && !HasControl(*decoded) &&
               target.find('#') == target.npos;
  if (!valid) return Fail(400, "the request's target is malformed");
  request_.path = std::move(*decoded);
  if (path.size() < target.size()) request_.query = target.substr(path.size() + 1);
}

void RequestParser::OnField(std::string_view line) {
  if (line[0] == ' ' || line[0] == '\t') return Fail(400, "a header field is folded");
  size_t colon = line.find(':');
  std::string_view name = line.substr(0, std::min(colon, line.size()));
  if (colon == line.npos || !IsToken(name)) return Fail(400, "a header field is malformed");
  std::string_view value = Trim(line.substr(colon + 1));
  if (!IsFieldValue(value)) return Fail(400, "a header field is malformed");
  std::string lower = Lower(name);
  bool singular =
      std::find(std::begin(kSingular), std::end(kSingular), lower) != std::end(kSingular);
  bool seen = std::any_of(request_.fields.begin(), request_.fields.end(),
                          [&](const HttpField& field) { return field.name == lower; });
  if (singular && seen) return Fail(400, "the header field " + lower + " stands there twice");
  request_.fields.push_back({std::move(lower), std::string(value)});
}

void RequestParser::OnHeadEnd() {
  auto host = std::find_if(request_.fields.begin(), request_.fields.end(),
                           [](const HttpField& field) { return field.name == "host"; });
  if (host == request_.fields.end() && request_.takes_chunks) {
    return Fail(400, "the header field Host is missing");
  }
  if (!authority_.empty()) {
    if (host == request_.fields.end()) host = request_.fields.insert(host, {"host", ""});
    host->value = std::exchange(authority_, {});
  }
  CheckConnection();
  std::string_view length = request_.Field("content-length");
  std::string coding = Lower(request_.Field("transfer-encoding"));
  bool has_length = !length.empty();
  for (const HttpField& field : request_.fields) {
    if (field.value.empty() && field.name == "content-length") return OnLength("");
    if (field.value.empty() && field.name == "transfer-encoding") coding = "empty";
  }
  state_ = State::kComplete;
  if (!coding.empty()) {
    // RFC 9112 section 6.3: one of them is a lie that somebody else believes.
    if (has_length) return Fail(400, "both Content-Length and Transfer-Encoding are given");
    if (!request_.takes_chunks) return Fail(400, "HTTP/1.0 has no Transfer-Encoding");
    if (coding != "chunked") return Fail(501, "only the transfer coding chunked is understood");
    request_.has_body = true;
    state_ = State::kChunkSize;
  } else if (has_length) {
    OnLength(length);
  }
  bool waits = Lower(request_.Field("expect")) == "100-continue" && request_.takes_chunks;
  continue_ = waits && (state_ == State::kBody || state_ == State::kChunkSize);
}

void RequestParser::CheckConnection() {
  bool close = false;
  for (const HttpField& field : request_.fields) {
    if (field.name != "connection") continue;
    std::string options = Lower(field.value);
    for (std::string_view rest = options; !rest.empty();) {
      std::string_view option = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), option.size() + 1));
      close |= Trim(option) == "close";
      if (Trim(option) == "keep-alive") request_.keep_alive = true;
    }
  }
  if (close) request_.keep_alive = false;
}

void RequestParser::OnLength(std::string_view text) {
  bool digits = !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
  if (!digits) return Fail(400, "Content-Length is no number");
  // A number too long for the type is too long for the limit as well.
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), remaining_);
  if (error != std::errc{} || remaining_ > kMaxBody) {
    return Fail(413, "the body is longer than " + std::to_string(kMaxBody) + " bytes");
  }
  request_.has_body = remaining_ > 0;
  state_ = remaining_ > 0 ? State::kBody : State::kComplete;
}

void RequestParser::OnChunkSize(std::string_view line) {
  // RFC 9112 section 7.1.1: extensions that are not known are ignored. A blank alone begins none.
  std::string_view digits = line.substr(0, line.find_first_of("; \t"));
  std::string_view rest = Trim(line.substr(digits.size()));
  size_t size = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  bool number =
      !digits.empty() && end == digits.data() + digits.size() && (rest.empty() || rest[0] == ';');
  if (!number || !IsFieldValue(line)) return Fail(400, "a chunk's size is no number");
  if (error != std::errc{} || size > kMaxBody - request_.body.size()) {
    return Fail(413, "the body is longer than " + std::to_string(kMaxBody) + " bytes");
  }
  remaining_ = size;
  state_ = size > 0 ? State::kChunkData : State::kTrailers;
}

}  // namespace exporter
