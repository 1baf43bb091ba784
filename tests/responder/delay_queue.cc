#include "tests/responder/delay_queue.h"

#include <algorithm>

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

int64_t DelayQueue::SendDue(int64_t now) {
  int64_t latest = 0;
  while (!heap_.empty() && heap_.top().due <= now) {
    Item& item = items_[heap_.top().item];
    latest = std::max(latest, now - heap_.top().due);
    if (item.socket != nullptr) item.socket->Queue(item.bytes, item.to, item.from);
    free_.push_back(heap_.top().item);
    heap_.pop();
  }
  return latest;
}

void DelayQueue::Drop(const UdpSocket* socket) {
  for (Item& item : items_) {
    if (item.socket == socket) item.socket = nullptr;
  }
}

}  // namespace responder
