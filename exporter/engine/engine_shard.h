// Shard: which part of the targets this process probes; `--shard INDEX/COUNT`. Read by the command
// line, asked by the reload when it builds the table of targets. Value.
#pragma once

#include <cstdint>

namespace exporter {

struct Shard {
  uint32_t index = 0;
  uint32_t count = 1;
};

}  // namespace exporter
