#include "exporter/http/reply_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace exporter {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Its pieces one after another.
class Pieces final : public BodySource {
 public:
  explicit Pieces(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  bool Next(std::string* out) override {
    out->append(pieces_[next_++]);
    return next_ < pieces_.size();
  }

 private:
  std::vector<std::string> pieces_;
  size_t next_ = 0;
};

HttpReply Plain(std::string body) {
  HttpReply reply;
  reply.type = "text/plain";
  reply.body = std::move(body);
  return reply;
}

HttpReply Streamed(std::vector<std::string> pieces) {
  HttpReply reply;
  reply.source = std::make_unique<Pieces>(std::move(pieces));
  return reply;
}

struct Written {
  std::string head;
  std::string body;
  int pieces = 0;
  bool keep_alive = false;
};

Written Write(HttpReply reply, ReplyForm form, const std::vector<HttpField>& extra = {}) {
  ReplyWriter writer(std::move(reply), form, extra);
  Written written;
  std::string bytes;
  do {
    ++written.pieces;
  } while (writer.Next(&bytes));
  size_t end = bytes.find("\r\n\r\n") + 4;
  written.head = bytes.substr(0, end);
  written.body = bytes.substr(end);
  written.keep_alive = writer.keep_alive();
  return written;
}

std::string Dechunked(std::string_view bytes) {
  std::string body;
  for (;;) {
    size_t size = std::stoul(std::string(bytes.substr(0, bytes.find("\r\n"))), nullptr, 16);
    bytes.remove_prefix(bytes.find("\r\n") + 2);
    body += bytes.substr(0, size);
    EXPECT_EQ(bytes.substr(size, 2), "\r\n");
    bytes.remove_prefix(size + 2);
    if (size == 0) break;
  }
  EXPECT_EQ(bytes, "");
  return body;
}

std::string Unzipped(std::string packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(4 * 1024 * 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(ReplyWriter, WritesAWholeReply) {
  Written written = Write(Plain("hello"), {}, {{"X-Extra", "1"}});
  EXPECT_THAT(written.head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(written.head, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(written.head, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(written.head, HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(written.head, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(written.head, HasSubstr("\r\nX-Extra: 1\r\n"));
  EXPECT_THAT(written.head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(written.body, "hello");
}

TEST(ReplyWriter, StreamsInChunks) {
  Written written = Write(Streamed({"one", "", "three"}), {});
  EXPECT_THAT(written.head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(written.head, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(Dechunked(written.body), "onethree");
  EXPECT_EQ(written.pieces, 3);
  EXPECT_TRUE(written.keep_alive);
}

TEST(ReplyWriter, AnEmptyLastPieceEndsTheBody) {
  EXPECT_EQ(Dechunked(Write(Streamed({"one", ""}), {}).body), "one");
  EXPECT_EQ(Dechunked(Write(Streamed({""}), {}).body), "");
}

TEST(ReplyWriter, AnOldClientReadsToTheEndOfTheConnection) {
  ReplyForm form;
  form.chunks = false;
  Written written = Write(Streamed({"one", "two"}), form);
  EXPECT_EQ(written.body, "onetwo");
  EXPECT_FALSE(written.keep_alive);
  EXPECT_THAT(written.head, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(Write(Plain("a"), form).keep_alive);
}

TEST(ReplyWriter, HeadHasNoBody) {
  ReplyForm form;
  form.head_only = true;
  EXPECT_EQ(Write(Plain("hello"), form).body, "");
  EXPECT_THAT(Write(Plain("hello"), form).head, HasSubstr("Content-Length: 5"));
  EXPECT_EQ(Write(Streamed({"a"}), form).body, "");
}

TEST(ReplyWriter, Compresses) {
  ReplyForm form;
  form.gzip = true;
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "ike_up{target=\"t" + std::to_string(i) + "\"} 1\n";
  Written whole = Write(Plain(text), form);
  EXPECT_THAT(whole.head, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(whole.head, HasSubstr("\r\nContent-Length: " + std::to_string(whole.body.size())));
  EXPECT_EQ(Unzipped(whole.body), text);
  EXPECT_LT(whole.body.size() * 5, text.size());

  std::vector<std::string> pieces;
  for (size_t at = 0; at < text.size(); at += 65536) pieces.push_back(text.substr(at, 65536));
  Written streamed = Write(Streamed(pieces), form);
  EXPECT_EQ(Unzipped(Dechunked(streamed.body)), text);
  EXPECT_GT(streamed.pieces, 3);

  EXPECT_THAT(Write(Plain("short"), form).head, Not(HasSubstr("gzip")));
  EXPECT_EQ(Unzipped(Dechunked(Write(Streamed({"short"}), form).body)), "short");
}

TEST(ReplyWriter, NothingBreaksOutOfAField) {
  HttpReply reply = Plain("");
  reply.fields.push_back({"Location", "/a\r\nSet-Cookie: x\n\ny"});
  EXPECT_THAT(Write(std::move(reply), {}).head,
              HasSubstr("\r\nLocation: /a  Set-Cookie: x  y\r\n"));
}

TEST(Gzip, IsTakenByThoseWhoSaySo) {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1",
                          "gzip ; q=0.001", "gzip;q=1"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "*", ",,;"}) {
    EXPECT_FALSE(AcceptsGzip(no)) << no;
  }
}

}  // namespace
}  // namespace exporter
