#include "tests/bench/answers.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace bench {
namespace {

using responder::Bytes;
using responder::View;

// The second of each is what ike-scan offers by default: it shall be given a selection too.
constexpr std::string_view kScript = R"(
[[gateway]]
name = "reflected"
addresses = ["127.0.0.1"]
ikev2 = ["aes256-sha256-modp2048", "aes256-sha1-modp1024"]
ikev1 = ["aes256-sha256-modp2048", "3des-sha1-modp1024"]
cookies = "never"
half_open_lifetime = "0"
)";

// Keeps the last answer that a gateway gave.
class Ear final : public responder::Sink {
 public:
  void Send(const responder::Request&, View bytes, const responder::Departure&) override {
    heard.assign(bytes.begin(), bytes.end());
  }
  Bytes heard;
};

// Length, header without SPIs, and the beginning of the first payload.
uint64_t Shape(View message) {
  size_t end = std::min<size_t>(message.size(), 96);
  return responder::HashBytes(message.subspan(16, end - 16), message.size());
}

}  // namespace

tl::expected<std::unique_ptr<Answers>, std::string> Answers::Create() {
  auto script = responder::ParseScript(std::string(kScript), "built in");
  if (!script) return tl::make_unexpected(script.error());
  auto fleet = responder::Fleet::Build(std::move(*script));
  if (!fleet) return tl::make_unexpected(fleet.error());
  return std::unique_ptr<Answers>(new Answers(std::move(*fleet)));
}

View Answers::To(View message, const responder::Endpoint& peer) {
  if (message.size() < responder::kHeaderSize) return {};
  Bytes& answer = known_[Shape(message)];
  if (answer.empty()) answer = Ask(message, peer);
  if (answer.size() < responder::kHeaderSize) return {};
  std::memcpy(answer.data(), message.data(), 8);
  ++spi_;
  std::memcpy(answer.data() + 8, &spi_, 8);
  return answer;
}

Bytes Answers::Ask(View message, const responder::Endpoint& peer) {
  responder::Request request;
  request.message = message;
  request.peer = peer;
  request.local = {responder::Address::V4(0x7f000001), 500};
  Ear ear;
  fleet_->Find(request.local.address).gateway->Handle(request, ear, log_);
  return ear.heard;
}

}  // namespace bench
