#include "exporter/http/reply_writer.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

namespace exporter {
namespace {

constexpr size_t kWorthCompressing = 1024;
// A piece's least size once compressed, lest each costs a system call of its own.
constexpr size_t kWorthSending = 8 * 1024;

struct StatusName {
  int status;
  std::string_view name;
};
constexpr StatusName kStatusNames[] = {
    {200, "OK"},
    {202, "Accepted"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

std::string_view StatusText(int status) {
  for (const StatusName& row : kStatusNames) {
    if (row.status == status) return row.name;
  }
  return "Unknown";
}

void AppendField(std::string_view name, std::string_view value, std::string* out) {
  out->append(name).append(": ");
  for (char c : value) {
    bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    out->push_back(control ? ' ' : c);
  }
  out->append("\r\n");
}

// RFC 9110 section 5.6.7; not strftime, whose names depend on the locale.
std::string HttpDate() {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::time_t now = std::time(nullptr);
  std::tm t{};
  gmtime_r(&now, &t);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[t.tm_wday],
                t.tm_mday, kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return text;
}

// The size of a chunk, written over `place` once it is known (RFC 9112 section 7.1).
constexpr std::string_view kSizePlace = "00000000\r\n";

void WriteSize(size_t size, char* place) {
  for (int digit = 7; digit >= 0; --digit, size >>= 4) place[digit] = "0123456789abcdef"[size & 15];
}

}  // namespace

ReplyForm FormFor(const HttpRequest& request) {
  return {request.method == "HEAD", request.keep_alive, request.takes_chunks,
          !request.spare && AcceptsGzip(request.Field("accept-encoding"))};
}

ReplyWriter::ReplyWriter(HttpReply reply, ReplyForm form, const std::vector<HttpField>& extra)
    : reply_(std::move(reply)), form_(form) {
  bool compresses = form_.gzip && (reply_.source || reply_.body.size() >= kWorthCompressing);
  if (reply_.source) {
    chunked_ = form_.chunks;
    form_.keep_alive &= chunked_;  // else the end of the connection is the end of the body
    if (compresses) gzip_.emplace();
  } else if (compresses) {
    std::string packed;
    GzipStream().Add(reply_.body, true, &packed);
    reply_.body = std::move(packed);
  }
  if (compresses) reply_.fields.push_back({"Content-Encoding", "gzip"});
  AppendHead(extra);
}

void ReplyWriter::AppendHead(const std::vector<HttpField>& extra) {
  head_ = "HTTP/1.1 " + std::to_string(reply_.status) + " ";
  head_.append(StatusText(reply_.status)).append("\r\n");
  AppendField("Date", HttpDate(), &head_);
  if (!reply_.type.empty()) AppendField("Content-Type", reply_.type, &head_);
  AppendField("X-Content-Type-Options", "nosniff", &head_);
  AppendField("Vary", "Accept-Encoding", &head_);
  // What the operator configured is said instead of our own.
  auto configured = [&extra](const HttpField& own) {
    return std::ranges::any_of(extra, [&own](const HttpField& field) {
      return strcasecmp(field.name.c_str(), own.name.c_str()) == 0;
    });
  };
  for (const HttpField& field : reply_.fields) {
    if (!configured(field)) AppendField(field.name, field.value, &head_);
  }
  for (const HttpField& field : extra) AppendField(field.name, field.value, &head_);
  if (chunked_) AppendField("Transfer-Encoding", "chunked", &head_);
  if (!reply_.source) AppendField("Content-Length", std::to_string(reply_.body.size()), &head_);
  AppendField("Connection", form_.keep_alive ? "keep-alive" : "close", &head_);
  head_.append("\r\n");
}

bool ReplyWriter::Next(std::string* out) {
  out->append(std::exchange(head_, {}));
  if (form_.head_only) return false;
  if (!reply_.source) {
    out->append(std::exchange(reply_.body, {}));
    return false;
  }
  size_t place = out->size();
  if (chunked_) out->append(kSizePlace);
  size_t begin = out->size();
  bool more = NextData(out);
  if (!chunked_) return more;
  size_t size = out->size() - begin;
  if (size > 0) {
    WriteSize(size, out->data() + place);
    out->append("\r\n");
  } else {
    out->resize(place);  // a chunk of no bytes would end the body
  }
  if (!more) out->append("0\r\n\r\n");
  return more;
}

bool ReplyWriter::NextData(std::string* out) {
  if (!gzip_) return reply_.source->Next(out);
  size_t begin = out->size();
  bool more = true;
  while (more && out->size() < begin + kWorthSending) {
    std::string piece;
    more = reply_.source->Next(&piece);
    gzip_->Add(piece, !more, out);
  }
  return more;
}

}  // namespace exporter
