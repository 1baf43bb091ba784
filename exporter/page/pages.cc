#include "exporter/page/pages.h"

#include "exporter/page/assets.h"
#include "exporter/page/list_page.h"
#include "exporter/page/runbook_page.h"
#include "exporter/page/target_page.h"

namespace exporter {
namespace {

constexpr std::string_view kTargets = "/targets/";
constexpr std::string_view kRunbooks = "/runbooks/";
constexpr std::string_view kAssets = "/assets/";

WebPage NotFound(const PageContext& context, std::string_view sentence) {
  Html html;
  BeginPage(context, "Not found - ike_exporter", "", &html);
  html.Raw("<h1>Not found</h1><p>").Text(sentence);
  html.Raw(" <a href=\"/\">All targets</a></p>");
  EndPage(&html);
  WebPage page;
  page.status = 404;
  page.body = html.Take();
  return page;
}

WebPage OfBody(std::string body) {
  WebPage page;
  page.body = std::move(body);
  return page;
}

WebPage ServeTarget(const PageContext& context, std::string_view name) {
  EntryPtr entry = context.table->Find(name);
  if (!entry) return NotFound(context, "There is no target of that name.");
  return OfBody(TargetPage(context, *entry));
}

WebPage ServeRunbook(const PageContext& context, std::string_view name) {
  const Runbook* runbook = FindRunbook(name);
  if (runbook == nullptr) return NotFound(context, "There is no runbook of that name.");
  return OfBody(RunbookPage(context, *runbook));
}

WebPage ServeAsset(const PageContext& context, std::string_view name, bool versioned) {
  const Asset* asset = FindAsset(name);
  if (asset == nullptr) return NotFound(context, "There is no such file.");
  return {200, asset->type, std::string(asset->text), versioned};
}

}  // namespace

WebPage ServePage(const PageContext& context, std::string_view path, std::string_view query) {
  if (path == "/") return OfBody(ListPage(context, ParseListQuery(query)));
  if (path.starts_with(kTargets)) return ServeTarget(context, path.substr(kTargets.size()));
  if (path.starts_with(kRunbooks)) return ServeRunbook(context, path.substr(kRunbooks.size()));
  if (path.starts_with(kAssets)) {
    return ServeAsset(context, path.substr(kAssets.size()), !query.empty());
  }
  return NotFound(context, "There is nothing here.");
}

}  // namespace exporter
