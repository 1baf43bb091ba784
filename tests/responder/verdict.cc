#include "tests/responder/verdict.h"

#include <array>

namespace responder {

std::string_view NameOf(Verdict verdict) {
  constexpr std::array<std::string_view, static_cast<size_t>(Verdict::kCount)> kNames = {
      "accepted",      "repeated",    "cookie",         "blocked",
      "invalid-ke",    "no-proposal", "invalid-syntax", "unsupported-critical",
      "invalid-major", "invalid-id",  "invalid-key",    "auth-failed",
      "error-notify",  "silent",      "ignored",        "lost",
      "down",          "unreachable"};
  return kNames[static_cast<size_t>(verdict)];
}

}  // namespace responder
