#include "tests/responder/decision_v2.h"

#include <algorithm>

namespace responder {
namespace {

constexpr size_t kNonceSize = 32;
constexpr size_t kSha1Size = 20;
// From here on libreswan 4.10 does not know the group of a KE payload.
constexpr uint16_t kFirstUnknownGroup = 33;

Header AnswerHeader() {
  Header header;
  header.version = kVersion2;
  header.exchange = static_cast<uint8_t>(Exchange::kSaInit);
  header.flags = kFlagResponse;
  return header;
}

// RFC 7296 section 3.10.1 gives each its data; those not named here have none.
Bytes DataOf(uint16_t notify) {
  if (notify != static_cast<uint16_t>(NotifyV2::kSignatureHash)) return {};
  return {0, 2, 0, 3, 0, 4, 0, 5};  // SHA2-256, SHA2-384, SHA2-512, Identity
}

class Decider {
 public:
  Decider(const PostureV2& posture, const OpeningV2& opening, PublicValues& values)
      : posture_(posture), opening_(opening), values_(values) {}

  AnswerV2 Run() const {
    auto offer = ReadSaV2(opening_.sa);
    if (!offer) return RefuseSyntax();
    if (posture_.strict_syntax && !IsOrderly(*offer)) return RefuseSyntax();
    auto chosen = Choose(*offer);
    if (!chosen) return Refuse(Verdict::kNoProposal, NotifyV2::kNoProposalChosen, {});
    if (chosen->group != opening_.group) return RefuseGroup(chosen->group);
    if (PassesKeCheck()) return Accept(*chosen);
    // strongSwan says the same of a bad public value as of a bad proposal.
    if (!posture_.strict_syntax)
      return Refuse(Verdict::kNoProposal, NotifyV2::kNoProposalChosen, {});
    return Refuse(Verdict::kInvalidSyntax, NotifyV2::kInvalidSyntax, {});
  }

 private:
  AnswerV2 Refuse(Verdict verdict, NotifyV2 type, View data) const {
    AnswerV2 answer;
    answer.verdict = verdict;
    answer.has_responder_spi = posture_.responder_spi_in_errors;
    answer.bytes = NotifyMessage(0, 0, type, data);
    return answer;
  }

  AnswerV2 RefuseSyntax() const {
    AnswerV2 answer = Refuse(Verdict::kInvalidSyntax, NotifyV2::kInvalidSyntax, {});
    answer.has_responder_spi = true;
    return answer;
  }

  AnswerV2 RefuseGroup(uint16_t wanted) const {
    Bytes data;
    Put16(data, wanted);
    if (posture_.strict_syntax && opening_.group >= kFirstUnknownGroup) {
      AnswerV2 answer = RefuseSyntax();
      answer.has_responder_spi = false;
      return answer;
    }
    return Refuse(Verdict::kInvalidKe, NotifyV2::kInvalidKe, data);
  }

  // libreswan: numbers from one upwards (RFC 7296 section 3.3.1), known attributes only.
  static bool IsOrderly(const std::vector<Proposal>& offer) {
    for (size_t i = 0; i < offer.size(); ++i) {
      if (offer[i].number != i + 1) return false;
      if (std::ranges::any_of(offer[i].transforms, &Transform::unknown_attribute)) return false;
    }
    return true;
  }

  std::optional<ChosenV2> Choose(std::vector<Proposal> offer) const {
    if (posture_.mode == Mode::kRefuse) return std::nullopt;
    // There is no SPI before the first SA (RFC 7296 section 3.3.1); strongSwan does not mind one.
    if (posture_.strict_syntax) {
      std::erase_if(offer, [](const Proposal& proposal) { return !proposal.spi.empty(); });
    }
    if (posture_.prefer_sent_group) {
      auto chosen = SelectV2(posture_.rules, OfSentGroup(offer), opening_.intermediate);
      if (chosen) return chosen;
    }
    return SelectV2(posture_.rules, offer, opening_.intermediate);
  }

