// RequestParser: collects one HTTP/1.x request after another from a connection's bytes (RFC 9112),
// however they are cut. Strict, because what two parsers read differently is what attacks are made
// of: bare line feeds, folded lines, two lengths, repeated fields that matter, transfer codings
// other than "chunked" are refused. Bounded in every respect. Pure; of one connection, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/http/http_error.h"
#include "exporter/http/message.h"

namespace exporter {

class RequestParser {
 public:
  static constexpr size_t kMaxTarget = 8 * 1024;
  static constexpr size_t kMaxHead = 16 * 1024;  // trailers included
  static constexpr size_t kMaxFields = 100;
  static constexpr size_t kMaxBody = 64 * 1024;
  static constexpr size_t kMaxChunkLine = 256;

  // Takes bytes up to the end of one request and returns how many those were. Takes nothing once
  // it is complete or has failed.
  size_t Feed(std::string_view bytes);

  bool started() const { return state_ != State::kRequestLine || !line_.empty(); }
  bool in_body() const { return state_ >= State::kBody && state_ <= State::kTrailers; }
  bool complete() const { return state_ == State::kComplete; }
  // 400, 413, 414, 431, 501 or 505; the connection cannot be used any further.
  const std::optional<HttpError>& error() const { return error_; }
  const std::string& path() const { return request_.path; }

  // Whether the client waits for a word before it sends the body; says so once.
  bool TakeContinue();
  // REQUIRES: complete(). The parser is ready for the next request.
  HttpRequest Take();

  // What it holds in memory, in bytes.
  size_t held() const { return HeapBytes(line_) + head_bytes_ + HeapBytes(request_.body); }

 private:
  enum class State : unsigned char {
    kRequestLine,
    kFields,
    kBody,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailers,
    kComplete,
    kFailed,
  };

  size_t FeedLine(std::string_view bytes);
  size_t FeedBody(std::string_view bytes);
  void OnLine(std::string_view line);
  void OnRequestLine(std::string_view line);
  void OnTarget(std::string_view target);
  void OnField(std::string_view line);
  void OnHeadEnd();
  void OnChunkSize(std::string_view line);
  void OnLength(std::string_view text);
  void CheckConnection();
  bool CheckLineLimit();
  void Fail(int status, std::string sentence);

  State state_ = State::kRequestLine;
  HttpRequest request_;
  std::optional<HttpError> error_;
  std::string line_;       // so far, without its end
  std::string authority_;  // of an absolute target
  size_t head_bytes_ = 0;  // request line, fields and trailers
  size_t lines_ = 0;       // of them
  size_t remaining_ = 0;   // of the body or the chunk
  bool continue_ = false;
};

}  // namespace exporter
