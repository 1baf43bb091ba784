// What the HTTP library has read, as the site takes it, and what is refused of it. Called by the
// service between the head and the body. Pure.
#pragma once

#include <httplib.h>

#include <cstddef>
#include <optional>

#include "exporter/http/head_check.h"
#include "exporter/http/message.h"

namespace exporter {

struct ReadRequest {
  HttpRequest request;
  std::optional<HttpError> refusal;
  size_t body_size = 0;
  bool keep_alive = true;
  bool takes_chunks = true;  // not HTTP/1.0
};

// Leaves in `library` what it is to go by: the path, the length of the body.
ReadRequest SetUp(const HeadCheck& head, const std::optional<HttpError>& refused,
                  httplib::Request* library);

}  // namespace exporter
