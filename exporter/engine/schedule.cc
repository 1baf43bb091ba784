#include "exporter/engine/schedule.h"

#include "probes/base/fnv.h"

namespace exporter {
namespace {

// The finaliser of splitmix64: spreads FNV's weak low bits.
uint64_t Mix(uint64_t value) {
  value ^= value >> 30;
  value *= 0xbf58476d1ce4e5b9u;
  value ^= value >> 27;
  value *= 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

}  // namespace

uint64_t StableHash(std::string_view name) {
  ike::Fnv1a hash;
  hash.Add(name);
  return Mix(hash.value());
}

ike::Duration Phase(uint64_t hash, ike::Duration interval) {
  double share = static_cast<double>(hash >> 11) * 0x1p-53;
  return ike::Duration(static_cast<int64_t>(static_cast<double>(interval.count()) * share));
}

ike::TimePoint NextDue(ike::TimePoint now, ike::Duration interval, ike::Duration phase) {
  ike::Duration since = now.time_since_epoch() - phase;
  int64_t rounds = since.count() / interval.count() + (since.count() < 0 ? 0 : 1);
  return ike::TimePoint(interval * rounds + phase);
}

size_t TurnAt(ike::TimePoint due, ike::Duration interval, ike::Duration phase, size_t count) {
  return static_cast<size_t>((due.time_since_epoch() - phase) / interval) % count;
}

uint64_t MissedSince(ike::TimePoint due, ike::TimePoint now, ike::Duration interval) {
  if (now < due) return 0;
  return static_cast<uint64_t>((now - due) / interval);
}

bool InShard(std::string_view name, uint32_t index, uint32_t count) {
  uint64_t hash = StableHash(name);
  uint32_t best = 0;
  uint64_t best_weight = 0;
  for (uint32_t shard = 0; shard < count; ++shard) {
    uint64_t weight = Mix(hash ^ Mix(shard + 1));
    if (shard != 0 && weight <= best_weight) continue;
    best = shard;
    best_weight = weight;
  }
  return best == index;
}

}  // namespace exporter
