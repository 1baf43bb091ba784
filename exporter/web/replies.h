// Replies in the forms that the site gives: text, JSON, and errors in either. Pure functions.
#pragma once

#include <string>

#include "exporter/http/http_error.h"
#include "exporter/http/message.h"
#include "exporter/json/probe_json.h"

namespace exporter {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr const char* kJsonType = "application/json";
inline constexpr const char* kTextType = "text/plain; charset=utf-8";

HttpReply TextReply(int status, std::string text);
HttpReply JsonReply(int status, const Json& json);

// A request that may not probe (403) or not now (429) is a rejection for the error's reason.
HttpReply TextError(const HttpError& error);
// `host`: what the error is about; empty: no host.
HttpReply JsonError(const ProbedHost& host, const HttpError& error);

}  // namespace exporter
