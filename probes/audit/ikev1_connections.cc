// Whether an IKEv1 endpoint has connections with other authentication methods than the one that the
// sweep offered. libreswan looks for a connection by methods and then at its suites alone, others
// have the method in each of their policies: what is refused with one method may be accepted with
// another.
#include <utility>

#include "probes/algorithms/implementations.h"
#include "probes/audit/ikev1_audit.h"

namespace ike::audit {

bool Ikev1Audit::PlanConnections() {
  // Whoever takes any method does not choose by it.
  const bool by_method = implementation_ != kStrongSwan && !methods_.accepted.empty();
  if (!main_mode_ || aggressive_.only || !by_method) return false;
  if (!connections_.started) {
    connections_.started = true;
    for (Methods methods : {XauthMethods(), PlainMethods()}) {
      std::erase_if(methods, [this](uint16_t method) {
        const bool lacks = Contains(connections_.lacking, method);
        return method == method_ || (lacks && !lossy_);
      });
      if (!methods.empty()) connections_.left.push_back(std::move(methods));
    }
  }
  if (connections_.left.empty()) return false;
  AskMethods(Purpose::kConnection, connections_.left.back(), true);
  return true;
}

void Ikev1Audit::LearnConnection(Verdict verdict) {
  const Methods methods = std::move(connections_.left.back());
  connections_.left.pop_back();
  if (verdict == Verdict::kNone) return;
  const bool news = verdict == Verdict::kYes && space_.Learn(sender_.outcome().ikev1);
  if (verdict == Verdict::kYes) AcceptMethod(sender_.outcome().ikev1.authentication);
  // libreswan is silent where it has no connection.
  if (!news && implementation_ != kLibreswan) return;
  if (methods.size() == 1) return SweepAgain(methods.front());
  for (uint16_t method : methods) connections_.left.push_back({method});
}

void Ikev1Audit::SweepAgain(uint16_t method) {
  method_ = method;
  space_.BeginAnew();
  retried_ = false;
  phase_ = Phase::kSweep;
}

}  // namespace ike::audit
