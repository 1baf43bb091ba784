#include "exporter/base/trace.h"

#include <utility>

namespace exporter {

void Trace::Add(TracedMessage message) {
  if (messages_.size() >= kMostMessages || message.bytes.size() > kMostBytes - bytes_) {
    ++dropped_;
    return;
  }
  bytes_ += message.bytes.size();
  messages_.push_back(std::move(message));
}

}  // namespace exporter
