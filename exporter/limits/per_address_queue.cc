#include "exporter/limits/per_address_queue.h"

#include <mutex>

#include "exporter/limits/address_key.h"

namespace exporter {

void PerAddressQueue::Prefetch(const ike::IpAddress& address) {
  std::lock_guard lock(lock_);
  heads_.Prefetch(AddressKey(address));
}

bool PerAddressQueue::Enter(Node* node, const ike::IpAddress& address, uint64_t tag,
                            ike::TimePoint now) {
  std::lock_guard lock(lock_);
  node->key_ = AddressKey(address);
  node->tag_ = tag;
  node->next_ = node->previous_ = nullptr;
  Node* head = heads_.Find(node->key_);
  if (head == nullptr) {
    node->place_ = Node::Place::kThrough;
    node->silent_ = now;
    node->last_ = node;
    heads_.Insert(node->key_, node);
    return true;
  }
  node->place_ = Node::Place::kQueued;
  node->previous_ = head->last_;
  head->last_->next_ = node;
  head->last_ = node;
  return false;
}

void PerAddressQueue::Unlink(Node* node, Node* head) {
  node->previous_->next_ = node->next_;
  if (node->next_ != nullptr) node->next_->previous_ = node->previous_;
  if (head->last_ == node) head->last_ = node->previous_;
}

PerAddressQueue::Turn PerAddressQueue::Leave(Node* node, std::optional<ike::TimePoint> answered) {
  std::lock_guard lock(lock_);
  Node::Place place = node->place_;
  node->place_ = Node::Place::kOutside;
  if (place == Node::Place::kOutside) return {};
  Node* head = heads_.Find(node->key_);
  if (place == Node::Place::kQueued) {
    Unlink(node, head);
    return {};
  }
  heads_.Erase(node->key_);
  Node* next = node->next_;
  if (next == nullptr) return {};
  next->previous_ = nullptr;
  next->last_ = node->last_;
  next->silent_ = answered.value_or(node->silent_);
  next->place_ = Node::Place::kThrough;
  heads_.Insert(next->key_, next);
  return {next, next->tag_};
}

std::optional<ike::TimePoint> PerAddressQueue::Overtake(Node* node, ike::TimePoint silent) {
  std::lock_guard lock(lock_);
  if (node->place_ != Node::Place::kQueued) return std::nullopt;
  Node* head = heads_.Find(node->key_);
  if (head->silent_ > silent) return head->silent_;
  Unlink(node, head);
  heads_.Erase(node->key_);
  head->place_ = Node::Place::kOutside;
  node->place_ = Node::Place::kThrough;
  node->silent_ = head->silent_;
  node->previous_ = nullptr;
  node->next_ = head->next_;
  node->last_ = head->last_ == head ? node : head->last_;
  if (node->next_ != nullptr) node->next_->previous_ = node;
  heads_.Insert(node->key_, node);
  return std::nullopt;
}

}  // namespace exporter
