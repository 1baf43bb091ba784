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

void RecentAnswers::Put(const Question& question, const ike::Outcome& outcome,
                        const Circumstances& circumstances) {
  std::lock_guard lock(mutex_);
  const auto [found, added] = entries_.try_emplace(question);
  if (added) found->second = by_age_.insert(by_age_.end(), {question, {}});
  by_age_.splice(by_age_.end(), by_age_, found->second);
  Answer& answer = found->second->answer;
  answer.outcome = outcome;
  static_cast<Circumstances&>(answer) = circumstances;
  while (entries_.size() > kMost || answer.at - by_age_.front().answer.at > kLifetime) {
    entries_.erase(by_age_.front().question);
    by_age_.pop_front();
  }
}

std::optional<RecentAnswers::Answer> RecentAnswers::Find(const Question& question,
                                                         ike::TimePoint now) const {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(question);
  if (found == entries_.end() || now - found->second->answer.at > kLifetime) return std::nullopt;
  return found->second->answer;
}

size_t RecentAnswers::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace exporter
