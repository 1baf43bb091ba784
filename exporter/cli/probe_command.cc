#include "exporter/cli/probe_command.h"

#include <cstdio>
#include <future>
#include <iostream>
#include <utility>

#include "exporter/cli/output.h"
#include "exporter/cli/probe_text.h"
#include "exporter/cli/settings.h"
#include "exporter/engine/engine.h"
#include "exporter/json/probe_json.h"

namespace exporter {
namespace {

struct Pending {
  HostOrder order;
  ike::IkeVersion version;
  std::future<ProbeResult> answer;
};

std::future<ProbeResult> Ask(Engine* engine, const HostOrder& order, ike::IkeVersion version) {
  ProbeRequest request;
  request.host = order.host;
  request.settings = order.settings;
  request.version = version;
  request.timeout = order.settings->timeout;
  auto promise = std::make_shared<std::promise<ProbeResult>>();
  engine->Probe(std::move(request),
                [promise](ProbeResult answer) { promise->set_value(std::move(answer)); });
  return promise->get_future();
}

Json LineJson(const Pending& probe, const ProbeResult& result) {
  ProbedHost host{probe.order.host, probe.order.settings->port, result.report.address};
  const ike::Outcome outcome = TellingOutcome(result);
  Json json;
  if (result.end == ProbeEnd::kNoBudget) {
    json = ErrorJson(host, "the half-open budget of this address is spent", "budget");
  } else if (!outcome.answered()) {
    json = ErrorJson(host, FailureSentence(result), ike::ReasonName(outcome.reason));
  } else if (probe.version == ike::IkeVersion::kV1) {
    json = Ikev1ProbeJson(host, outcome);
  } else {
    json = Ikev2SaJson(host, outcome);
  }
  if (outcome.answered()) AddProvenance(result, &json);
  json["ikeVersion"] = static_cast<int>(probe.version);
  return json;
}

// One line.
void PrintJson(const Json& json) { std::cout << JsonText(json) << "\n"; }

// Whether the host answered as `require` asks.
bool Satisfied(const ike::ProbeSettings& settings, bool ikev1, bool ikev2) {
  if (settings.require == ike::Require::kAny) return ikev1 || ikev2;
  return (ikev1 || !settings.probes(ike::IkeVersion::kV1)) &&
         (ikev2 || !settings.probes(ike::IkeVersion::kV2));
}

}  // namespace

int RunProbeCommand(const ProbeOptions& options) {
  auto config = LoadForCommand(options);
  if (!config) return UsageError(config.error());
  std::vector<HostOrder> orders;
  for (const std::string& host : options.hosts) {
    auto order = OrderFor(options, *config, host);
    if (!order) return UsageError(order.error());
    orders.push_back(std::move(*order));
  }
  SharedLimits limits;
  EngineOptions engine_options;
  engine_options.limits = &limits;
  auto engine = Engine::Create(std::move(engine_options));
  if (!engine) return UsageError(engine.error());
  (*engine)->Start();
  std::vector<Pending> probes;
  for (const HostOrder& order : orders) {
    for (ike::IkeVersion version : {ike::IkeVersion::kV2, ike::IkeVersion::kV1}) {
      if (!order.settings->probes(version)) continue;
      probes.push_back({order, version, Ask(engine->get(), order, version)});
    }
  }
  int exit_code = 0;
  size_t at = 0;
  for (const HostOrder& order : orders) {
    bool up[2] = {false, false};
    if (!options.json) PrintHostHeading(order.text, *order.settings);
    for (; at < probes.size() && probes[at].order.text == order.text &&
           probes[at].order.settings == order.settings;
         ++at) {
      ProbeResult answer = probes[at].answer.get();
      up[static_cast<size_t>(probes[at].version) - 1] = answer.report.outcome.version_answered;
      if (options.json) {
        PrintJson(LineJson(probes[at], answer));
      } else {
        PrintProbe(probes[at].version, answer);
      }
    }
    if (!FlushOutput()) return 1;
    if (!Satisfied(*order.settings, up[0], up[1])) exit_code = 1;
  }
  return exit_code;
}

}  // namespace exporter
