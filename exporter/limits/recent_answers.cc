#include "exporter/limits/recent_answers.h"

#include <functional>

namespace exporter {

RecentAnswers::Question RecentAnswers::QuestionOf(const ike::ProbeSettings& settings,
                                                  const ike::IpAddress& address,
                                                  ike::IkeVersion version) {
  const bool is_v1 = version == ike::IkeVersion::kV1;
  return {{address, settings.port},
          settings.transport,
          version,
          settings.proposal,
          is_v1 ? settings.exchange : ike::Ikev1Mode::kMain};
}

size_t RecentAnswers::Hash::operator()(const Question& question) const {
  const size_t rest =
      size_t{question.endpoint.port} * 512 + static_cast<size_t>(question.transport) * 64 +
      static_cast<size_t>(question.version) * 16 + static_cast<size_t>(question.proposal) * 4 +
      static_cast<size_t>(question.exchange);
  return std::hash<ike::IpAddress>{}(question.endpoint.address) ^ (rest * 0x9e3779b97f4a7c15u);
}

void RecentAnswers::Put(const Question& question, Answer answer) {
  const ike::TimePoint at = answer.at;
  auto shared = std::make_shared<const Answer>(std::move(answer));
  std::lock_guard lock(mutex_);
  answers_[question].swap(shared);
  ages_.emplace_back(question, at);
  // An older one of the same question is not what the map has now.
  while (answers_.size() > kMost || at - ages_.front().second > kLifetime) {
    auto found = answers_.find(ages_.front().first);
    if (found != answers_.end() && found->second->at == ages_.front().second) answers_.erase(found);
    ages_.pop_front();
  }
}

RecentAnswers::AnswerPtr RecentAnswers::Find(const Question& question, ike::TimePoint now) const {
  std::lock_guard lock(mutex_);
  auto found = answers_.find(question);
  if (found == answers_.end() || now - found->second->at > kLifetime) return nullptr;
  return found->second;
}

size_t RecentAnswers::size() const {
  std::lock_guard lock(mutex_);
  return answers_.size();
}

}  // namespace exporter
