#include "tests/responder/delay_queue.h"

#include <bit>
#include <numeric>

namespace responder {

DelayQueue::Item& DelayQueue::Push(int64_t due) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(items_.size()));
    items_.emplace_back();
  }
  uint32_t index = free_.back();
  free_.pop_back();
  heap_.push({due, ++pushed_, index});
  return items_[index];
}

void DelayQueue::SendDue(int64_t now) {
  while (!heap_.empty() && heap_.top().due <= now) {
    Item& item = items_[heap_.top().item];
    ++lateness_[static_cast<size_t>(
        std::bit_width(static_cast<uint64_t>(now - heap_.top().due) / 1000))];
    if (item.socket != nullptr) item.socket->Queue(item.bytes, item.to, item.from);
    free_.push_back(heap_.top().item);
    heap_.pop();
  }
}

int64_t DelayQueue::Lateness(double share) const {
  uint64_t all = std::accumulate(lateness_.begin(), lateness_.end(), uint64_t{0});
  auto wanted = static_cast<uint64_t>(share * static_cast<double>(all));
  uint64_t seen = 0;
  for (size_t bits = 0; bits < lateness_.size(); ++bits) {
    seen += lateness_[bits];
    if (seen >= wanted) return bits == 0 ? 0 : int64_t{1} << bits;
  }
  return 0;
}

void DelayQueue::Drop(const UdpSocket* socket) {
  for (Item& item : items_) {
    if (item.socket == socket) item.socket = nullptr;
  }
}

}  // namespace responder
