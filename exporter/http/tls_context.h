// The TLS server's side of the web configuration: certificate, versions, suites, and who must show
// a certificate. Made at start and again when its files change; the context serves any thread.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "exporter/http/web_config.h"

struct ssl_ctx_st;

namespace exporter {

using TlsContextPtr = std::shared_ptr<ssl_ctx_st>;

// The error is a sentence for the operator; it shows no secret.
tl::expected<TlsContextPtr, std::string> MakeTlsContext(const TlsSettings& settings);

}  // namespace exporter
