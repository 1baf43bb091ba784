#include "exporter/metrics/page.h"

#include <cstring>

#include "exporter/base/number_text.h"
#include "exporter/targets/label_text.h"

namespace exporter {
namespace {

// A walk over a large table waits for memory more than for anything else.
constexpr size_t kAhead = 4;

constexpr std::string_view TypeName(MetricType type) {
  if (type == MetricType::kCounter) return "counter";
  return type == MetricType::kHistogram ? "histogram" : "gauge";
}

char* CopyText(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// `name="value",` with every byte escaped.
constexpr size_t LabelRoom(std::string_view name, std::string_view value) {
  return name.size() + 2 * value.size() + 4;
}

char* WriteLabel(std::string_view name, std::string_view value, char* to) {
  to = CopyText(name, to);
  *to++ = '=';
  *to++ = '"';
  to = EscapeLabelValue(value, to);
  *to++ = '"';
  *to++ = ',';
  return to;
}

}  // namespace

void AppendFamilyHeader(const MetricRow& row, std::string* out) {
  out->append("# HELP ").append(row.name).append(" ").append(row.help);
  out->append("\n# TYPE ").append(row.name).append(" ").append(TypeName(row.type)).append("\n");
}

// Into room made for the longest line at once: a push_back for each byte costs more than the bytes.
void TextSink::Line(std::string_view suffix, SampleLabels labels, std::string_view le,
                    double value) {
  size_t room = name_.size() + suffix.size() + base_.size() + LabelRoom("le", le) + kNumberBytes;
  for (const SampleLabel& label : labels) room += LabelRoom(label.name, label.value);
  const size_t before = out_->size();
  out_->resize(before + room + sizeof "{} \n");
  char* to = out_->data() + before;
  to = CopyText(name_, to);
  to = CopyText(suffix, to);
  char* const open = to++;
  to = CopyText(base_, to);
  if (!base_.empty()) *to++ = ',';
  for (const SampleLabel& label : labels) to = WriteLabel(label.name, label.value, to);
  if (!le.empty()) to = WriteLabel("le", le, to);
  if (to == open + 1) {
    to = open;
  } else {
    *open = '{';
    to[-1] = '}';  // where the last comma is
  }
  *to++ = ' ';
  to = WriteNumber(value, to);
  *to++ = '\n';
  out_->resize(static_cast<size_t>(to - out_->data()));
}

void TextSink::Add(SampleLabels labels, double value) { Line("", labels, {}, value); }

void TextSink::AddHistogram(SampleLabels labels, const std::vector<double>& bounds,
                            std::span<const uint32_t> counts, double sum) {
  uint64_t total = 0;
  for (uint32_t count : counts) total += count;
  Line("_count", labels, {}, static_cast<double>(total));
  Line("_sum", labels, {}, sum);
  uint64_t cumulative = 0;
  for (size_t i = 0; i < bounds.size(); ++i) {
    cumulative += counts[i];
    std::string bound;
    AppendNumber(bounds[i], &bound);
    Line("_bucket", labels, bound, static_cast<double>(cumulative));
  }
  Line("_bucket", labels, "+Inf", static_cast<double>(total));
}

MetricsPage::MetricsPage(std::shared_ptr<const TargetTable> table)
    : table_(std::move(table)),
      basic_(table_->config != nullptr &&
             table_->config->metrics.detail == config::MetricsDetail::kBasic) {}

bool MetricsPage::Shown(const MetricRow& row) const {
  return (row.uses & (basic_ ? kUseBasic : kUseFull)) != 0;
}

const MetricRow* MetricsPage::Row() const {
  std::span<const MetricRow> probe_rows = ProbeRows();
  if (row_ < probe_rows.size()) return &probe_rows[row_];
  std::span<const MetricRow> audit_rows = AuditRows();
  size_t index = row_ - probe_rows.size();
  return index < audit_rows.size() ? &audit_rows[index] : nullptr;
}

bool MetricsPage::Next(size_t piece_bytes, std::string* out) {
  size_t full = out->size() + piece_bytes;
  const std::vector<EntryPtr>& entries = table_->entries;
  for (const MetricRow* row = Row(); row != nullptr; row = Row()) {
    if (!header_written_ && Shown(*row) && !entries.empty()) AppendFamilyHeader(*row, out);
    header_written_ = true;
    while (Shown(*row) && entry_ < entries.size()) {
      if (out->size() >= full) return true;
      if (entry_ + kAhead < entries.size()) entries[entry_ + kAhead]->Prefetch();
      entries[entry_++]->WithLabels(
          [&](const ike::Target& target, const TargetState& state, std::string_view labels) {
            TextSink sink(row->name, labels, out);
            EmitRow(*row, {target, state, basic_}, &sink);
          });
    }
    ++row_;
    entry_ = 0;
    header_written_ = false;
  }
  return false;
}

}  // namespace exporter
