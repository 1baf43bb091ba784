// What is refused of a head before the HTTP library reads it, and what the library does not see.
#include "exporter/http/head_check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace exporter {
namespace {

using Action = HeadCheck::Action;

struct Checked {
  Action verdict = Action::kPass;
  int status = 0;
  std::string passed;  // what the library reads
};

Checked Check(const std::vector<std::string>& lines) {
  HeadCheck check;
  Checked checked;
  for (std::string line : lines) {
    checked.verdict = check.Take(&line);
    if (checked.verdict == Action::kRefuse) {
      checked.status = check.error().status;
      return checked;
    }
    if (checked.verdict != Action::kDrop) checked.passed += line;
    if (checked.verdict == Action::kEnd) return checked;
  }
  return checked;
}

Checked WithField(const std::string& field) {
  return Check({"GET / HTTP/1.1\r\n", field + "\r\n", "\r\n"});
}

TEST(HeadCheck, PassesWhatIsPlain) {
  const std::string head =
      "GET /a?b=%20c HTTP/1.1\r\nHost: [::1]:9\r\nX: \r\nCookie: a%20b\r\n\r\n";
  EXPECT_EQ(Check({"GET /a?b=%20c HTTP/1.1\r\n", "Host: [::1]:9\r\n", "X: \r\n",
                   "Cookie: a%20b\r\n", "\r\n"})
                .passed,
            head);
}

TEST(HeadCheck, RefusesRequestLines) {
  for (const char* line :
       {"GET / HTTP/1.1\n", "get\r\n", "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", "GET /\r\n",
        "GET / x HTTP/1.1\r\n", "GET /#a HTTP/1.1\r\n", "GET /\t HTTP/1.1\r\n",
        "GET /\x80 HTTP/1.1\r\n", "GET / HTTP/1\r\n", "G(T / HTTP/1.1\r\n", "\x16\x03\r\n"}) {
    EXPECT_EQ(Check({line}).status, 400) << line;
  }
  EXPECT_EQ(Check({"PRI * HTTP/2.0\r\n"}).status, 505);
  EXPECT_EQ(Check({"GET / HTTP/1.2\r\n"}).status, 505);
  EXPECT_EQ(Check({"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n"}).status, 414);
  EXPECT_EQ(Check({"\r\n", "GET / HTTP/1.1\r\n", "\r\n"}).passed, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(Check({"\r\n", "\r\n"}).status, 400);
}

TEST(HeadCheck, RefusesFieldsThatCanBeReadInTwoWays) {
  for (const char* field :
       {" folded: x", "\tfolded", "Content-Length : 4", "no colon", ": x", "A\x01: b", "A: b\x0b",
        "A: b\rC: d", "Content-Length:", "Transfer-Encoding: "}) {
    EXPECT_EQ(WithField(field).status, 400) << field;
  }
  EXPECT_EQ(Check({"GET / HTTP/1.1\r\n", "A: b\n"}).status, 400) << "a bare line feed";
  EXPECT_EQ(WithField(std::string("A: b\0c", 6)).status, 400);
}

// The library decodes %XX in the values of all fields.
TEST(HeadCheck, RefusesEscapesWhereTheyWouldCount) {
  for (const char* field :
       {"Host: %65vil", "Origin: http://%65vil", "Sec-Fetch-Site: %6eone",
        "Authorization: Basic %41", "Content-Length: %34", "Transfer-Encoding: %63hunked",
        "Connection: %63lose", "Content-Type: %61pplication/json", "Referer: http://a%2f@evil/"}) {
    EXPECT_EQ(WithField(field).status, 400) << field;
  }
  EXPECT_EQ(WithField("Referer: http://a/b%20c").status, 0);
}

TEST(HeadCheck, RefusesTheSecondOfTwo) {
  for (const char* name : {"Host", "Content-Length", "Transfer-Encoding", "Origin",
                           "Sec-Fetch-Site", "Authorization", "Connection", "Content-Type"}) {
    const std::string field = std::string(name) + ": 1\r\n";
    EXPECT_EQ(Check({"GET / HTTP/1.1\r\n", field, field}).status, 400) << name;
  }
}

TEST(HeadCheck, IsBounded) {
  std::vector<std::string> lines{"GET / HTTP/1.1\r\n"};
  for (int i = 0; i < 100; ++i) lines.push_back("A: b\r\n");
  EXPECT_EQ(Check(lines).status, 0);
  lines.push_back("A: b\r\n");
  EXPECT_EQ(Check(lines).status, 431) << "more than 100 fields";
  std::vector<std::string> large{"GET / HTTP/1.1\r\n"};
  for (int i = 0; i < 9; ++i) large.push_back("A: " + std::string(4000, 'b') + "\r\n");
  EXPECT_EQ(Check(large).status, 431) << "more than 32 KiB";
  HeadCheck endless;
  std::string first = "GET / HTTP/1.1\r\n";
  endless.Take(&first);
  EXPECT_EQ(endless.TakePartial("A: " + std::string(33000, 'b')), Action::kRefuse);
  EXPECT_EQ(endless.error().status, 431);
  HeadCheck tls;
  EXPECT_EQ(tls.TakePartial("\x16\x03\x01"), Action::kRefuse) << "before the line ends";
}

TEST(HeadCheck, KeepsFromTheLibraryWhatItWouldActUpon) {
  const std::string line = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(WithField("Range: bytes=" + std::string(8000, '1')).passed, line + "\r\n");
  EXPECT_EQ(WithField("Accept-Encoding: br").passed, line + "\r\n");
  EXPECT_EQ(WithField("Cookie: " + std::string(9000, 'c')).passed, line + "\r\n")
      << "longer than the library reads";
  EXPECT_EQ(WithField("Authorization: Basic " + std::string(9000, 'c')).passed, line + "\r\n");
  EXPECT_EQ(WithField("Host: " + std::string(9000, 'c')).status, 431);
  EXPECT_EQ(Check({"BREW /pot HTTP/1.1\r\n", "\r\n"}).passed, "TRACE /pot HTTP/1.1\r\n\r\n");
}

TEST(HeadCheck, NotesWhatTheClientTakes) {
  HeadCheck check;
  for (std::string line : {"GET /x HTTP/1.1\r\n", "Accept-Encoding: gzip, br\r\n"}) {
    check.Take(&line);
  }
  EXPECT_EQ(check.accept_encoding(), "gzip, br");
  EXPECT_EQ(check.target(), "/x");
}

}  // namespace
}  // namespace exporter
