#include "exporter/page/list_page.h"

#include <iterator>

#include "exporter/base/count_text.h"
#include "exporter/page/format.h"
#include "exporter/page/list_selection.h"
#include "exporter/page/target_row.h"

namespace exporter {
namespace {

struct Column {
  SortBy sort;
  std::string_view heading;
  bool descending_first;  // what a person wants to see first of it
};
constexpr Column kColumns[] = {
    {SortBy::kName, "Target", false},
    {SortBy::kState, "State", false},
    {SortBy::kRtt, "RTT", true},
    {SortBy::kSuite, "Selected suite", false},
    {SortBy::kStrength, "Group", false},
    {SortBy::kWeak, "Weak algorithms", true},
    {SortBy::kChange, "Last change", true},
};

constexpr struct {
  Show show;
  std::string_view text;
} kShows[] = {
    {Show::kAll, "All"},
    {Show::kDown, "Down"},
    {Show::kImpaired, "Impaired"},
    {Show::kWaiting, "Waiting"},
    {Show::kUp, "Up"},
    {Show::kWeak, "Weak algorithms"},
    {Show::kPolicy, "Against policy"},
};

uint32_t CountOf(const ListSelection& selection, Show show) {
  return selection.counts[static_cast<size_t>(show)];
}

std::string TitleOf(const ListSelection& selection) {
  uint32_t down = CountOf(selection, Show::kDown);
  uint32_t impaired = CountOf(selection, Show::kImpaired);
  if (down > 0) return std::to_string(down) + " down - ike_exporter";
  if (impaired > 0) return std::to_string(impaired) + " impaired - ike_exporter";
  uint32_t waiting = CountOf(selection, Show::kWaiting);
  if (waiting > 0) return std::to_string(waiting) + " waiting - ike_exporter";
  bool none = CountOf(selection, Show::kAll) == 0;
  return none ? "No targets - ike_exporter" : "All up - ike_exporter";
}

void AddOption(std::string_view value, std::string_view text, bool selected, Html* html) {
  html->Raw("<option").Attribute("value", value).Raw(selected ? " selected>" : ">");
  html->Text(text).Raw("</option>");
}

void AddSortChoice(const ListQuery& query, Html* html) {
  html->Raw("<label>Sort by <select name=\"sort\">");
  AddOption("worst", "the worst first", query.sort == SortBy::kWorst, html);
  for (const Column& column : kColumns) {
    AddOption(kSortNames[static_cast<size_t>(column.sort)], column.heading,
              query.sort == column.sort, html);
  }
  html->Raw("</select></label><label>Order <select name=\"order\">");
  AddOption("asc", "ascending", !query.descending, html);
  AddOption("desc", "descending", query.descending, html);
  html->Raw("</select></label>");
}

void AddRowsChoice(const ListQuery& query, Html* html) {
  html->Raw("<label>Rows <select name=\"rows\">");
  for (uint32_t rows : {25u, ListQuery::kDefaultRows, 250u, ListQuery::kMostRows}) {
    std::string text = std::to_string(rows);
    AddOption(text, text, query.rows == rows, html);
  }
  html->Raw("</select></label>");
}

void AddFilterForm(const ListQuery& query, Html* html) {
  html->Raw(
      "<form id=\"filter\" class=\"filter\" role=\"search\" action=\"/\">"
      "<label class=\"text\">Filter <input type=\"search\" name=\"q\" id=\"q\" "
      "autocomplete=\"off\" spellcheck=\"false\" placeholder=\"name, host, label, suite\"");
  html->Attribute("maxlength", std::to_string(ListQuery::kMostText));
  html->Attribute("value", query.text).Raw("></label><button>Apply</button>");
  AddSortChoice(query, html);
  AddRowsChoice(query, html);
  html->Raw("<input type=\"hidden\" name=\"show\"");
  html->Attribute("value", kShowNames[static_cast<size_t>(query.show)]).Raw("></form>");
}

void AddShowLinks(const ListQuery& query, const ListSelection& selection, Html* html) {
  html->Raw("<nav class=\"shows\" aria-label=\"Show\"><ul>");
  for (const auto& [show, text] : kShows) {
    ListQuery other = query;
    other.show = show;
    other.page = 1;
    html->Raw("<li><a").Attribute("href", AddressOf(other));
    if (show == query.show) html->Raw(" aria-current=\"true\"");
    html->Attribute("class", kShowNames[static_cast<size_t>(show)]).Raw(">").Text(text);
    html->Raw(" <b>").Number(CountOf(selection, show)).Raw("</b></a>");
  }
  html->Raw("</ul></nav>");
}

void AddColumnHead(const Column& column, const ListQuery& query, Html* html) {
  bool sorted = query.sort == column.sort;
  ListQuery other = query;
  other.sort = column.sort;
  other.descending = sorted ? !query.descending : column.descending_first;
  other.page = 1;
  html->Raw("<th scope=\"col\" role=\"columnheader\"");
  if (sorted) html->Attribute("aria-sort", query.descending ? "descending" : "ascending");
  html->Raw(">").Link(AddressOf(other), column.heading).Raw("</th>");
}

void AddTable(const PageContext& context, const ListQuery& query, const ListSelection& selection,
              Html* html) {
  html->Raw(
      "<div class=\"scroll\" role=\"region\" aria-label=\"Targets\" tabindex=\"0\">"
      "<table class=\"cards targets\" role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">");
  for (const Column& column : kColumns) AddColumnHead(column, query, html);
  html->Raw("</tr></thead><tbody role=\"rowgroup\">");
  for (const EntryPtr& entry : selection.shown) {
    AddTargetRow(SnapshotOf(*entry), context.now, html);
  }
  html->Raw("</tbody></table></div>");
  if (selection.shown.empty()) html->Raw("<p class=\"empty\">No target fits.</p>");
}

void AddPageLink(const ListQuery& query, uint32_t page, std::string_view text, Html* html) {
  ListQuery other = query;
  other.page = page;
  html->Raw("<li>").Link(AddressOf(other), text);
}

void AddPageLinks(const ListQuery& query, const ListSelection& selection, Html* html) {
  if (selection.pages == 1) return;
  html->Raw("<nav class=\"pages\" aria-label=\"Pages of the table\"><ul>");
  if (selection.page > 1) {
    AddPageLink(query, 1, "First", html);
    AddPageLink(query, selection.page - 1, "Previous", html);
  }
  html->Raw("<li>Page ").Number(selection.page).Raw(" of ").Number(selection.pages);
  if (selection.page < selection.pages) {
    AddPageLink(query, selection.page + 1, "Next", html);
    AddPageLink(query, selection.pages, "Last", html);
  }
  html->Raw("</ul></nav>");
}

// What a screen reader says after every change, so short.
void AddSummary(const ListSelection& selection, size_t all, Html* html) {
  html->Raw("<p id=\"summary\" role=\"status\">").Text(Counted(all, "target"));
  if (selection.matched != all) html->Raw(", ").Number(selection.matched).Raw(" of them fit");
  html->Raw(": ");
  html->Number(CountOf(selection, Show::kDown)).Raw(" down, ");
  html->Number(CountOf(selection, Show::kImpaired)).Raw(" impaired, ");
  if (uint32_t waiting = CountOf(selection, Show::kWaiting); waiting > 0) {
    html->Number(waiting).Raw(" waiting, ");
  }
  html->Number(CountOf(selection, Show::kUp)).Raw(" up</p>");
}

void AddModules(const config::Config& config, Html* html) {
  if (config.modules.empty()) return;
  html->Raw("<label>Module <select name=\"module\">");
  AddOption("", "the defaults", true, html);
  for (const auto& [name, settings] : config.modules) AddOption(name, name, false, html);
  html->Raw("</select></label>");
}

void AddProbeForm(const config::Config& config, Html* html) {
  html->Raw(
      "<section class=\"probe\"><h2>Probe a host now</h2><form action=\"/probe\">"
      "<label class=\"text\">Host <input name=\"target\" required autocomplete=\"off\" "
      "spellcheck=\"false\" placeholder=\"vpn.example.com:500\"></label>");
  AddModules(config, html);
  html->Raw(
      "<input type=\"hidden\" name=\"debug\" value=\"true\"><button>Probe</button></form>"
      "<p>Sends one opening of each IKE version, and shows every packet. <code>[api] allow</code> "
      "says which hosts may be probed.</p></section>");
}

}  // namespace

std::string ListPage(const PageContext& context, const ListQuery& query) {
  ListSelection selection = SelectTargets(*context.table, query);
  Html html;
  BeginPage(context, TitleOf(selection), "/", &html);
  html.Raw("<h1>VPN gateways</h1>");
  AddFilterForm(query, &html);
  AddSummary(selection, context.table->entries.size(), &html);
  html.Raw("<div id=\"live\">");
  AddShowLinks(query, selection, &html);
  AddTable(context, query, selection, &html);
  AddPageLinks(query, selection, &html);
  html.Raw("</div>");
  AddProbeForm(*context.table->config, &html);
  AddRecentSection(context.recent_probes, context.now, &html);
  EndPage(&html);
  return html.Take();
}

}  // namespace exporter
