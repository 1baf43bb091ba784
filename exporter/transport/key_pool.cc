#include "exporter/transport/key_pool.h"

#include <chrono>
#include <utility>
#include <vector>

#include "probes/algorithms/key_share.h"

namespace exporter {
namespace {

constexpr auto kRenewal = std::chrono::minutes(1);

}  // namespace

KeyPool::KeyPool()
    : renewer_([this](std::stop_token stop) { RenewEveryMinute(std::move(stop)); }) {}

KeyPool::~KeyPool() = default;

ike::ByteSpan KeyPool::PublicValue(uint16_t group) {
  if (has_fresh_.load(std::memory_order_acquire)) TakeFresh();
  auto known = current_.find(group);
  if (known != current_.end()) return known->second;
  ike::Bytes value = ike::GeneratePublicValue(group).value_or(ike::Bytes{});
  if (!value.empty()) {
    std::lock_guard lock(mutex_);
    groups_.push_back(group);
  }
  return current_.emplace(group, std::move(value)).first->second;
}

void KeyPool::TakeFresh() {
  std::lock_guard lock(mutex_);
  for (auto& [group, value] : fresh_) current_[group] = std::move(value);
  fresh_.clear();
  has_fresh_.store(false, std::memory_order_release);
}

void KeyPool::RenewEveryMinute(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, kRenewal, [] { return false; }) && !stop.stop_requested()) {
    std::vector<uint16_t> groups = groups_;
    lock.unlock();
    Values made;
    for (uint16_t group : groups) {
      if (auto value = ike::GeneratePublicValue(group)) made.emplace(group, std::move(*value));
    }
    lock.lock();
    fresh_ = std::move(made);
    has_fresh_.store(!fresh_.empty(), std::memory_order_release);
  }
}

}  // namespace exporter