  std::vector<Proposal> OfSentGroup(std::vector<Proposal> offer) const {
    for (Proposal& proposal : offer) {
      std::erase_if(proposal.transforms, [&](const Transform& t) {
        return t.type == kKeyExchange && t.id != opening_.group;
      });
    }
    return offer;
  }

  bool PassesKeCheck() const {
    switch (posture_.ke_check) {
      case KeCheck::kNone:
        return true;
      case KeCheck::kLength:
        return opening_.ke.size() == InitiatorLength(opening_.group);
      case KeCheck::kFull:
        return IsPublicValue(opening_.group, opening_.ke);
    }
    return false;
  }

  AnswerV2 Accept(const ChosenV2& chosen) const {
    AnswerV2 answer;
    answer.verdict = Verdict::kAccepted;
    answer.has_responder_spi = true;
    MessageBuilder builder(AnswerHeader());
    builder.Add(static_cast<uint8_t>(PayloadV2::kSa), WriteSaV2(chosen.answer));
    Bytes ke;
    Put16(ke, chosen.group);
    Put16(ke, 0);
    PutAll(ke, values_.Of(chosen.group));
    builder.Add(static_cast<uint8_t>(PayloadV2::kKe), ke);
    answer.nonce_at = builder.Add(static_cast<uint8_t>(PayloadV2::kNonce), Bytes(kNonceSize));
    AddNotifies(posture_.leading_notifies, builder);
    if (posture_.echo_first) AddEchoed(builder);
    AddNatDetection(builder, answer);
    if (!posture_.echo_first) AddEchoed(builder);
    AddNotifies(posture_.unasked_notifies, builder);
    for (const Bytes& vendor : posture_.vendor_ids) {
      builder.Add(static_cast<uint8_t>(PayloadV2::kVendor), vendor);
    }
    answer.bytes = std::move(builder).Finish();
    return answer;
  }

  static size_t AddNotify(MessageBuilder& builder, uint16_t type, View data) {
    // The data comes after protocol, SPI size and type.
    return builder.Add(static_cast<uint8_t>(PayloadV2::kNotify), NotifyBodyV2(type, data)) + 4;
  }

  static void AddNotifies(const std::vector<uint16_t>& types, MessageBuilder& builder) {
    for (uint16_t type : types) AddNotify(builder, type, DataOf(type));
  }

  void AddEchoed(MessageBuilder& builder) const {
    for (size_t i = 0; i < posture_.echoed_notifies.size(); ++i) {
      uint16_t type = posture_.echoed_notifies[i];
      if (opening_.asked >> i & 1) AddNotify(builder, type, DataOf(type));
    }
  }

  void AddNatDetection(MessageBuilder& builder, AnswerV2& answer) const {
    bool wanted =
        posture_.nat_detection && (opening_.nat_detection || posture_.nat_detection_unasked);
    if (!wanted) return;
    const Bytes digest(kSha1Size);
    answer.source_at =
        AddNotify(builder, static_cast<uint16_t>(NotifyV2::kNatDetectionSource), digest);
    answer.destination_at =
        AddNotify(builder, static_cast<uint16_t>(NotifyV2::kNatDetectionDestination), digest);
  }

  const PostureV2& posture_;
  const OpeningV2& opening_;
  PublicValues& values_;
};

}  // namespace

AnswerV2 Decide(const PostureV2& posture, const OpeningV2& opening, PublicValues& values) {
  return Decider(posture, opening, values).Run();
}

Bytes NotifyMessage(uint64_t spi_i, uint64_t spi_r, NotifyV2 type, View data) {
  Header header = AnswerHeader();
  header.spi_i = spi_i;
  header.spi_r = spi_r;
  MessageBuilder builder(header);
  builder.Add(static_cast<uint8_t>(PayloadV2::kNotify),
              NotifyBodyV2(static_cast<uint16_t>(type), data));
  return std::move(builder).Finish();
}

}  // namespace responder
