#include "exporter/metrics/page.h"

#include <charconv>
#include <cmath>

#include "exporter/metrics/label_text.h"

namespace exporter {
namespace {

constexpr std::string_view TypeName(MetricType type) {
  if (type == MetricType::kCounter) return "counter";
  return type == MetricType::kHistogram ? "histogram" : "gauge";
}

}  // namespace

void AppendValue(double value, std::string* out) {
  if (std::isnan(value)) {
    out->append("Nan");
    return;
  }
  if (std::isinf(value)) {
    out->append(value < 0 ? "-Inf" : "+Inf");
    return;
  }
  char digits[32];
  // prometheus-cpp streams with max_digits10 - 1 = 16 significant digits.
  auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::general, 16);
  out->append(digits, end.ptr);
}

void AppendFamilyHeader(const MetricRow& row, std::string* out) {
  out->append("# HELP ").append(row.name).append(" ").append(row.help);
  out->append("\n# TYPE ").append(row.name).append(" ").append(TypeName(row.type)).append("\n");
}

void TextSink::Line(std::string_view suffix, SampleLabels labels, std::string_view le,
                    double value) {
  out_->append(name_);
  out_->append(suffix);
  char separator = '{';
  if (!base_.empty()) {
    out_->push_back(separator);
    out_->append(base_);
    separator = ',';
  }
  auto append = [&](std::string_view name, std::string_view text) {
    out_->push_back(separator);
    AppendLabel(name, text, out_);
    separator = ',';
  };
  for (const SampleLabel& label : labels) append(label.name, label.value);
  if (!le.empty()) append("le", le);
  if (separator == ',') out_->push_back('}');
  out_->push_back(' ');
  AppendValue(value, out_);
  out_->push_back('\n');
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
    AppendValue(bounds[i], &bound);
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
      entries[entry_++]->WithLabels(
          [&](const ike::Target& target, const TargetState& state, std::string_view labels) {
            TextSink sink(row->name, labels, out);
            EmitRow(*row, {target, state, table_->config->metrics.rtt_buckets, basic_}, &sink);
          });
    }
    ++row_;
    entry_ = 0;
    header_written_ = false;
  }
  return false;
}

}  // namespace exporter
