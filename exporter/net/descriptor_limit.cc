#include "exporter/net/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace exporter::net {

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  std::ignore = setrlimit(RLIMIT_NOFILE, &limit);
}

size_t DescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<size_t>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max()));
}

}  // namespace exporter::net
