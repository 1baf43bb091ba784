// ConnectionKeeper: leaves TCP connections to a small process of their own, for peers that must not
// see our close yet when this process ends. Any thread; nothing else may use the descriptors.
#pragma once

#include <span>

#include "probes/base/time.h"

namespace exporter::net {

// Forks a process that has these descriptors and nothing else of ours, standard streams included.
// It ends when the peers have closed all of them, or after `longest`, or by a signal. Where the
// system has no process to give, nothing is kept.
void KeepOpenInBackground(std::span<const int> fds, ike::Duration longest);

}  // namespace exporter::net
