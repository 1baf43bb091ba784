#include "probes/exchange/ikev1_dialogue.h"

#include <optional>

#include "probes/algorithms/registry.h"
#include "probes/exchange/answer_details.h"
#include "probes/wire/ike_header.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/ikev1_sa.h"

namespace ike {
namespace {

namespace v1 = wire::v1;

const Ikev1Opening& OpeningOf(const Conversation& conversation) {
  return std::get<Ikev1Opening>(conversation.opening->opening());
}

// RFC 2408 section 3.1: nothing can be encrypted yet. In an Informational exchange the responder's
// cookie may be missing (libreswan).
bool IsAnswer(const wire::IkeHeader& header, Ikev1Mode mode) {
  if (header.has_flag(wire::v1::flag::kEncryption)) return false;
  return header.exchange_type == v1::exchange::kInformational ||
         header.exchange_type == static_cast<uint8_t>(mode);
}

// What is irregular about the header of an answer and about the bytes behind the message. The
// Message ID is 0 in phase 1 but not in an Informational exchange.
uint16_t QuirksOf(const wire::IkeHeader& header, size_t bytes) {
  const bool has_message_id =
      header.message_id != 0 && header.exchange_type != v1::exchange::kInformational;
  unsigned quirks = 0;
  if (header.length != bytes) quirks |= kQuirkTrailingBytes;
  if (has_message_id) quirks |= kQuirkMessageId;
  if (header.minor_version() != 0) quirks |= kQuirkMinorVersion;
  return static_cast<uint16_t>(quirks);
}

// RFC 2408 section 4.2: the one proposal that was offered has the number 1. A key length at a
// cipher that has only one is libreswan's way to echo it.
uint16_t QuirksOf(const wire::Ikev1Selection& selection) {
  const Ikev1Suite& suite = *selection.suite;
  unsigned quirks = selection.number == 1 ? 0 : kQuirkProposalNumber;
  const bool has_needless_length =
      suite.key_length != 0 && suite.encryption != v1::encryption::kAes &&
      FindAlgorithm(IkeVersion::kV1, Kind::kEncryption, suite.encryption, suite.key_length) ==
          nullptr;
  if (has_needless_length) quirks |= kQuirkUnexpectedKeyLength;
  return static_cast<uint16_t>(quirks);
}

void NoteAnswer(const wire::IkeHeader& header, ByteSpan message, Conversation* conversation,
                Outcome* outcome) {
  outcome->responder_spi = header.responder_spi;
  RecordDetails(header, message, &conversation->spare, &outcome->details);
}

Step OnError(uint16_t error, Outcome* outcome) {
  outcome->version_answered = error != v1::notify::kInvalidMajorVersion;
  outcome->answer = AnswerKind::kErrorNotify;
  outcome->reason = Reason::kRejected;
  outcome->error_notify = error;
  return Step::kDone;
}

Step OnSelection(const wire::Ikev1Selection& selection, uint16_t features, Outcome* outcome) {
  outcome->version_answered = true;
  outcome->answer = AnswerKind::kSelected;
  outcome->reason = Reason::kNone;
  outcome->ikev1 = *selection.suite;
  outcome->features = features;
  outcome->details.proposal_count = selection.proposals;
  outcome->details.transform_count = selection.transforms;
  outcome->details.nat_traversal_vendor_id = (features & kFeatureNatTraversal) != 0;
  return Step::kDone;
}

}  // namespace

bool Ikev1Dialogue::Begin(Conversation* conversation, Outcome* outcome) {
  const uint16_t group = conversation->opening->own_ke_group();
  KeyShare share{group, {}};
  if (group != 0) {
    share.public_value = conversation->shares->PublicValue(group);
    if (share.public_value.empty()) return false;
  }
  outcome->key_exchange_group = group;
  conversation->opening->WriteMessage(conversation->seed, share, &conversation->message);
  return true;
}

Step Ikev1Dialogue::OnMessage(ByteSpan datagram, Conversation* conversation, Outcome* outcome) {
  const std::optional<wire::IkeHeader> header = wire::ParseIkeHeader(datagram);
  if (!header) return Step::kIgnored;
  const uint64_t cookie = conversation->seed.initiator_spi;
  const bool is_foreign = header->initiator_spi != cookie;
  if (is_foreign && CookieInNotify(datagram) != cookie) return Step::kIgnored;
  if (header->length > datagram.size()) return Step::kIgnored;
  const ByteSpan message = datagram.first(header->length);
  if (header->major_version() != 1) {
    if (!RefusesMajorVersion(*header, message)) return Step::kIgnored;
    NoteAnswer(*header, message, conversation, outcome);
    return OnError(v1::notify::kInvalidMajorVersion, outcome);
  }
  const Ikev1Opening& opening = OpeningOf(*conversation);
  if (!IsAnswer(*header, opening.mode)) return Step::kIgnored;
  const std::optional<Ikev1Answer> answer =
      ParseIkev1Answer(*header, message.subspan(wire::kIkeHeaderSize));
  if (!answer) return Step::kIgnored;
  const std::optional<wire::Ikev1Selection> selection = SelectionIn(*header, *answer, opening);
  if (!selection && (answer->sa || !answer->error)) return Step::kIgnored;
  NoteAnswer(*header, message, conversation, outcome);
  outcome->quirks |= QuirksOf(*header, datagram.size());
  outcome->quirks |= answer->quirks;
  if (is_foreign) outcome->quirks |= kQuirkForeignCookie;
  if (!selection) return OnError(*answer->error, outcome);
  outcome->quirks |= QuirksOf(*selection);
  return OnSelection(*selection, answer->features, outcome);
}

// The choice that `answer` holds, if it is one of what was offered. A responder's cookie is never
// zero (RFC 2408 section 2.5.3), other than in its refusals.
std::optional<wire::Ikev1Selection> Ikev1Dialogue::SelectionIn(const wire::IkeHeader& header,
                                                               const Ikev1Answer& answer,
                                                               const Ikev1Opening& opening) const {
  const bool is_second_message = header.exchange_type == static_cast<uint8_t>(opening.mode) &&
                                 header.responder_spi != 0 && answer.sa && IsComplete(answer);
  if (!is_second_message) return std::nullopt;
  std::optional<wire::Ikev1Selection> selection = wire::ParseIkev1Selection(*answer.sa);
  const bool is_offered = selection && selection->suite && IsOffered(*selection->suite, opening);
  if (!is_offered) selection.reset();
  return selection;
}

}  // namespace ike
