// The IKEv2 half of a simulated gateway: answers an IKE_SA_INIT request (RFC 7296 section 1.2) as
// its posture says. Sans-IO; called by Gateway on the event loop's thread. Answers are drawn from
// the request and a secret, so an identical request gets the identical answer without a cache, and
// decisions are remembered by what was offered, so that most answers are a copy and a few patches.
#pragma once

#include <unordered_map>

#include "tests/responder/decision_v2.h"
#include "tests/responder/half_open.h"

namespace responder {

class DaemonV2 {
 public:
  // REQUIRES: `posture` and `values` outlive this.
  DaemonV2(const Posture& posture, PublicValues& values, uint64_t secret)
      : posture_(posture), values_(values), secret_(secret) {}

  // The verdict; `reply` is left empty where nothing is said.
  Verdict Answer(const Request& request, const Header& header, HalfOpenTable& half_open,
                 Bytes& reply);

 private:
  bool IsDropped(Verdict verdict) const;
  bool NeedsCookie(const Request& request, const HalfOpenTable& half_open) const;
  bool ReturnsCookie(const Request& request, const OpeningV2& opening) const;
  Verdict SendCookie(const Request& request, const OpeningV2& opening, Bytes& reply) const;
  Verdict Refuse(const Request& request, const OpeningV2& opening, Bytes& reply) const;
  Verdict Spring(const Request& request, const OpeningV2& opening, Bytes& reply);
  const AnswerV2& AnswerTo(const OpeningV2& opening);
  void Fill(const AnswerV2& answer, const Request& request, Bytes& reply) const;
  uint64_t DrawFor(const Request& request) const;

  const Posture& posture_;
  PublicValues& values_;
  uint64_t secret_;
  uint64_t sprung_ = 0;
  OpeningReader reader_;
  std::unordered_map<uint64_t, AnswerV2> answers_;
};

}  // namespace responder
