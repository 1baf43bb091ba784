// ike_responder: a fleet of simulated IKE gateways for tests, benchmarks and the demonstration.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/responder/server.h"

int main(int argc, char** argv) {
  responder::ServerOptions options;
  CLI::App app("A fleet of simulated IKE gateways, as a script says");
  app.add_option("--config", options.config, "the script (TOML)")->required();
  app.add_option("--log", options.log, "counters, written at SIGUSR1 and at the end");
  app.add_option("--events", options.events, "a line for each packet");
  app.add_flag("--by-address", options.by_address, "count for each address in the log");
  CLI11_PARSE(app, argc, argv);
  std::string error = responder::Server(options).Run();
  if (error.empty()) return 0;
  std::fprintf(stderr, "ike_responder: %s\n", error.c_str());
  return 1;
}
