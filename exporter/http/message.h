// HttpRequest and HttpReply: what the site is asked and what it answers with, free of sockets and
// of the HTTP library. Values.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace exporter {

struct HttpField {
  std::string name;  // of a request: lower case
  std::string value;
};

struct HttpRequest {
  std::string method;
  std::string path;  // percent-decoded, without the query
  std::string query;
  std::vector<HttpField> fields;
  std::string body;
  std::string client;  // its address, of IPv6 its network
  bool has_body = false;

  // The value of the first field of that lower-case name; empty = there is none.
  std::string_view Field(std::string_view name) const {
    for (const HttpField& field : fields) {
      if (field.name == name) return field.value;
    }
    return {};
  }
};

// A body that is made while it is sent, so that its size costs no memory. One thread at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece. Returns false when that was the last.
  virtual bool Next(std::string* out) = 0;
};

struct HttpReply {
  int status = 200;
  std::string type;  // Content-Type
  std::string body;
  std::vector<HttpField> fields;
  std::unique_ptr<BodySource> source;  // instead of `body`
  // The reason under which a refusal to probe is counted, a constant; empty = it is none.
  std::string_view rejection;
};

}  // namespace exporter
