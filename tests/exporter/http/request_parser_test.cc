#include "exporter/http/request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace exporter {
namespace {

constexpr char kGet[] = "GET /probe?target=a%20b HTTP/1.1\r\nHost: h\r\nX-A:  b c \r\n\r\n";
constexpr char kPost[] = "POST /x HTTP/1.1\r\nHost: h\r\n";

RequestParser Fed(std::string_view bytes) {
  RequestParser parser;
  parser.Feed(bytes);
  return parser;
}

int StatusOf(std::string_view bytes) {
  RequestParser parser = Fed(bytes);
  return parser.error() ? parser.error()->status : parser.complete() ? 200 : 0;
}

TEST(RequestParser, TakesARequestApart) {
  RequestParser parser = Fed(kGet);
  ASSERT_TRUE(parser.complete());
  HttpRequest request = parser.Take();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/probe");
  EXPECT_EQ(request.query, "target=a%20b");
  EXPECT_EQ(request.Field("host"), "h");
  EXPECT_EQ(request.Field("x-a"), "b c");
  EXPECT_EQ(request.Field("none"), "");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_TRUE(request.takes_chunks);
  EXPECT_FALSE(request.has_body);
  EXPECT_FALSE(parser.started());
}

// However the network cuts them, the same bytes are the same requests.
TEST(RequestParser, CutsDoNotMatter) {
  const std::string bytes = std::string(kPost) +
                            "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n"
                            "Trailer: x\r\n\r\n" +
                            kGet;
  for (size_t cut = 1; cut <= 7; ++cut) {
    RequestParser parser;
    std::vector<HttpRequest> requests;
    std::string held;
    for (size_t at = 0; at < bytes.size(); at += cut) {
      held += bytes.substr(at, cut);
      for (size_t taken = 1; taken > 0 && !held.empty();) {
        taken = parser.Feed(held);
        held.erase(0, taken);
        if (parser.complete()) requests.push_back(parser.Take());
      }
    }
    ASSERT_EQ(requests.size(), 2u) << cut;
    EXPECT_EQ(requests[0].body, "abcde");
    EXPECT_TRUE(requests[0].has_body);
    EXPECT_EQ(requests[1].path, "/probe");
  }
}

TEST(RequestParser, StopsAtTheEndOfOneRequest) {
  std::string bytes = std::string(kPost) + "Content-Length: 2\r\n\r\nabGET";
  RequestParser parser;
  EXPECT_EQ(parser.Feed(bytes), bytes.size() - 3);
  ASSERT_TRUE(parser.complete());
  EXPECT_EQ(parser.Feed("GET"), 0u);
  EXPECT_EQ(parser.Take().body, "ab");
}

TEST(RequestParser, KnowsWhenTheConnectionEnds) {
  auto keeps = [](std::string_view bytes) { return Fed(bytes).Take().keep_alive; };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: x\r\nConnection: y,close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
  EXPECT_FALSE(Fed("GET / HTTP/1.0\r\n\r\n").Take().takes_chunks);
}

TEST(RequestParser, AnAbsoluteTargetNamesTheHost) {
  HttpRequest request = Fed("GET http://evil:1/a?b HTTP/1.1\r\nHost: localhost\r\n\r\n").Take();
  EXPECT_EQ(request.Field("host"), "evil:1");
  EXPECT_EQ(request.path, "/a");
  EXPECT_EQ(request.query, "b");
  EXPECT_EQ(Fed("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").Take().path, "/");
  EXPECT_EQ(Fed("GET http://h/ HTTP/1.0\r\n\r\n").Take().Field("host"), "h");
  for (std::string target : {"http", "https", "http:", "http:/", "http://", "https:///x"}) {
    EXPECT_EQ(StatusOf("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"), 400) << target;
  }
}

TEST(RequestParser, SaysOnceThatAClientWaitsForAWord) {
  RequestParser parser =
      Fed(std::string(kPost) + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_TRUE(parser.in_body());
  EXPECT_TRUE(parser.TakeContinue());
  EXPECT_FALSE(parser.TakeContinue());
  RequestParser empty = Fed(std::string(kPost) + "Expect: 100-continue\r\n\r\n");
  EXPECT_TRUE(empty.complete());
  EXPECT_FALSE(empty.TakeContinue());
}

struct Refused {
  const char* what;
  std::string bytes;
  int status;
};

std::string Post(const std::string& rest) { return kPost + rest; }
std::string Chunks(const std::string& rest) {
  return Post("Transfer-Encoding: chunked\r\n\r\n" + rest);
}
std::string Get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

std::vector<Refused> Framing() {
  return {
      {"two lengths", Post("Content-Length: 1\r\nContent-Length: 1\r\n\r\na"), 400},
      {"a list of lengths", Post("Content-Length: 1, 1\r\n\r\na"), 400},
      {"length and coding", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"coding and length", Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"), 400},
      {"length 0 and coding", Post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"negative length", Post("Content-Length: -1\r\n\r\n"), 400},
      {"signed length", Post("Content-Length: +1\r\n\r\na"), 400},
      {"hex length", Post("Content-Length: 0x1\r\n\r\na"), 400},
      {"no length", Post("Content-Length:\r\n\r\na"), 400},
      {"a length that overflows", Post("Content-Length: 18446744073709551617\r\n\r\na"), 413},
      {"too long", Post("Content-Length: 65537\r\n\r\n"), 413},
      {"another coding", Post("Transfer-Encoding: gzip\r\n\r\n"), 501},
      {"two codings", Post("Transfer-Encoding: gzip, chunked\r\n\r\n"), 501},
      {"coding twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
       400},
      {"identity", Post("Transfer-Encoding: identity\r\n\r\n"), 501},
      {"an empty coding", Post("Transfer-Encoding:\r\nContent-Length: 2\r\n\r\nab"), 400},
      {"an empty coding alone", Post("Transfer-Encoding:\r\n\r\n"), 501},
      {"a coding with a vertical tab", Post("Transfer-Encoding: \vchunked\r\n\r\n"), 400},
      {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"a chunk's size with a sign", Chunks("-1\r\n"), 400},
      {"a chunk's size with 0x", Chunks("0x1\r\na\r\n"), 400},
      {"a chunk's size with a word", Chunks("1 a\r\na\r\n"), 400},
      {"a chunk without size", Chunks("\r\n"), 400},
      {"a blank before the size", Chunks(" 1\r\na\r\n"), 400},
      {"a chunk with a bare line feed", Chunks("1\na\r\n"), 400},
      {"a chunk longer than its size", Chunks("1\r\nab\r\n"), 400},
      {"a chunk past the limit", Chunks("10001\r\n"), 413},
      {"a size that overflows", Chunks("10000000000000000\r\n"), 413},
      {"chunks past the limit", Chunks("8000\r\n" + std::string(0x8000, 'a') + "\r\n8001\r\n"),
       413},
      {"an endless extension", Chunks("1;" + std::string(300, 'a')), 400},
      {"endless trailers", Chunks("0\r\n" + std::string(20000, 'a')), 431},
  };
}

std::vector<Refused> Heads() {
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a: b\r\n";
  return {
      {"TLS", std::string("\x16\x03\x01\x02\x00", 5), 400},
      {"lower case", "get / HTTP/1.1\r\n", 400},
      {"two empty lines first", "\r\n\r\n", 400},
      {"bare line feeds", "GET / HTTP/1.1\nHost: h\n\n", 400},
      {"a bare line feed in a field", "GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", 400},
      {"a carriage return in a field", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400},
      {"no version", "GET /\r\n\r\n", 400},
      {"two targets", "GET / / HTTP/1.1\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n", 505},
      {"HTTP/0.9", "GET / HTTP/0.9\r\n", 505},
      {"HTTP/1.10", "GET / HTTP/1.10\r\n", 400},
      {"a long method", "AAAAAAAAAAAAAAAAA / HTTP/1.1\r\n", 400},
      {"a method with a mark", "GE\"T / HTTP/1.1\r\n", 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"two Origins", "GET / HTTP/1.1\r\nOrigin: a\r\norigin: b\r\n", 400},
      {"two Sec-Fetch-Sites", "GET / HTTP/1.1\r\nSec-Fetch-Site: a\r\nSec-Fetch-Site: b\r\n", 400},
      {"a folded line", "GET / HTTP/1.1\r\nHost: h\r\n x\r\n\r\n", 400},
      {"a blank before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
      {"no colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400},
      {"no name", "GET / HTTP/1.1\r\n: h\r\n\r\n", 400},
      {"a NUL in a name", std::string("GET / HTTP/1.1\r\nHo\0st: h\r\n\r\n", 29), 400},
      {"a NUL in a value", std::string("GET / HTTP/1.1\r\nHost: h\0\r\n\r\n", 29), 400},
      {"DEL in a value", "GET / HTTP/1.1\r\nHost: h\x7f\r\n\r\n", 400},
      {"a NUL in the target", std::string("GET /\0 HTTP/1.1\r\n", 17), 400},
      {"a decoded NUL", Get("/%00"), 400},
      {"a decoded line feed", Get("/a%0d%0aB:%20c"), 400},
      {"half an escape", Get("/%4"), 400},
      {"no escape", Get("/%zz"), 400},
      {"a fragment", Get("/a#b"), 400},
      {"bytes above ASCII", Get("/\xff"), 400},
      {"no slash", Get("a"), 400},
      {"another scheme", Get("ftp://h/"), 400},
      {"no authority", Get("http:///a"), 400},
      {"a long target", "GET /" + std::string(9000, 'a'), 414},
      {"a long head", "GET / HTTP/1.1\r\nA: " + std::string(17000, 'a'), 431},
      {"many fields", "GET / HTTP/1.1\r\nHost: h\r\n" + many + "\r\n", 431},
  };
}

TEST(RequestParser, RefusesWhatOthersCouldReadDifferently) {
  for (const auto& rows : {Framing(), Heads()}) {
    for (const Refused& row : rows) {
      EXPECT_EQ(StatusOf(row.bytes), row.status) << row.what;
      RequestParser parser;
      for (char c : row.bytes) parser.Feed({&c, 1});
      EXPECT_EQ(parser.error() ? parser.error()->status : 0, row.status) << row.what;
    }
  }
}

TEST(RequestParser, TakesWhatIsOnlyUnusual) {
  EXPECT_EQ(StatusOf("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHOST:h\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: \t h\t\r\nA:\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf(Post("Content-Length: 0\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Post("Content-Length: 0002\r\n\r\nab")), 200);
  EXPECT_EQ(StatusOf(Post("Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Chunks("A ; x\r\n0123456789\r\n0\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Chunks("0ffff\r\n" + std::string(65535, 'a') + "\r\n0\r\n\r\n")), 200);
  EXPECT_EQ(StatusOf(Post("Content-Length: 65536\r\n\r\n" + std::string(65536, 'a'))), 200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: h\r\nX: \xc3\xa9\r\n\r\n"), 200);
}

// Whatever a client sends, no more than the limits is held for it.
TEST(RequestParser, HoldsLittle) {
  for (const char* begin : {"", "G", "GET / HTTP/1.1\r\nA: "}) {
    RequestParser parser;
    parser.Feed(begin);
    for (int i = 0; i < 100; ++i) parser.Feed(std::string(64 * 1024, 'a'));
    EXPECT_TRUE(parser.error());
    EXPECT_LE(parser.held(), 2 * RequestParser::kMaxHead);
  }
}

}  // namespace
}  // namespace exporter
