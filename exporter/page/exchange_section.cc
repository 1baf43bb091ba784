#include "exporter/page/exchange_section.h"

#include <cstdio>

#include "exporter/base/count_text.h"
#include "exporter/net/address.h"
#include "exporter/page/format.h"
#include "exporter/targets/packet_text.h"
#include "probes/algorithms/vendor_ids.h"
#include "probes/wire/ikev1_ids.h"
#include "probes/wire/names.h"

namespace exporter {
namespace {

using ike::IkeVersion;

std::string Milliseconds(ike::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f ms",
                std::chrono::duration<double, std::milli>(duration).count());
  return text;
}

// An answer of Aggressive Mode: what it held, without its bytes.
std::string DetailsText(const ike::AnswerDetails& details) {
  std::string text = "  " + std::to_string(details.message_size) + " bytes\n  payloads";
  for (uint8_t type : details.payloads) {
    text += " " + ike::wire::NameOrNumber(ike::wire::v1::PayloadName(type), type);
  }
  text += "\n";
  for (uint16_t type : details.notifies) {
    text += "  notify " + NotifyText(IkeVersion::kV1, type) + "\n";
  }
  for (const ike::Bytes& id : details.vendor_ids) {
    auto match = ike::MatchVendorId(id);
    const std::string_view unknown = match ? std::string_view{} : ike::VendorIdText(id);
    if (match) text += "  vendor id " + std::string(match->name) + " " + match->version + "\n";
    if (!unknown.empty()) text += "  vendor id \"" + std::string(unknown) + "\"\n";
  }
  return text;
}

void AddMessageHead(const TracedMessage& message, Html* html) {
  html->Raw("<h4>").Raw(message.sent ? (message.retransmission ? "sent again" : "sent")
                                     : "received");
  html->Raw(" <small>after ").Text(Milliseconds(message.at));
  if (!message.bytes.empty()) html->Text(", " + std::to_string(message.bytes.size()) + " bytes");
  html->Raw("</small></h4>");
}

void AddMessageBody(const KeptExchange& kept, const TracedMessage& message, Html* html) {
  if (message.bytes.empty()) {
    html->Raw("<pre>").Text(kept.details ? DetailsText(*kept.details) : "");
    html->Raw("  bytes not shown: an answer of Aggressive Mode can be cracked offline\n</pre>");
    return;
  }
  html->Raw("<pre>").Text(FieldsText(message.bytes)).Raw("</pre><details><summary>Bytes</summary>");
  html->Raw("<pre>").Text(HexText(message.bytes)).Raw("</pre></details>");
}

// What we sent is long and rarely the question; what was sent again is the same once more.
void AddMessage(const KeptExchange& kept, const TracedMessage& message, Html* html) {
  if (message.retransmission) {
    html->Raw("<div class=\"message\">");
    AddMessageHead(message, html);
    html->Raw("</div>");
    return;
  }
  html->Raw(message.sent ? "<details class=\"message\"><summary>" : "<div class=\"message\">");
  AddMessageHead(message, html);
  if (message.sent) html->Raw("</summary>");
  AddMessageBody(kept, message, html);
  html->Raw(message.sent ? "</details>" : "</div>");
}

void AddExchange(const KeptExchange& kept, std::string_view heading, double now, Html* html) {
  if (!kept.trace) return;
  html->Raw("<h3>").Text(heading).Raw("</h3><p>With ").Text(net::ToString(kept.address));
  html->Raw(", ended ");
  AddTime(kept.at, now, html);
  html->Raw("</p>");
  for (const TracedMessage& message : kept.trace->messages()) AddMessage(kept, message, html);
  if (kept.trace->dropped() == 0) return;
  html->Raw("<p>Not kept: ").Text(Counted(kept.trace->dropped(), "more message")).Raw(".</p>");
}

}  // namespace

void AddExchangeSection(const TargetSnapshot& snapshot, double now, Html* html) {
  if (!snapshot.history) return;
  html->Raw("<section id=\"exchange\"><h2>Last exchange</h2>");
  bool any = false;
  for (IkeVersion version : {IkeVersion::kV2, IkeVersion::kV1}) {
    const KeptExchange& full = snapshot.history->last_full(version);
    const KeptExchange& last = snapshot.history->last(version);
    std::string name(VersionText(version));
    AddExchange(full, name + ", all that is offered", now, html);
    if (last.trace != full.trace) {
      AddExchange(last, name + ", the newest: an opening that leaves no state", now, html);
    }
    any |= last.trace != nullptr;
  }
  html->Raw(any ? "</section>" : "<p class=\"quiet\">Nothing was sent yet.</p></section>");
}

}  // namespace exporter
