// Openings and gateways for the tests of the simulated gateway, and a readable form of what comes
// back. Test code only.
#pragma once

#include <string>
#include <vector>

#include "tests/responder/fleet.h"
#include "tests/responder/gateway.h"
#include "tests/responder/script.h"

namespace responder::test {

Bytes FromHex(std::string_view hex);
Bytes TextBytes(std::string_view text);

// An IKE_SA_INIT request; each proposal in strongSwan's words, its KE of `group`.
struct SaInitRequest {
  std::vector<std::string> proposals;
  uint16_t group = 14;
  uint64_t spi = 0x1122334455667788;
  Bytes cookie;
  Bytes ke;  // empty: a real value
  std::vector<uint16_t> notifies;
};
Bytes Write(const SaInitRequest& opening);

// The first message of Main Mode, or of Aggressive Mode where there is an identity. Suites are
// written one by one: cipher, key length, hash, authentication, group.
struct SuiteV1 {
  uint16_t cipher, key_length, hash, authentication, group;
};
struct Phase1Request {
  std::vector<SuiteV1> suites;
  std::string identity;
  uint64_t spi = 0x1122334455667788;
  std::vector<Bytes> vendor_ids;
};
Bytes Write(const Phase1Request& opening);

// Collects what a gateway says.
class Collector : public Sink {
 public:
  struct Sent {
    Bytes bytes;
    Departure departure;
  };

  void Send(const Request&, View bytes, const Departure& departure) override {
    sent.push_back({Bytes(bytes.begin(), bytes.end()), departure});
  }

  std::vector<Sent> sent;
};

// A gateway of one address, from the keys of its table in a script.
class Bench {
 public:
  explicit Bench(const std::string& keys);

  // Everything it says to `message`, from this source.
  std::vector<Collector::Sent> Ask(const Bytes& message, uint32_t source = 0x7f000001);

  // The only answer as text: "accepted 12/256 5 12 19", "notify 14", "silence"; see Describe.
  std::string Reply(const Bytes& message, uint32_t source = 0x7f000001);

  Gateway& gateway() { return *fleet_->gateways()[0]; }

  int64_t now = 1'000'000'000'000;

 private:
  std::unique_ptr<Fleet> fleet_;
  EventLog log_;
};

// What an answer says, random parts left out: header, payloads in order with what matters of each.
std::string Describe(View message);

}  // namespace responder::test
