#include "exporter/web/long_pages.h"

#include <string>
#include <utility>

#include "exporter/json/target_json.h"
#include "exporter/metrics/exporter_metrics.h"
#include "exporter/metrics/page.h"
#include "exporter/web/config_text.h"

namespace exporter {
namespace {

class Metrics final : public BodySource {
 public:
  Metrics(TablePtr table, const ExporterMetrics* own, size_t piece)
      : own_(own), piece_(piece), page_(std::move(table)) {}

  bool Next(std::string* out) override {
    out->reserve(out->size() + piece_ + piece_ / 8);
    if (page_.Next(piece_, out)) return true;
    out->append(own_->Text());
    return false;
  }

 private:
  const ExporterMetrics* const own_;
  const size_t piece_;
  MetricsPage page_;
};

class ConfigText final : public BodySource {
 public:
  ConfigText(const TablePtr& table, size_t piece)
      : config_(table->config), piece_(piece), head_(ConfigHeadText(*config_)) {}

  bool Next(std::string* out) override {
    out->append(std::exchange(head_, {}));
    while (next_ < config_->targets.size() && out->size() < piece_) {
      AppendTargetText(*config_, config_->targets[next_++], out);
    }
    return next_ < config_->targets.size();
  }

 private:
  const std::shared_ptr<const config::Config> config_;
  const size_t piece_;
  std::string head_;
  size_t next_ = 0;
};

class TargetList final : public BodySource {
 public:
  TargetList(TablePtr table, size_t piece) : table_(std::move(table)), piece_(piece) {}

  bool Next(std::string* out) override {
    out->append(std::exchange(head_, {}));
    while (next_ < table_->entries.size() && out->size() < piece_) {
      if (next_ > 0) out->push_back(',');
      out->append(JsonText(TargetSummaryJson(*table_->entries[next_++])));
    }
    if (next_ < table_->entries.size()) return true;
    out->append("]}\n");
    return false;
  }

 private:
  const TablePtr table_;
  const size_t piece_;
  std::string head_ = "{\"targets\":[";
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<BodySource> MetricsBody(TablePtr table, const ExporterMetrics* own, size_t piece) {
  return std::make_unique<Metrics>(std::move(table), own, piece);
}

std::unique_ptr<BodySource> ConfigBody(const TablePtr& table, size_t piece) {
  return std::make_unique<ConfigText>(table, piece);
}

std::unique_ptr<BodySource> TargetListBody(TablePtr table, size_t piece) {
  return std::make_unique<TargetList>(std::move(table), piece);
}

}  // namespace exporter
