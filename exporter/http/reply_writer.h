// ReplyWriter: turns a reply into the bytes of HTTP/1.1, piece by piece (RFC 9112): head, body,
// chunks, compression. Made and called by the worker that answers; of one reply, one thread at a
// time. What is in a reply cannot break out of its place: no byte of a field ends a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/gzip.h"
#include "exporter/http/message.h"

namespace exporter {

struct ReplyForm {
  bool head_only = false;  // HEAD
  bool keep_alive = true;  // the connection serves another request
  bool chunks = true;      // the client takes chunks
  bool gzip = false;       // the client takes gzip
};

// What `request` asks for.
ReplyForm FormFor(const HttpRequest& request);

class ReplyWriter {
 public:
  // `extra` are fields for every reply.
  ReplyWriter(HttpReply reply, ReplyForm form, const std::vector<HttpField>& extra);

  // Appends the next piece. Returns false when that was the last.
  bool Next(std::string* out);

  int status() const { return reply_.status; }
  // Whether the connection can serve another request after this reply.
  bool keep_alive() const { return form_.keep_alive; }

 private:
  void AppendHead(const std::vector<HttpField>& extra);
  bool NextData(std::string* out);

  HttpReply reply_;
  ReplyForm form_;
  std::string head_;
  bool chunked_ = false;
  std::optional<GzipStream> gzip_;  // of a source
};

}  // namespace exporter
