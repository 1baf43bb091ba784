// SimulatedGateway: a gateway of tests/responder behind a VirtualExchanger, in virtual time: what
// the prober's own code says is judged by code that it does not share. For tests; one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/responder/test_support.h"
#include "tests/support/virtual_engine.h"

namespace exporter::test {

// Public values that daemons accept, made once a group.
class RealShares final : public ike::KeyShares {
 public:
  ike::ByteSpan PublicValue(uint16_t group) override;

 private:
  std::map<uint16_t, ike::Bytes> values_;
};

class SimulatedGateway final : public VirtualPeer {
 public:
  // `keys` are those of a [[gateway]] table of a script.
  explicit SimulatedGateway(const std::string& keys) : bench_(keys) {}

  // Delivers to the exchanges of `engine`. Called once, before anything is sent.
  void Attach(VirtualEngine* engine) { engine_ = engine; }

  void OnSent(ExchangeHandle handle, const ExchangeJob& job, ike::ByteSpan message) override;
  ike::TimePoint NextDelivery() const override;
  void DeliverDue(ike::TimePoint now) override;

  // What happens to a message on its way there: true = it is lost.
  std::function<bool(ike::ByteSpan message)> loses = [](ike::ByteSpan) { return false; };

  // Where it is; what goes to other addresses is lost.
  std::function<bool(const ike::IpAddress&)> is_at = [](const ike::IpAddress&) { return true; };

  // When each first message of an exchange was sent.
  const std::vector<ike::TimePoint>& openings() const { return openings_; }
  responder::Gateway& gateway() { return bench_.gateway(); }

 private:
  struct Answer {
    ExchangeHandle handle;
    ike::Bytes bytes;
  };

  responder::test::Bench bench_;
  VirtualEngine* engine_ = nullptr;
  std::multimap<ike::TimePoint, Answer> answers_;
  std::vector<ike::TimePoint> openings_;
  ExchangeHandle newest_ = 0;
};

}  // namespace exporter::test
