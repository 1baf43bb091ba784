#include "exporter/http/service.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "exporter/web/routes.h"
#include "tests/exporter/http/memory_stream.h"

namespace exporter {

namespace {

constexpr const char* kSecret = "a text\r\nof inside";

// Throws where a request is served, or in the middle of a long body.
class FailingHandler final : public RequestHandler {
 public:
  enum class Fault { kKnown, kUnknown, kInBody };

  explicit FailingHandler(Fault fault) : fault_(fault) {}

  std::vector<std::string> PostPaths() const override { return {"/post"}; }
  Decision Decide(const HttpRequest&, const WebPolicy&, bool) override {
    Decision decision;
    decision.route = &AllRoutes()[0];
    return decision;
  }
  std::optional<HttpReply> CheckPassword(const HttpRequest&, const WebPolicy&,
                                         std::mutex*) override {
    return std::nullopt;
  }
  HttpReply Serve(const Route&, const HttpRequest&) override {
    if (fault_ == Fault::kKnown) throw std::runtime_error(kSecret);
    if (fault_ == Fault::kUnknown) throw 5;
    HttpReply reply;
    reply.type = "text/plain";
    reply.source = std::make_unique<FailingBody>();
    return reply;
  }
  HttpReply Refuse(const HttpError& error, std::string_view) const override {
    HttpReply reply;
    reply.status = error.status;
    reply.type = "text/plain";
    reply.body = error.sentence;
    return reply;
  }
  void Count(const Route*, int status, double) override { counted.push_back(status); }
  void Drain() override {}
  void Abandon() override {}

  std::vector<int> counted;

 private:
  class FailingBody final : public BodySource {
   public:
    bool Next(std::string* out) override {
      if (++pieces_ > 1) throw std::runtime_error(kSecret);
      out->assign(20'000, 'x');
      return true;
    }

   private:
    int pieces_ = 0;
  };

  const Fault fault_;
};

class ServiceTest : public testing::Test {
 protected:
  std::string Sent(FailingHandler* handler, const std::string& bytes) {
    auto access = WebAccess::Open("").value();
    Service service(handler, access.get());
    auto place = limiter_.Add(-1, {});
    MemoryStream stream(bytes, bytes.size(), place.get());
    service.ServeAll(&stream, {"192.0.2.1", place.get(), [] { return false; }});
    return stream.sent();
  }

  ConnectionLimiter limiter_;
};

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

const std::string kGet = "GET /any HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";

// The library of Debian 12 would put the text of the exception in a field of the reply.
TEST_F(ServiceTest, NoTextOfAnExceptionReachesTheClient) {
  for (auto fault : {FailingHandler::Fault::kKnown, FailingHandler::Fault::kUnknown}) {
    for (const std::string& request : {kGet, kPost}) {
      FailingHandler handler(fault);
      const std::string sent = Sent(&handler, request);
      EXPECT_TRUE(sent.starts_with("HTTP/1.1 500 ")) << sent;
      EXPECT_TRUE(sent.ends_with("\r\n\r\ninternal error")) << sent;
      EXPECT_EQ(sent.find("a text"), sent.npos) << sent;
      EXPECT_EQ(sent.find("EXCEPTION"), sent.npos) << sent;
      EXPECT_EQ(handler.counted, std::vector<int>{500});
    }
  }
}

TEST_F(ServiceTest, TheConnectionOutlivesAnException) {
  FailingHandler handler(FailingHandler::Fault::kKnown);
  const std::string sent = Sent(&handler, kGet + kPost + kGet);
  EXPECT_EQ(Count(sent, "HTTP/1.1 500 "), 3u) << sent;
}

TEST_F(ServiceTest, ABodyThatFailsIsCutAndNotEnded) {
  FailingHandler handler(FailingHandler::Fault::kInBody);
  const std::string sent = Sent(&handler, kGet + kGet);
  EXPECT_EQ(Count(sent, "HTTP/1.1 200 "), 1u) << "more than is held back has gone";
  EXPECT_EQ(sent.find("\r\n0\r\n"), sent.npos) << "the client would take it for whole";
  EXPECT_EQ(sent.find("a text"), sent.npos);
}

}  // namespace
}  // namespace exporter
