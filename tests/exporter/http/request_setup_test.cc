// What is refused of a request that the HTTP library has read, and what the library goes by.
#include "exporter/http/request_setup.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace exporter {
namespace {

struct Case {
  std::string method = "POST";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> fields{};
  std::string version = "HTTP/1.1";
};

ReadRequest Read(const Case& given, httplib::Request* library) {
  HeadCheck head;
  std::string line = given.method + " " + given.target + " " + given.version + "\r\n";
  head.Take(&line);
  library->method = given.method;
  library->version = given.version;
  library->headers.emplace("Host", "a");
  for (const auto& [name, value] : given.fields) library->headers.emplace(name, value);
  return SetUp(head, std::nullopt, library);
}

int StatusOf(const Case& given) {
  httplib::Request library;
  auto read = Read(given, &library);
  return read.refusal ? read.refusal->status : 0;
}

TEST(RequestSetup, RefusesLengthsThatAreNone) {
  for (const char* length : {"4, 4", "+4", "0x4", "-1", "4 "}) {
    EXPECT_EQ(StatusOf({.fields = {{"Content-Length", length}}}), 400) << length;
  }
  for (const char* length : {"65537", "18446744073709551616", "99999999999999999999999"}) {
    EXPECT_EQ(StatusOf({.fields = {{"Content-Length", length}}}), 413) << length;
  }
  EXPECT_EQ(StatusOf({.fields = {{"Content-Length", "65536"}}}), 0);
}

TEST(RequestSetup, TakesNoChunks) {
  EXPECT_EQ(StatusOf({.fields = {{"Transfer-Encoding", "chunked"}}}), 411);
  EXPECT_EQ(StatusOf({.fields = {{"Transfer-Encoding", "gzip, chunked"}}}), 501);
  EXPECT_EQ(StatusOf({.fields = {{"Transfer-Encoding", "chunked"}, {"Content-Length", "1"}}}), 400);
  EXPECT_EQ(StatusOf({.fields = {{"Transfer-Encoding", "chunked"}}, .version = "HTTP/1.0"}), 400);
}

TEST(RequestSetup, TellsTheLibraryTheLength) {
  httplib::Request library;
  Read({.fields = {{"Content-Type", "multipart/form-data"}, {"Expect", "100-continue"}}}, &library);
  EXPECT_EQ(library.get_header_value("Content-Length"), "0") << "else it would wait for the end";
  EXPECT_FALSE(library.has_header("Content-Type")) << "else it would look for parts";
  EXPECT_FALSE(library.has_header("Expect"));
}

TEST(RequestSetup, ReadsTargets) {
  httplib::Request library;
  auto read = Read({.target = "http://b:1/%61?x=%62"}, &library);
  EXPECT_EQ(read.request.path, "/a");
  EXPECT_EQ(library.path, "/a");
  EXPECT_EQ(read.request.query, "x=%62");
  EXPECT_EQ(read.request.Field("host"), "b:1");
  for (const char* target :
       {"http", "http:/", "http://", "ftp://a/", "://a", "/%0a", "/%00", "/%4", "https:///x"}) {
    EXPECT_EQ(StatusOf({.target = target}), 400) << target;
  }
}

TEST(RequestSetup, KnowsWhenTheConnectionEnds) {
  httplib::Request library;
  EXPECT_TRUE(Read({}, &library).keep_alive);
  for (const char* options : {"close", "Close", "keep-alive, close"}) {
    httplib::Request other;
    EXPECT_FALSE(Read({.fields = {{"Connection", options}}}, &other).keep_alive) << options;
  }
  httplib::Request old;
  EXPECT_FALSE(Read({.version = "HTTP/1.0"}, &old).keep_alive);
  httplib::Request kept;
  Case keeps{.fields = {{"Connection", "Keep-Alive"}}, .version = "HTTP/1.0"};
  EXPECT_TRUE(Read(keeps, &kept).keep_alive);
}

}  // namespace
}  // namespace exporter
