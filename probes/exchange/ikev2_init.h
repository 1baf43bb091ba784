// Ikev2Init: the dialogue of IKE_SA_INIT (RFC 7296 section 1.2), with COOKIE (section 2.6) and
// INVALID_KE_PAYLOAD (section 1.2) followed, both bounded. It never goes on to IKE_AUTH.
// Made and called by Exchange; of one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "probes/exchange/dialogue.h"
#include "probes/exchange/ikev2_answer.h"

namespace ike {

class Ikev2Init final : public Dialogue {
 public:
  static constexpr size_t kMaxCookies = 3;
  static constexpr size_t kMaxGroupChanges = 2;

  bool Begin(Conversation* conversation, Outcome* outcome) override;
  Step OnMessage(ByteSpan message, Conversation* conversation, Outcome* outcome) override;

 private:
  struct Cookie {
    std::array<uint8_t, 64> bytes{};  // RFC 7296 section 2.6
    size_t size = 0;
    ByteSpan span() const { return ByteSpan(bytes).first(size); }
  };

  Step Judge(const Ikev2Answer& answer, Conversation* conversation, Outcome* outcome);
  Step OnSelection(const Ikev2Answer& answer, const Conversation& conversation, Outcome* outcome);
  Step OnCookie(ByteSpan cookie, Conversation* conversation, Outcome* outcome);
  Step OnInvalidKe(uint16_t group, Conversation* conversation, Outcome* outcome);
  // An answer that our newest message cannot have caused: a late one, as long as there can be any.
  Step OnRepeated(AnswerKind kind, uint16_t error, Outcome* outcome);
  Step Say(AnswerKind kind, Outcome* outcome);

  bool WriteWithGroup(uint16_t group, Conversation* conversation, Outcome* outcome);
  bool HasTried(uint16_t group) const;
  bool KnowsCookie(ByteSpan cookie) const;

  std::array<Cookie, kMaxCookies> cookies_;
  size_t cookie_count_ = 0;
  std::array<uint16_t, 1 + kMaxGroupChanges> groups_{};  // whose public values went out, in order
  size_t group_count_ = 0;
  uint32_t late_answers_ = 0;  // how many answers to earlier messages may still come
};

}  // namespace ike
