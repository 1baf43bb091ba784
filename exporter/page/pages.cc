#include "exporter/page/pages.h"

#include <string>
#include <utility>

#include "exporter/page/assets.h"
#include "exporter/page/list_page.h"
#include "exporter/page/runbook_page.h"
#include "exporter/page/target_page.h"

namespace exporter {
namespace {

constexpr std::string_view kTargets = "/targets/";
constexpr std::string_view kRunbooks = "/runbooks/";
constexpr std::string_view kAssets = "/assets/";

// What every page goes out with: nothing from elsewhere, nothing inline, not in frames.
constexpr struct {
  const char* name;
  const char* value;
} kPageFields[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

HttpReply PageReply(int status, std::string body,
                    std::string_view type = "text/html; charset=utf-8") {
  HttpReply reply;
  reply.status = status;
  reply.type = type;
  reply.body = std::move(body);
  reply.fields.push_back({"Cache-Control", "no-cache"});
  for (const auto& field : kPageFields) reply.fields.push_back({field.name, field.value});
  return reply;
}

HttpReply NotFound(const PageContext& context, std::string_view sentence) {
  Html html;
  BeginPage(context, "Not found - ike_exporter", "", &html);
  html.Raw("<h1>Not found</h1><p>").Text(sentence);
  html.Raw(" <a href=\"/\">All targets</a></p>");
  EndPage(&html);
  return PageReply(404, html.Take());
}

HttpReply ServeTarget(const PageContext& context, std::string_view name) {
  EntryPtr entry = context.table->Find(name);
  if (!entry) return NotFound(context, "There is no target of that name.");
  return PageReply(200, TargetPage(context, *entry));
}

HttpReply ServeRunbook(const PageContext& context, std::string_view name) {
  const Runbook* runbook = FindRunbook(name);
  if (runbook == nullptr) return NotFound(context, "There is no runbook of that name.");
  return PageReply(200, RunbookPage(context, *runbook));
}

HttpReply ServeAsset(const PageContext& context, std::string_view name, bool versioned) {
  const Asset* asset = FindAsset(name);
  if (asset == nullptr) return NotFound(context, "There is no such file.");
  HttpReply reply = PageReply(200, std::string(asset->text), asset->type);
  // Its address changes with its text.
  if (versioned) reply.fields.front().value = "public, max-age=31536000, immutable";
  return reply;
}

}  // namespace

HttpReply ServePage(const PageContext& context, std::string_view path, std::string_view query) {
  if (path == "/") return PageReply(200, ListPage(context, ParseListQuery(query)));
  if (path.starts_with(kTargets)) return ServeTarget(context, path.substr(kTargets.size()));
  if (path.starts_with(kRunbooks)) return ServeRunbook(context, path.substr(kRunbooks.size()));
  if (path.starts_with(kAssets)) {
    return ServeAsset(context, path.substr(kAssets.size()), !query.empty());
  }
  return NotFound(context, "There is nothing here.");
}

}  // namespace exporter
