// KeyPool: public values for KE payloads, made off the send path and renewed every minute in the
// background. Sharing one between many openings for a minute is harmless: no shared secret is ever
// computed and no private key kept, so there is nothing that reuse could weaken.
// PublicValue on the engine's thread only.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "probes/exchange/exchange.h"

namespace exporter {

class KeyPool final : public ike::KeyShares {
 public:
  KeyPool();
  ~KeyPool() override;

  // The first request for a group makes its value at once (0.02 to 18 ms); call
  // it for the configured groups before probing starts.
  ike::ByteSpan PublicValue(uint16_t group) override;

 private:
  using Values = std::unordered_map<uint16_t, ike::Bytes>;

  void RenewEveryMinute(std::stop_token stop);
  void TakeFresh();

  Values current_;  // the engine's thread only
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Values fresh_;                  // guarded by mutex_
  std::vector<uint16_t> groups_;  // guarded by mutex_
  std::atomic<bool> has_fresh_{false};
  std::jthread renewer_;
};

}  // namespace exporter
