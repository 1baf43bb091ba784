// Schedule arithmetic: when a target is due. Every target keeps a stable phase within its interval,
// so that neither a start nor a reload makes a burst. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "probes/exchange/outcome.h"

namespace exporter {

// A stable 64-bit hash of a target's name (FNV-1a, mixed): the same in every process and version,
// since phases and shards depend on it.
uint64_t StableHash(std::string_view name);

// The part of `interval` that belongs to `hash`.
ike::Duration Phase(uint64_t hash, ike::Duration interval);

// The first time after `now` at which a target with this phase is due.
ike::TimePoint NextDue(ike::TimePoint now, ike::Duration interval, ike::Duration phase);

// Which of `count` turns falls on the due time `due`: due times take turns, in the same order in
// every process.
size_t TurnAt(ike::TimePoint due, ike::Duration interval, ike::Duration phase, size_t count);

// How many due times lie in (due, now]: the ones that were missed.
uint64_t MissedSince(ike::TimePoint due, ike::TimePoint now, ike::Duration interval);

// Whether shard `index` of `count` owns `name`. Rendezvous hashing: stable when a target is added,
// and only 1/count of the targets move when a shard is.
bool InShard(std::string_view name, uint32_t index, uint32_t count);

}  // namespace exporter
