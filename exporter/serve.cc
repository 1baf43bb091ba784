#include "exporter/serve.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

#include "config/load.h"
#include "exporter/audit_judge.h"
#include "exporter/engine/engine_pool.h"
#include "exporter/http/http_server.h"
#include "exporter/log.h"
#include "exporter/reload.h"
#include "exporter/state_file.h"
#include "exporter/state_saver.h"
#include "exporter/store.h"
#include "exporter/version.h"

namespace exporter {
namespace {

// What is in flight at a stop gets this long; probes take 5 s by default.
constexpr ike::Duration kDrainPatience = std::chrono::seconds(6);

int CheckConfig(const std::string& path) {
  auto loaded = config::Load(path);
  if (loaded) {
    std::printf("%s: ok, %zu targets\n", path.c_str(), loaded->targets.size());
    return 0;
  }
  for (const config::ConfigError& error : loaded.error()) {
    std::fprintf(stderr, "%s\n", config::Format(error).c_str());
  }
  return 1;
}

int CannotStart(const std::string& why) {
  std::fprintf(stderr, "ike_exporter: cannot start: %s\n", why.c_str());
  return 1;
}

// Signals are taken by one thread that waits for them, and by no other.
sigset_t BlockSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void LogAuditChanges(const EntryPtr& entry, const std::vector<std::string>& changes) {
  for (const std::string& change : changes) {
    Log(LogLevel::kWarn, "audit: " + change, {{"target", entry->target()->name}});
  }
}

double UnixNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The audits that survive a restart.
class AuditStorage {
 public:
  AuditStorage(const std::string& directory, const Store& store)
      : file_(directory), saver_([this, &store] { return file_.Save(*store.table()); }) {}

  void Restore(const TargetTable& table) {
    auto restored = file_.Load(table);
    if (!restored)
      return Log(LogLevel::kError, "audits not restored", {{"error", restored.error()}});
    if (*restored == 0) return;
    Log(LogLevel::kInfo, "audits restored",
        {{"targets", std::to_string(*restored)}, {"file", file_.path()}});
  }

  void MarkDirty() { saver_.MarkDirty(); }
  void Stop() { saver_.Stop(); }

 private:
  StateFile file_;
  StateSaver saver_;
};

// Null without a place to store them.
std::unique_ptr<AuditStorage> OpenStorage(const std::string& directory, const Store& store) {
  return directory.empty() ? nullptr : std::make_unique<AuditStorage>(directory, store);
}

AuditSink MakeAuditSink(AuditStorage* storage) {
  return [storage](const EntryPtr& entry, const std::shared_ptr<const ike::AuditResult>& result) {
    std::vector<std::string> changes;
    entry->PublishAudit(result, UnixNow(), &changes);
    LogAuditChanges(entry, changes);
    if (storage != nullptr) storage->MarkDirty();
  };
}

void Reload(ConfigReloader* reloader, const char* cause) {
  auto loaded = reloader->Load();
  if (loaded) return Log(LogLevel::kInfo, "configuration reloaded", {{"cause", cause}});
  Log(LogLevel::kError, "configuration not reloaded, the running one stays",
      {{"cause", cause}, {"error", loaded.error()}});
}

void WaitForEnd(const sigset_t& signals, ConfigReloader* reloader) {
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) {
      return Log(LogLevel::kInfo, "stopping", {{"signal", signal == SIGTERM ? "TERM" : "INT"}});
    }
    Reload(reloader, "SIGHUP");
  }
}

tl::expected<std::vector<Listener>, std::string> OpenListeners(
    const std::vector<std::string>& addresses) {
  std::vector<Listener> listeners;
  for (const std::string& address : addresses) {
    auto listener = Listener::Open(address);
    if (!listener) return tl::make_unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

std::string AddressesOf(const std::vector<Listener>& listeners) {
  std::string text;
  for (const Listener& listener : listeners) {
    if (!text.empty()) text += " ";
    text += listener.address();
  }
  return text;
}

}  // namespace

int Serve(const ServeOptions& options) {
  if (options.config_check) return CheckConfig(options.config_file);
  sigset_t signals = BlockSignals();
  StartLog(options.log_level, options.log_format);
  Store store;
  AuditJudge judge = MakeAuditJudge(&store);
  std::unique_ptr<AuditStorage> storage = OpenStorage(options.storage_path, store);
  auto engines = EnginePool::Create(options.threads, judge, MakeAuditSink(storage.get()));
  if (!engines) return CannotStart(engines.error());
  ConfigReloader reloader(options.config_file, options.shard, &store, engines->get());
  if (storage) {
    reloader.OnNewTable([&storage](const TargetTable& table) { storage->Restore(table); });
  }
  (*engines)->Start();
  auto loaded = reloader.Load();
  if (!loaded) return CannotStart(loaded.error());
  HttpServices services{&store, engines->get(),         &reloader,
                        judge,  options.telemetry_path, options.enable_lifecycle};
  std::vector<std::string> listen = options.listen;
  if (listen.empty()) listen = store.table()->config->web.listen;
  auto listeners = OpenListeners(listen);
  if (!listeners) return CannotStart(listeners.error());
  std::string addresses = AddressesOf(*listeners);
  auto server = HttpServer::Start(services, {std::move(*listeners), options.web_config_file});
  if (!server) return CannotStart(server.error());
  Log(LogLevel::kInfo, "ready",
      {{"version", std::string(Version())},
       {"targets", std::to_string(store.table()->entries.size())},
       {"listen", addresses}});
  WaitForEnd(signals, &reloader);
  (*server)->Drain();
  (*engines)->Stop(kDrainPatience);
  (*server)->Stop();
  if (storage) storage->Stop();
  return 0;
}

}  // namespace exporter
