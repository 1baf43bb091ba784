// All gateways of a script and the way from an address to its gateway, in constant time whatever
// their number. Built by main at start and on SIGHUP; used by the services on the event loop's
// thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/responder/gateway.h"
#include "tests/responder/script.h"

namespace responder {

class Fleet {
 public:
  struct Place {
    Gateway* gateway = nullptr;  // null: nobody lives there
    uint32_t slot = 0;
  };

  // An address of two gateways is an error that names it.
  static tl::expected<std::unique_ptr<Fleet>, std::string> Build(Script script);

  Place Find(const Address& address) const;

  const Listen& listen() const { return listen_; }
  const std::vector<std::unique_ptr<Gateway>>& gateways() const { return gateways_; }
  const std::vector<AddressRange>& ranges() const { return all_ranges_; }
  uint64_t addresses() const { return addresses_; }

  // Any of them delays its answers: then arrival times have to be exact.
  bool HasDelays() const;

  // Counters go on over a reload where the name and the number of addresses stay.
  void TakeCountersFrom(Fleet& before);

 private:
  struct Range {
    AddressRange addresses;
    Gateway* gateway;
    uint32_t first_slot;
  };

  std::string Add(const ScriptedGateway& scripted, uint64_t seed);
  std::string Index();

  Listen listen_;
  PublicValues values_;
  std::vector<std::unique_ptr<Gateway>> gateways_;
  std::vector<AddressRange> all_ranges_;
  std::vector<Range> ranges_;
  uint64_t addresses_ = 0;
  uint32_t lowest_ = 0;
  std::vector<uint32_t> by_address_;  // IPv4: address minus `lowest_` to range index plus one
  std::map<Address, uint32_t> by_address_v6_;
};

}  // namespace responder
