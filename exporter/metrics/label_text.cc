#include "exporter/metrics/label_text.h"

namespace exporter {

void AppendLabel(std::string_view name, std::string_view value, std::string* out) {
  out->append(name);
  out->append("=\"");
  for (char c : value) {
    if (c == '\\' || c == '"') out->push_back('\\');
    if (c == '\n') {
      out->append("\\n");
      continue;
    }
    out->push_back(c);
  }
  out->push_back('"');
}

std::string TargetLabelText(const ike::Target& target) {
  std::string text;
  AppendLabel("target", target.name, &text);
  if (!target.labels) return text;
  for (const auto& [name, value] : *target.labels) {
    text.push_back(',');
    AppendLabel(name, value, &text);
  }
  text.shrink_to_fit();
  return text;
}

}  // namespace exporter
