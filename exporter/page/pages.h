// The pages for people: which address gives which page, and what goes with them. Text in, text out,
// so that the HTTP server is not known here. Pure functions over the store, any thread.
#pragma once

#include <string>
#include <string_view>

#include "exporter/page/frame.h"
#include "exporter/page/list_query.h"

namespace exporter {

struct WebPage {
  int status = 200;
  std::string_view type = "text/html; charset=utf-8";
  std::string body;
  bool immutable = false;  // its address changes with its text
};

// `path` is decoded, `query` is not. What there is not gets a page with status 404.
WebPage ServePage(const PageContext& context, std::string_view path, std::string_view query);

struct PageHeader {
  const char* name;
  const char* value;
};
// What every page goes out with: nothing from elsewhere, nothing inline, not in frames.
inline constexpr PageHeader kPageHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

// The value of Cache-Control.
constexpr const char* CacheControl(const WebPage& page) {
  return page.immutable ? "public, max-age=31536000, immutable" : "no-cache";
}

}  // namespace exporter
