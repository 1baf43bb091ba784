// HttpError: why a request is not answered as asked: status, a sentence for a person, a token for a
// program. Value.
#pragma once

#include <string>
#include <string_view>

namespace exporter {

struct HttpError {
  int status = 400;
  std::string sentence;
  std::string_view reason = "request";  // a constant
  int retry_after = 0;                  // seconds; 0 = no such header
};

}  // namespace exporter
