#include "exporter/cli/probe_command.h"

#include <cstdio>
#include <future>
#include <iostream>
#include <span>
#include <utility>

#include "exporter/cli/host_state.h"
#include "exporter/cli/nagios_text.h"
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

// The exit code of a command that could not begin.
int Refuse(const ProbeOptions& options, const std::string& sentence) {
  return options.format == ProbeFormat::kNagios ? PluginError(sentence) : UsageError(sentence);
}

tl::expected<std::vector<HostOrder>, std::string> OrdersFor(const ProbeOptions& options) {
  auto config = LoadForCommand(options);
  if (!config) return tl::make_unexpected(config.error());
  std::vector<HostOrder> orders;
  for (const std::string& host : options.hosts) {
    auto order = OrderFor(options, *config, host);
    if (!order) return tl::make_unexpected(order.error());
    orders.push_back(std::move(*order));
  }
  return orders;
}

// Waits for the probes of one host and, but for a plugin, prints each as it comes.
VersionResults Collect(std::span<Pending> probes, ProbeFormat format) {
  VersionResults results;
  for (Pending& probe : probes) {
    ProbeResult answer = probe.answer.get();
    if (format == ProbeFormat::kJson) PrintJson(LineJson(probe, answer));
    if (format == ProbeFormat::kText) PrintProbe(probe.version, answer);
    results[static_cast<size_t>(probe.version) - 1] = std::move(answer);
  }
  return results;
}

}  // namespace

int RunProbeCommand(const ProbeOptions& options) {
  auto orders = OrdersFor(options);
  if (!orders) return Refuse(options, orders.error());
  SharedLimits limits;
  EngineOptions engine_options;
  engine_options.limits = &limits;
  auto engine = Engine::Create(std::move(engine_options));
  if (!engine) return Refuse(options, engine.error());
  (*engine)->Start();
  std::vector<std::vector<Pending>> probes;
  for (const HostOrder& order : *orders) {
    std::vector<Pending>& of_host = probes.emplace_back();
    for (ike::IkeVersion version : {ike::IkeVersion::kV2, ike::IkeVersion::kV1}) {
      if (!order.settings->probes(version)) continue;
      of_host.push_back({order, version, Ask(engine->get(), order, version)});
    }
  }
  int exit_code = 0;
  for (size_t i = 0; i < orders->size(); ++i) {
    const HostOrder& order = (*orders)[i];
    if (options.format == ProbeFormat::kText) PrintHostHeading(order.text, *order.settings);
    const VersionResults results = Collect(probes[i], options.format);
    if (options.format == ProbeFormat::kNagios) {
      return PrintPluginOutput(
          PluginOutputOf({order.text, order.host}, order.settings->require, options.rtt, results));
    }
    if (!FlushOutput()) return 1;
    if (StateOf(order.settings->require, results) != HostState::kUp) exit_code = 1;
  }
  return exit_code;
}

}  // namespace exporter
