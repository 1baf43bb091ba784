#include "exporter/page/frame.h"

#include "exporter/base/version.h"
#include "exporter/page/assets.h"

namespace exporter {
namespace {

void AddHead(std::string_view title, Html* html) {
  html->Raw(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>");
  html->Text(title).Raw("</title><link rel=\"icon\"");
  html->Attribute("href", AssetAddress("icon.svg")).Raw("><link rel=\"stylesheet\"");
  html->Attribute("href", AssetAddress("page.css")).Raw("><script defer");
  html->Attribute("src", AssetAddress("page.js")).Raw("></script></head>");
}

void AddNavigation(const PageContext& context, std::string_view here, Html* html) {
  const struct {
    std::string_view address;
    std::string_view text;
  } links[] = {{"/", "Targets"},
               {context.telemetry_path, "Metrics"},
               {"/api/targets", "JSON"},
               {"/config", "Configuration"},
               {"/runbooks/README", "Runbooks"}};
  html->Raw("<nav aria-label=\"Pages\"><ul>");
  for (const auto& link : links) {
    html->Raw("<li><a").Attribute("href", link.address);
    if (link.address == here) html->Raw(" aria-current=\"page\"");
    html->Raw(">").Text(link.text).Raw("</a>");
  }
  html->Raw("</ul></nav>");
}

}  // namespace

void BeginPage(const PageContext& context, std::string_view title, std::string_view here,
               Html* html) {
  AddHead(title, html);
  html->Raw(
      "<body><a class=\"skip\" href=\"#main\">Skip to the content</a>"
      "<header class=\"top\"><a class=\"brand\" href=\"/\">ike_exporter</a>");
  AddNavigation(context, here, html);
  html->Raw("</header><main id=\"main\" tabindex=\"-1\">");
  if (!context.reload_failed) return;
  html->Raw(
      "<p class=\"alarm\" role=\"alert\">The configuration could not be reloaded: what you see is "
      "the one before. The log says why.</p>");
}

void EndPage(Html* html) {
  html->Raw("</main><footer>ike_exporter ").Text(Version()).Raw("</footer></body></html>\n");
}

}  // namespace exporter
