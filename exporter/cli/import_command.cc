#include "exporter/cli/import_command.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "exporter/base/count_text.h"
#include "exporter/cli/host_list.h"
#include "exporter/cli/probe_text.h"

namespace exporter {
namespace {

int Import(std::istream& lines, const std::string& file) {
  HostList list;
  std::string line;
  int mistakes = 0;
  for (int number = 1; std::getline(lines, line); ++number) {
    auto added = list.Add(line);
    if (added) continue;
    std::fprintf(stderr, "%s:%d: %s\n", file.c_str(), number, added.error().c_str());
    ++mistakes;
  }
  std::fputs(list.toml().c_str(), stdout);
  std::string summary = Counted(list.targets(), "target");
  if (list.repeated() > 0) summary += ", " + Counted(list.repeated(), "repetition") + " left out";
  std::fprintf(stderr, "%s\n", summary.c_str());
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
