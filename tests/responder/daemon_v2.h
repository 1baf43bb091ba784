// The IKEv2 half of a simulated gateway: answers an IKE_SA_INIT request (RFC 7296 section 1.2) as
// its posture says. Sans-IO; called by Gateway on the event loop's thread. Answers are drawn from
// the request and a secret, so an identical request gets the identical answer without a cache, and
// decisions are remembered by what was offered, so that most answers are a copy and a few patches.
#pragma once

#include <unordered_map>

#include "tests/responder/half_open.h"
#include "tests/responder/posture.h"
#include "tests/responder/public_values.h"
#include "tests/responder/verdict.h"

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
  struct Opening {
    bool well_formed = false;
    uint8_t unsupported_critical = 0;
    View sa, ke, nonce, cookie;
    uint16_t group = 0;
    bool nat_detection = false, intermediate = false;
    uint32_t asked = 0;  // a bit for each of the posture's echoed notifies
  };
  // An answer without what differs from request to request.
  struct Template {
    Verdict verdict = Verdict::kNoProposal;
    Bytes bytes;
    bool has_responder_spi = false;
    size_t nonce_at = 0, source_at = 0, destination_at = 0;  // 0: not there
  };

  void ReadOpening(const Header& header, View message, Opening& opening);
  void ReadNotify(View body, Opening& opening) const;
  bool NeedsCookie(const Request& request, const HalfOpenTable& half_open) const;
  bool ReturnsCookie(const Request& request, const Header& header, const Opening& opening) const;
  Verdict SendCookie(const Request& request, const Header& header, const Opening& opening,
                     Bytes& reply) const;
  Verdict Refuse(const Header& header, uint64_t spi_r, uint16_t type, View data,
                 Bytes& reply) const;
  std::optional<Verdict> Spring(const Request& request, const Header& header, Bytes& reply);

  const Template& TemplateOf(const Opening& opening);
  Template Decide(const Opening& opening);
  std::optional<ChosenV2> Choose(const Opening& opening, const std::vector<Proposal>& offer) const;
  bool PassesKeCheck(const Opening& opening) const;
  Template Accept(const Opening& opening, const ChosenV2& chosen);
  void Fill(const Template& answer, const Request& request, const Header& header,
            Bytes& reply) const;
  void FillNatDetection(const Template& answer, const Request& request, Bytes& reply) const;

  const Posture& posture_;
  PublicValues& values_;
  uint64_t secret_;
  std::vector<Payload> payloads_;  // scratch
  std::unordered_map<uint64_t, Template> templates_;
  uint64_t sprung_ = 0;
};

}  // namespace responder
