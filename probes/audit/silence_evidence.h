// SilenceEvidence: when silence is a refusal. Many gateways drop what they refuse instead of
// answering NO_PROPOSAL_CHOSEN, and then silence may be a refusal or a lost packet. What is known:
//
//  - An endpoint that has refused aloud once does so always: its silence never counts here.
//  - An endpoint that selects and never refused aloud is suspected once a whole exchange met
//  silence
//    and an opening that was selected before (the control) is answered right after.
//  - How likely a copy and its answer get lost is measured: by every answer, and in the beginning
//  by
//    a series of controls. Where they leave no state (Courier repeats the bytes of one that was
//    selected, which is answered from the daemon's cache) these cost the endpoint nothing.
//  - A question is refused when so many of its copies met silence that loss does not explain it.
//
// Used by the Courier; of one thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ike::audit {

class SilenceEvidence {
 public:
  void NoteRefusal() { refuses_aloud_ = true; }
  void NoteSilence() { suspected_ = suspected_ || !refuses_aloud_; }
  // An answer came to the last of so many copies.
  void NoteAnswer(size_t copies);

  // Whether silence may be how this endpoint refuses.
  bool suspected() const { return suspected_ && !refuses_aloud_; }
  bool wants_samples() const { return answered_ + lost_ < kSamples; }
  bool lossy() const { return lost_ > 0; }
  // Copies of one question without an answer that make a refusal.
  size_t CopiesNeeded() const;

 private:
  static constexpr size_t kSamples = 16;

  size_t answered_ = 0;
  size_t lost_ = 0;
  bool suspected_ = false;
  bool refuses_aloud_ = false;
};

}  // namespace ike::audit
