#include "probes/audit/silence_evidence.h"

#include <algorithm>
#include <cmath>

namespace ike::audit {
namespace {

// That all copies of an accepted question, or their answers, got lost.
constexpr double kUnlikely = 1e-4;

constexpr size_t kFewestCopies = 2;
constexpr size_t kFewestCopiesWithoutSamples = 3;
constexpr size_t kMostCopies = 12;

}  // namespace

void SilenceEvidence::NoteAnswer(size_t copies) {
  ++answered_;
  if (copies > 1) lost_ += copies - 1;
}

size_t SilenceEvidence::CopiesNeeded() const {
  if (!lossy()) return wants_samples() ? kFewestCopiesWithoutSamples : kFewestCopies;
  const double lost = static_cast<double>(lost_ + 1);
  const double share = lost / (static_cast<double>(answered_) + lost);
  const auto copies = static_cast<size_t>(std::ceil(std::log(kUnlikely) / std::log(share)));
  return std::clamp(copies, kFewestCopiesWithoutSamples, kMostCopies);
}

}  // namespace ike::audit
