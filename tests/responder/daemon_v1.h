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
    const Request* request = nullptr;
    Header answer;  // the header that the answer will have
    View sa, ke, nonce, id;
    std::vector<View> vendor_ids;
  };

  bool ReadPayloadsOf(const Header& header, Opening& opening);
  Verdict Decide(const Opening& opening, Bytes& reply);
  Verdict AnswerMain(const Opening& opening, const OfferV1& offer, Bytes& reply);
  Verdict AnswerAggressive(const Opening& opening, const OfferV1& offer, Bytes& reply);
  Bytes WriteAggressive(const Opening& opening, const OfferV1& offer, const Suite& suite);
  bool KnowsAMethod(const OfferV1& offer) const;
  bool IsKnownPeer(const Opening& opening) const;
  void AddVendorIds(const Opening& opening, MessageBuilder& builder) const;
  void AddNatDetection(const Opening& opening, uint16_t hash, MessageBuilder& builder) const;
  Verdict Refuse(const Header& header, Verdict verdict, Bytes& reply) const;
  uint16_t NotifyOf(Verdict verdict) const;

  const Posture& posture_;
  PublicValues& values_;
  uint64_t secret_;
  std::vector<Payload> payloads_;  // scratch
};

}  // namespace responder
