// What all dialogues note of a valid answer, whatever it means. Called by the dialogues; reuses the
// storage of earlier answers, so that a probe allocates nothing. One thread.
#pragma once

#include <vector>

#include "probes/base/bytes.h"
#include "probes/exchange/outcome.h"
#include "probes/wire/ike_header.h"

namespace ike {

// Empties `details` but keeps its storage, that of the vendor ids in `spare`.
void ClearDetails(AnswerDetails* details, std::vector<Bytes>* spare);

// Replaces `details` by those of `message`. Of the payloads only types, notify types and vendor ids
// are kept: never a HASH, a signature, a nonce or an identity, with which a pre-shared key could be
// guessed offline. Bounded whatever the message holds. REQUIRES: its payload chain parses.
void RecordDetails(const wire::IkeHeader& header, ByteSpan message, std::vector<Bytes>* spare,
                   AnswerDetails* details);

// Whether `message`, of another major version than the request, says INVALID_MAJOR_VERSION in the
// clear: RFC 7296 section 2.5 and RFC 2408 section 5.2 leave open which version its header names.
bool RefusesMajorVersion(const wire::IkeHeader& header, ByteSpan message);

}  // namespace ike
