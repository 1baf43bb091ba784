// How many descriptors this process may have open. RaiseDescriptorLimit once at start, before there
// are threads; DescriptorLimit from any thread.
#pragma once

#include <cstddef>

namespace exporter::net {

// To the most that is allowed without a privilege. Where that is refused, the limit stays.
void RaiseDescriptorLimit();

size_t DescriptorLimit();

}  // namespace exporter::net
