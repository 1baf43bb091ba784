#include "exporter/cli/import_command.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "config/host.h"
#include "exporter/cli/probe_text.h"

namespace exporter {
namespace {

std::string Trim(const std::string& line) {
  size_t end = std::min(line.find('#'), line.size());
  size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos || begin >= end) return "";
  size_t last = line.find_last_not_of(" \t\r", end - 1);
  return line.substr(begin, last - begin + 1);
}

// A target's name from its host: what names may not hold becomes a dash.
std::string NameFor(const std::string& host, std::set<std::string>* taken) {
  std::string name = host.substr(0, 120);
  for (char& c : name) {
    bool allowed =
        std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == ':' || c == '-';
    if (!allowed) c = '-';
  }
  if (!std::isalnum(static_cast<unsigned char>(name.front()))) name.insert(name.begin(), 'h');
  std::string unique = name;
  for (int i = 2; !taken->insert(unique).second; ++i) unique = name + "-" + std::to_string(i);
  return unique;
}

void PrintTarget(const config::HostPort& endpoint, std::set<std::string>* taken) {
  std::printf("[[target]]\nname = \"%s\"\nhost = \"%s\"\n", NameFor(endpoint.host, taken).c_str(),
              endpoint.host.c_str());
  if (endpoint.port) std::printf("port = %u\n", *endpoint.port);
  std::printf("\n");
}

int Import(std::istream& lines, const std::string& file) {
  std::set<std::string> taken;
  std::string line;
  int mistakes = 0;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::string host = Trim(line);
    if (host.empty()) continue;
    auto endpoint = config::ParseHostPort(host);
    if (endpoint) {
      PrintTarget(*endpoint, &taken);
      continue;
    }
    std::fprintf(stderr, "%s:%d: %s\n", file.c_str(), number, endpoint.error().c_str());
    ++mistakes;
  }
  return mistakes == 0 ? 0 : 2;
}

}  // namespace

int RunImportCommand(const ImportOptions& options) {
  if (options.file == "-") return Import(std::cin, "standard input");
  std::ifstream file(options.file);
  if (!file) return UsageError("import: cannot read " + options.file);
  return Import(file, options.file);
}

}  // namespace exporter
