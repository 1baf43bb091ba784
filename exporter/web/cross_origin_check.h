// CrossOriginCheck: keeps browsers from being used against the exporter (contract section 3,
// Browsers): DNS rebinding by the Host header, requests that another origin's page makes by
// Sec-Fetch-Site, Origin and Referer. Pure decisions over header values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/http_error.h"

namespace exporter {

struct BrowserHeaders {
  std::string host;
  std::string origin;          // empty = none
  std::string sec_fetch_site;  // empty = none
  std::string referer;         // empty = none
  std::string user_agent;
};

// Every route: Host must be an address literal, localhost, or one of `hosts` (lower case), or be
// absent.
std::optional<HttpError> CheckHost(const BrowserHeaders& headers,
                                   const std::vector<std::string>& hosts);

// Routes that make the exporter do something: not for pages of other origins.
std::optional<HttpError> CheckOrigin(const BrowserHeaders& headers);

// GET routes that make the exporter do something. Where Sec-Fetch-Site is missing, since browsers
// send it to trustworthy addresses only (TLS and loopback), an image of another page looks like
// what a person typed: a browser has to come from a page of ours then. Programs do not.
std::optional<HttpError> CheckReferer(const BrowserHeaders& headers);

// POSTs with a body: JSON only, which no form of another page can send.
std::optional<HttpError> CheckContentType(std::string_view content_type, bool has_body);

}  // namespace exporter
