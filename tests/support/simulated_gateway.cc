#include "tests/support/simulated_gateway.h"

#include "probes/algorithms/key_share.h"

namespace exporter::test {

ike::ByteSpan RealShares::PublicValue(uint16_t group) {
  auto known = values_.find(group);
  if (known == values_.end()) {
    known = values_.emplace(group, ike::GeneratePublicValue(group).value_or(ike::Bytes{})).first;
  }
  return known->second;
}

void SimulatedGateway::OnSent(ExchangeHandle handle, const ExchangeJob& job,
                              ike::ByteSpan message) {
  const ike::TimePoint now = engine_->now();
  if (handle > newest_) {
    newest_ = handle;
    openings_.push_back(now);
  }
  if (!is_at(job.remote.address) || loses(message)) return;
  bench_.now = now.time_since_epoch().count();
  for (const auto& sent : bench_.Ask({message.begin(), message.end()})) {
    if (sent.departure.icmp_code) {
      engine_->exchanger.Unreachable(handle);
      continue;
    }
    const ike::Duration delay(sent.departure.delay);
    answers_.emplace(now + delay, Answer{handle, {sent.bytes.begin(), sent.bytes.end()}});
  }
}

ike::TimePoint SimulatedGateway::NextDelivery() const {
  return answers_.empty() ? ike::TimePoint::max() : answers_.begin()->first;
}

// What does not begin with the SPI of the exchange belongs to no exchange.
void SimulatedGateway::DeliverDue(ike::TimePoint now) {
  while (!answers_.empty() && answers_.begin()->first <= now) {
    const Answer answer = std::move(answers_.extract(answers_.begin()).mapped());
    const uint64_t spi = engine_->exchanger.SpiOf(answer.handle);
    if (answer.bytes.size() >= 8 && ike::Reader(answer.bytes).U64() == spi) {
      engine_->exchanger.Deliver(answer.handle, answer.bytes);
    } else {
      engine_->exchanger.NoteGarbage(answer.handle);
    }
  }
}

}  // namespace exporter::test
