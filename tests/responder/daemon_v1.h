// The IKEv1 half of a simulated gateway: answers the first message of Main Mode and of Aggressive
// Mode (RFC 2409 section 5) as its posture says, with a true HASH_R so that tools which check it
// can. Sans-IO; called by Gateway on the event loop's thread. An identical request gets the
// identical answer.
#pragma once

#include "tests/responder/half_open.h"
#include "tests/responder/posture.h"
#include "tests/responder/public_values.h"
#include "tests/responder/verdict.h"

namespace responder {

class DaemonV1 {
 public:
  // REQUIRES: `posture` and `values` outlive this.
  DaemonV1(const Posture& posture, PublicValues& values, uint64_t secret)
      : posture_(posture), values_(values), secret_(secret) {}

  // The verdict; `reply` is left empty where nothing is said.
  Verdict Answer(const Request& request, const Header& header, HalfOpenTable& half_open,
                 Bytes& reply);

 private:
  struct Opening {
    View sa, ke, nonce, id;
    std::vector<View> vendor_ids;
  };

  std::optional<Opening> ReadOpening(const Header& header, View message);
  Verdict AnswerMain(const Header& header, const Opening& opening, const OfferV1& offer,
                     Bytes& reply);
  Verdict AnswerAggressive(const Header& header, const Opening& opening, const OfferV1& offer,
                           Bytes& reply);
  Bytes WriteAggressive(const Header& header, const Opening& opening, Bytes sa, const Suite& suite);
  bool IsKnownPeer(View id) const;
  void AddVendorIds(const Opening& opening, MessageBuilder& builder) const;
  Verdict Refuse(const Header& header, Verdict verdict, Bytes& reply) const;

  const Posture& posture_;
  PublicValues& values_;
  uint64_t secret_;
  std::vector<Payload> payloads_;  // scratch
};

}  // namespace responder
