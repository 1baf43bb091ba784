// HeadCheck: looks at a request's head, line by line as it is received, before the HTTP library
// reads it. The library skips what it does not understand, takes the first of two fields, and
// decodes percent signs in values; what two readers could take differently is refused here
// (RFC 9112 sections 2.2, 3 and 5). It interprets nothing. Pure; of one request, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/http_error.h"

namespace exporter {

class HeadCheck {
 public:
  static constexpr size_t kMaxLine = 8 * 1024;  // what the library reads
  static constexpr size_t kMaxHead = 32 * 1024;
  static constexpr size_t kMaxFields = 100;

  enum class Action : unsigned char {
    kPass,  // the library is to read it
    kDrop,  // the library is not to see it
    kEnd,   // the head is complete
    kRefuse,
  };

  // A whole line, its end included. A method that the library does not know is overwritten by one
  // that no route takes: both are answered alike.
  Action Take(std::string* line);
  // A line that has not ended yet.
  Action TakePartial(std::string_view line);

  const HttpError& error() const { return *error_; }
  // What the request line asks for; empty before it.
  const std::string& target() const { return target_; }
  // The value of the field, which the library is not to see: it would compress at its own levels.
  const std::string& accept_encoding() const { return accept_encoding_; }

 private:
  Action TakeRequestLine(std::string* line);
  Action TakeField(std::string_view text, size_t size);
  Action Refuse(int status, std::string sentence);

  std::optional<HttpError> error_;
  std::string target_;
  std::string accept_encoding_;
  std::vector<std::string_view> seen_;  // of kTrusted
  size_t size_ = 0;
  size_t lines_ = 0;
};

}  // namespace exporter
