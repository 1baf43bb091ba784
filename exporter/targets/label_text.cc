#include "exporter/targets/label_text.h"

namespace exporter {

char* EscapeLabelValue(std::string_view value, char* to) {
  for (char c : value) {
    if (c == '\\' || c == '"' || c == '\n') *to++ = '\\';
    *to++ = c == '\n' ? 'n' : c;
  }
  return to;
}

void AppendLabel(std::string_view name, std::string_view value, std::string* out) {
  out->append(name).append("=\"");
  const size_t before = out->size();
  out->resize(before + 2 * value.size());
  out->resize(static_cast<size_t>(EscapeLabelValue(value, out->data() + before) - out->data()));
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
