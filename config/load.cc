#include "config/load.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "config/document.h"
#include "config/fields.h"
#include "config/files.h"
#include "config/interner.h"
#include "config/names.h"
#include "config/policy_section.h"
#include "config/probe_checks.h"
#include "config/probe_section.h"
#include "config/sections.h"
#include "config/suggest.h"
#include "config/target_section.h"
#include "probes/base/fnv.h"

namespace config {
namespace {

constexpr uint16_t kEndOfFile = 0x100;  // which no byte equals

// One load, from the main file to the last included one.
class Loader {
 public:
  tl::expected<Config, ConfigErrors> RunFiles(const std::vector<std::string>& paths);
  tl::expected<Config, ConfigErrors> RunText(std::string_view text, const std::string& file);

 private:
  struct Include {
    std::string path;
    Position place;  // of its pattern in the main file
  };

  tl::expected<Config, ConfigErrors> Finish(Problems& problems);
  std::optional<Document> Parse(std::string_view text, Problems& problems);
  void ReadMain(const Node& root, Problems& problems);
  void ReadKey(const Member& member, Problems& problems);
  void ReadPolicies(const Value& value);
  void ReadProbe(const Value& value);
  void ReadModules(const Value& value);
  void ReadIncludes(const Value& value);
  void ReadPattern(const Value& value);
  void AddInclude(const std::string& path, const Value& value);
  void ReadIncluded(const Include& include, Problems& main_problems);
  void ReadFurther(const std::string& path);
  void ReadTargetFile(const std::string& path, std::string_view text);
  void ReadIncludedKeys(const Node& root, Problems& problems);

