#include "exporter/http/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "probes/base/ascii.h"

namespace exporter {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip format
constexpr int kMemoryLevel = 8;
constexpr size_t kPiece = 16 * 1024;

bool IsZeroWeight(std::string_view parameter) {
  if (!parameter.starts_with("q=0")) return false;
  parameter.remove_prefix(3);
  return parameter.find_first_not_of(".0") == parameter.npos;
}

}  // namespace

struct GzipStream::State {
  z_stream stream{};
  bool ready = false;
};

GzipStream::GzipStream() : state_(std::make_unique<State>()) {
  state_->ready = deflateInit2(&state_->stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                               Z_DEFAULT_STRATEGY) == Z_OK;
}

GzipStream::~GzipStream() {
  if (state_->ready) deflateEnd(&state_->stream);
}

void GzipStream::Add(std::string_view text, bool last, std::string* out) {
  z_stream& stream = state_->stream;
  // zlib takes a pointer to what it does not change.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  do {
    size_t used = out->size();
    out->resize(used + kPiece);
    stream.next_out = reinterpret_cast<Bytef*>(out->data() + used);
    stream.avail_out = kPiece;
    if (state_->ready) deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
    out->resize(used + kPiece - stream.avail_out);
  } while (state_->ready && stream.avail_out == 0);
}

bool AcceptsGzip(std::string_view accept_encoding) {
  std::string lower;
  for (char c : accept_encoding) {
    if (c != ' ' && c != '\t') lower += ike::AsciiLower(c);
  }
  for (std::string_view rest = lower; !rest.empty();) {
    std::string_view coding = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), coding.size() + 1));
    size_t semicolon = std::min(coding.find(';'), coding.size());
    if (coding.substr(0, semicolon) != "gzip") continue;
    return semicolon == coding.size() || !IsZeroWeight(coding.substr(semicolon + 1));
  }
  return false;
}

}  // namespace exporter
