// ExporterMetrics: the exporter's own metrics, `ike_exporter_*` and `process_*`, through
// prometheus-cpp. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "exporter/engine/engine_pool.h"
#include "exporter/engine/reload.h"
#include "exporter/targets/store.h"

namespace exporter {

class ExporterMetrics {
 public:
  struct Sources {
    const EnginePool* engines;
    const ConfigReloader* reloader;
    const Store* store;
  };

  // What `sources` points to outlives the metrics.
  explicit ExporterMetrics(Sources sources);
  ~ExporterMetrics();

  // Shows the handler's counts from the start, at 0: `code` is what it answers when all is well.
  void Expect(std::string_view handler, int code);
  void CountRequest(std::string_view handler, int code);
  void ObserveRequest(std::string_view handler, double seconds);
  void CountRejection(std::string_view reason);  // of ike_exporter_api_rejections_total

  // All of them in the text format.
  std::string Text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exporter
