#include "tests/responder/fleet.h"

#include <algorithm>

namespace responder {
namespace {

// The span between the lowest and the highest address is held as a table of 4 bytes each.
constexpr uint64_t kMaxSpan = uint64_t{1} << 24;

uint64_t CountAddresses(const ScriptedGateway& scripted) {
  uint64_t count = 0;
  for (const AddressRange& range : scripted.ranges) count += range.size();
  return count;
}

}  // namespace

tl::expected<std::unique_ptr<Fleet>, std::string> Fleet::Build(Script script) {
  auto fleet = std::make_unique<Fleet>();
  fleet->listen_ = script.listen;
  for (size_t i = 0; i < script.gateways.size(); ++i) {
    std::string error = fleet->Add(script.gateways[i], Mix(script.seed * 1000003 + i));
    if (!error.empty()) return tl::make_unexpected(error);
  }
  std::string error = fleet->Index();
  if (!error.empty()) return tl::make_unexpected(error);
  return fleet;
}

std::string Fleet::Add(const ScriptedGateway& scripted, uint64_t seed) {
  for (const auto& other : gateways_) {
    if (other->posture().name == scripted.posture.name) {
      return "two gateways are called \"" + scripted.posture.name + "\"";
    }
  }
  uint64_t count = CountAddresses(scripted);
  if (count > kMaxSpan) return "gateway \"" + scripted.posture.name + "\" has too many addresses";
  gateways_.push_back(std::make_unique<Gateway>(scripted.posture, count, seed, values_));
  addresses_ += count;
  uint32_t slot = 0;
  for (const AddressRange& range : scripted.ranges) {
    ranges_.push_back({range, gateways_.back().get(), slot});
    all_ranges_.push_back(range);
    slot += static_cast<uint32_t>(range.size());
  }
  return "";
}

std::string Fleet::Index() {
  uint32_t lowest = UINT32_MAX, highest = 0;
  for (const AddressRange& range : all_ranges_) {
    if (range.first.size != 4) continue;
    lowest = std::min(lowest, range.first.v4());
    highest = std::max(highest, range.last.v4());
  }
  if (lowest <= highest) {
    if (uint64_t{highest} - lowest >= kMaxSpan) return "the addresses span more than 2^24";
    by_address_.resize(uint64_t{highest} - lowest + 1);
  }
  lowest_ = lowest;
  for (uint32_t i = 0; i < ranges_.size(); ++i) {
    const AddressRange& range = ranges_[i].addresses;
    if (range.first.size == 16) {
      if (!by_address_v6_.emplace(range.first, i).second) {
        return ToText(range.first) + " belongs to two gateways";
      }
      continue;
    }
    for (uint64_t at = range.first.v4(); at <= range.last.v4(); ++at) {
      uint32_t& entry = by_address_[at - lowest_];
      if (entry != 0)
        return ToText(Address::V4(static_cast<uint32_t>(at))) + " belongs to two gateways";
      entry = i + 1;
    }
  }
  return "";
}

Fleet::Place Fleet::Find(const Address& address) const {
  if (address.size == 16) {
    auto found = by_address_v6_.find(address);
    if (found == by_address_v6_.end()) return {};
    return {ranges_[found->second].gateway, ranges_[found->second].first_slot};
  }
  uint64_t offset = uint64_t{address.v4()} - lowest_;
  if (offset >= by_address_.size() || by_address_[offset] == 0) return {};
  const Range& range = ranges_[by_address_[offset] - 1];
  return {range.gateway, range.first_slot + address.v4() - range.addresses.first.v4()};
}

bool Fleet::HasDelays() const {
  return std::ranges::any_of(gateways_, [](const auto& gateway) {
    const LinkPosture& link = gateway->posture().link;
    return link.delay > 0 || link.jitter > 0 || link.reorder > 0;
  });
}

void Fleet::TakeCountersFrom(Fleet& before) {
  for (auto& gateway : gateways_) {
    for (auto& old : before.gateways_) {
      bool same = old->posture().name == gateway->posture().name &&
                  old->counters().by_address.size() == gateway->counters().by_address.size();
      if (same) gateway->counters() = old->counters();
    }
  }
}

}  // namespace responder
