// Any bytes, cut anywhere, to the whole HTTP service over a stream in memory: library, checks and
// site. It answers as often however the bytes are cut; each answer is whole, its fields hold no
// control character, and what is sent is bounded.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "exporter/http/service.h"
#include "exporter/log/log.h"
#include "exporter/web/site.h"
#include "tests/exporter/http/memory_stream.h"
#include "tests/fuzz/fuzz.h"

namespace {

using ike::fuzz::Require;

// The site of a small fleet, whose engines do not run: nobody waits for a probe.
class Fixture {
 public:
  Fixture()
      : engines_(exporter::EnginePool::Create(
                     1, [](const auto&...) { return nullptr; }, nullptr)
                     .value()),
        reloader_({}, {}, &store_, engines_.get()),
        site_(Services()),
        access_(exporter::WebAccess::Open("").value()),
        service_(&site_, access_.get()) {
    site_.Abandon();
  }

  std::string Serve(std::string_view bytes, size_t cut) {
    auto place = limiter_.Add(-1, {});
    exporter::MemoryStream stream(bytes, cut, place.get());
    service_.ServeAll(&stream, {"192.0.2.1", place.get(), [] { return false; }});
    return stream.sent();
  }

 private:
  exporter::HttpServices Services() {
    auto config = std::make_shared<config::Config>();
    config->targets.push_back({"gateway", "192.0.2.9", config->defaults, nullptr, nullptr});
    store_.Apply(std::move(config), [](std::string_view) { return true; });
    exporter::HttpServices services;
    services.store = &store_;
    services.engines = engines_.get();
    services.reloader = &reloader_;
    return services;
  }

  exporter::Store store_;
  std::unique_ptr<exporter::EnginePool> engines_;
  exporter::ConfigReloader reloader_;
  exporter::Site site_;
  std::unique_ptr<exporter::WebAccess> access_;
  exporter::Service service_;
  exporter::ConnectionLimiter limiter_;
};

// Every answer has it, and no body can.
size_t CountAnswers(const std::string& sent) {
  constexpr std::string_view kMark = "\r\nX-Content-Type-Options: nosniff\r\n";
  size_t count = 0;
  for (size_t at = sent.find(kMark); at != sent.npos; at = sent.find(kMark, at + 1)) ++count;
  return count;
}

void CheckFirst(const std::string& sent) {
  if (sent.empty()) return;
  Require(sent.starts_with("HTTP/1.1 "), "an answer");
  std::string_view head = std::string_view(sent).substr(0, sent.find("\r\n\r\n"));
  for (size_t at = 0; at < head.size(); ++at) {
    bool end = head.substr(at, 2) == "\r\n" || (at > 0 && head.substr(at - 1, 2) == "\r\n");
    Require(end || static_cast<unsigned char>(head[at]) >= 0x20, "no control character in a field");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Fixture* const fixture = new Fixture;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = fixture->Serve(bytes, size + 1);
  CheckFirst(whole);
  Require(CountAnswers(whole) == CountAnswers(fixture->Serve(bytes, 1)), "cuts do not matter");
  Require(whole.size() <= (size + 1) * 8192 + 65536, "answers are bounded");
  return 0;
}