  bool follow_includes_ = true;
  ike::Fnv1a hash_;
  Config config_{};
  ConfigErrors errors_;
  PolicyNames policies_;
  Interner interner_;
  ModuleEntry defaults_;
  std::optional<TargetReader> targets_;
  std::vector<Include> includes_;
  std::set<FileId> seen_;
};

tl::expected<Config, ConfigErrors> Loader::RunFiles(const std::vector<std::string>& paths) {
  const std::string& path = paths.front();
  Problems problems(path);
  config_.files.push_back(path);
  auto text = ReadFile(path);
  if (!text) {
    problems.Add({}, "cannot be read: " + text.error() + "; expected a configuration file");
    return tl::make_unexpected(problems.Take());
  }
  if (const auto id = IdOf(path)) seen_.insert(*id);
  if (const auto document = Parse(*text, problems)) ReadMain(document->root(), problems);
  *text = {};  // the trees and texts of large files need not be in memory at the same time
  for (const Include& include : includes_) ReadIncluded(include, problems);
  if (targets_) {  // else what they need of the first is not known
    for (const std::string& further : std::span(paths).subspan(1)) ReadFurther(further);
  }
  return Finish(problems);
}

// One of the command line's after the first.
void Loader::ReadFurther(const std::string& path) {
  if (const auto id = IdOf(path); id && !seen_.insert(*id).second) return;
  const auto text = ReadFile(path);
  if (text) return ReadTargetFile(path, *text);
  errors_.push_back(
      {path, 0, 0, "cannot be read: " + text.error() + "; expected a file of [[target]] tables"});
}

tl::expected<Config, ConfigErrors> Loader::RunText(std::string_view text, const std::string& file) {
  Problems problems(file);
  config_.files.push_back(file);
  follow_includes_ = false;
  if (const auto document = Parse(text, problems)) ReadMain(document->root(), problems);
  return Finish(problems);
}

tl::expected<Config, ConfigErrors> Loader::Finish(Problems& problems) {
  ConfigErrors errors = problems.Take();
  std::move(errors_.begin(), errors_.end(), std::back_inserter(errors));
  if (!errors.empty()) return tl::make_unexpected(std::move(errors));
  config_.content_hash = hash_.value();
  if (targets_) config_.targets = targets_->Take();
  return std::move(config_);
}

std::optional<Document> Loader::Parse(std::string_view text, Problems& problems) {
  hash_.Add(text);
  hash_.AddSymbol(kEndOfFile);
  auto document = Document::Parse(text);
  if (document) return std::move(*document);
  problems.Add(document.error().position, document.error().message);
  return std::nullopt;
}

// Sections in the order in which they build upon each other, whatever their order in the file.
void Loader::ReadMain(const Node& root, Problems& problems) {
  const auto read = [&](std::string_view key, void (Loader::*section)(const Value&)) {
    if (const auto node = root.find(key)) (this->*section)(Value{key, *node, problems});
  };
  for (const Member& member : root.members()) ReadKey(member, problems);
  defaults_.settings = config_.defaults;
  read("policies", &Loader::ReadPolicies);
  read("probe", &Loader::ReadProbe);
  targets_.emplace(policies_, interner_, defaults_);
  read("modules", &Loader::ReadModules);
  if (const auto node = root.find("target")) {
    targets_->ReadTargets(Value{"target", *node, problems});
  }
  read("include", &Loader::ReadIncludes);
}

void Loader::ReadKey(const Member& member, Problems& problems) {
  constexpr std::string_view kKeys[] = {"include", "web",     "metrics",  "api",   "log",
                                        "probe",   "modules", "policies", "target"};
  const Value value{member.key, member.value, problems};
  if (member.key == "web") return ReadWeb(value, config_.web);
  if (member.key == "metrics") return ReadMetrics(value, config_.metrics);
  if (member.key == "api") return ReadApi(value, config_.api);
  if (member.key == "log") return ReadLog(value, config_.log);
  if (std::find(std::begin(kKeys), std::end(kKeys), member.key) != std::end(kKeys)) return;
  ReportUnknownKey(member, "", kKeys, problems);
}

void Loader::ReadPolicies(const Value& value) {
  if (value.node.type() != NodeType::kTable) {
    value.RejectType("tables [policies.NAME]");
    return;
  }
  for (const Member& member : value.node.members()) {
    if (!CheckTableName(member, "a policy", value.problems)) continue;
    if (IsBuiltinPolicy(member.key)) {
      value.problems.Add(member.key_position, "policies: " + Quoted(member.key) +
                                                  " is built in; expected a name of your own, with "
                                                  "extends = " +
                                                  Quoted(member.key));
      continue;
    }
    policies_.emplace(member.key);
    UserPolicy& policy = config_.policies[std::string(member.key)];
    policy.name = member.key;
    ReadPolicyTable(Value{member.key, member.value, value.problems}, policy);
  }
}

void Loader::ReadProbe(const Value& value) {
  ProbeTable table{{}, policies_, {}, {}};
  ReadProbeSection(value, "[probe]", table, &config_.packet_rates);
  CheckPace(table, value.problems);
  defaults_.layer = std::move(table.layer);
  defaults_.settings = interner_.Settings(defaults_.layer.settings);
  config_.defaults = defaults_.settings;
}

void Loader::ReadModules(const Value& value) {
  if (value.node.type() != NodeType::kTable) {
    value.RejectType("tables [modules.NAME]");
    return;
  }
  for (const Member& member : value.node.members()) {
    if (!CheckTableName(member, "a module", value.problems)) continue;
    ProbeTable table{defaults_.layer, policies_, {}, {}};
    const std::string where = "[modules." + std::string(member.key) + "]";
    ReadProbeSection(Value{member.key, member.value, value.problems}, where, table, nullptr);
    auto name = std::make_shared<const std::string>(member.key);
    auto settings = interner_.Settings(table.layer.settings);
    config_.modules[*name] = settings;
    targets_->AddModule({std::move(table.layer), std::move(settings), std::move(name), false});
  }
}

void Loader::ReadIncludes(const Value& value) {
  constexpr std::string_view kExpected = "a list of files such as [\"targets.d/*.toml\"]";
  ReadArray(value, kExpected, [this, kExpected](const Value& element) {
    if (element.node.type() != NodeType::kString) return element.RejectType(kExpected);
    if (follow_includes_) ReadPattern(element);
    return true;
  });
}

void Loader::ReadPattern(const Value& value) {
  constexpr std::string_view kExpected = "a file, or a pattern such as \"targets.d/*.toml\"";
  const std::string_view pattern = *value.node.string();
  if (pattern.empty()) {
    value.Reject("names nothing", kExpected);
    return;
  }
  const auto paths = Glob(RelativeTo(config_.files.front(), pattern));
  if (!paths) {
    value.Reject("cannot be searched: " + paths.error(), "a folder that can be read");
    return;
  }
  if (paths->empty() && !HasWildcard(pattern)) {
    value.Reject("does not exist", kExpected);
    return;
  }
  for (const std::string& path : *paths) AddInclude(path, value);
}

// A file that two patterns match is read once.
void Loader::AddInclude(const std::string& path, const Value& value) {
  const auto id = IdOf(path);
  if (id && id == IdOf(config_.files.front())) {
    value.Reject("includes the file it stands in", "other files");
    return;
  }
  if (id && !seen_.insert(*id).second) return;
  if (IsSpecialFile(path)) {  // opening a pipe would wait for a writer
    value.Reject("leads to " + Quoted(path) + ", a device or pipe", "regular files");
    return;
  }
  includes_.push_back({path, value.node.position()});
}

void Loader::ReadIncluded(const Include& include, Problems& main_problems) {
  const auto text = ReadFile(include.path);
  if (!text) {
    main_problems.Add(include.place, "include: " + Quoted(include.path) + " cannot be read: " +
                                         text.error() + "; expected a file of [[target]] tables");
    return;
  }
  ReadTargetFile(include.path, *text);
}

void Loader::ReadTargetFile(const std::string& path, std::string_view text) {
  config_.files.push_back(path);
  Problems problems(path);
  if (const auto document = Parse(text, problems)) ReadIncludedKeys(document->root(), problems);
  ConfigErrors errors = problems.Take();
  std::move(errors.begin(), errors.end(), std::back_inserter(errors_));
}

void Loader::ReadIncludedKeys(const Node& root, Problems& problems) {
  for (const Member& member : root.members()) {
    if (member.key == "target") {
      targets_->ReadTargets(Value{member.key, member.value, problems});
      continue;
    }
    problems.Add(member.key_position, std::string(member.key) +
                                          ": stands in an included file; expected nothing but "
                                          "[[target]] tables there");
  }
}

}  // namespace

std::string Format(const ConfigError& error) {
  if (error.line == 0) return error.file + ": " + error.message;
  return error.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
         error.message;
}

tl::expected<Config, ConfigErrors> Load(const std::string& path) {
  return Loader().RunFiles({path});
}

tl::expected<Config, ConfigErrors> Load(const std::vector<std::string>& paths) {
  return Loader().RunFiles(paths);
}

tl::expected<Config, ConfigErrors> LoadText(std::string_view text, const std::string& file) {
  return Loader().RunText(text, file);
}

}  // namespace config
