// GzipStream: compresses a reply while it is made (RFC 1952), at the level that costs least: series
// of metrics shrink to a twentieth even so. Of one reply, one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace exporter {

class GzipStream {
 public:
  GzipStream();
  ~GzipStream();

  // Appends what is ready to `out`, maybe nothing; everything once `last`.
  void Add(std::string_view text, bool last, std::string* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether a field Accept-Encoding takes gzip: it is named, and not with the weight 0.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace exporter
