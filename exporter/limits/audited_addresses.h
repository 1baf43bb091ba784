// AuditedAddresses: which addresses are being audited, by all engines together. Audits keep a rate
// to each address, so one at a time goes to it, whatever names, ports and transports lead there.
// Any thread.
#pragma once

#include <mutex>
#include <unordered_set>

#include "probes/base/ip_address.h"

namespace exporter {

class AuditedAddresses {
 public:
  // False if it is being audited.
  bool Enter(const ike::IpAddress& address) {
    std::lock_guard lock(mutex_);
    return addresses_.insert(address).second;
  }
  void Leave(const ike::IpAddress& address) {
    std::lock_guard lock(mutex_);
    addresses_.erase(address);
  }

 private:
  std::mutex mutex_;
  std::unordered_set<ike::IpAddress> addresses_;  // guarded by mutex_
};

}  // namespace exporter
