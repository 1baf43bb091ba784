#include "exporter/daemon/serve.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <memory>
#include <set>

#include "config/load.h"
#include "exporter/base/count_text.h"
#include "exporter/base/unix_time.h"
#include "exporter/base/version.h"
#include "exporter/daemon/heap_trimmer.h"
#include "exporter/daemon/systemd_notifier.h"
#include "exporter/engine/audit_judge.h"
#include "exporter/engine/engine_pool.h"
#include "exporter/engine/reload.h"
#include "exporter/engine/result_sink.h"
#include "exporter/http/http_server.h"
#include "exporter/log/log.h"
#include "exporter/net/descriptor_limit.h"
#include "exporter/net/udp_socket.h"
#include "exporter/state/probe_state_file.h"
#include "exporter/state/state_file.h"
#include "exporter/state/state_saver.h"
#include "exporter/targets/store.h"
#include "exporter/web/site.h"

namespace exporter {
namespace {

// What is in flight at a stop gets this long; probes take 5 s by default.
constexpr ike::Duration kDrainPatience = std::chrono::seconds(6);

// What a crash may forget of the probes, which are new with every one.
constexpr auto kProbesPause = std::chrono::minutes(1);

int CheckConfig(const std::vector<std::string>& paths) {
  auto loaded = config::Load(paths);
  if (loaded) {
    std::printf("%s: ok, %s\n", paths.front().c_str(),
                Counted(loaded->targets.size(), "target").c_str());
    return 0;
  }
  for (const config::ConfigError& error : loaded.error()) {
    std::fprintf(stderr, "%s\n", config::Format(error).c_str());
  }
  return 1;
}

// The flags go before the configuration, the level of all lines before that of none.
void SetLogLevels(const ServeOptions& options, const config::LogSettings& log) {
  auto first = [](std::initializer_list<std::string_view> levels) {
    return *std::ranges::find_if(levels, [](std::string_view level) { return !level.empty(); });
  };
  std::string_view level = first({options.log_level, log.level, "info"});
  SetLogLevel(LogTopic::kExporter, level);
  SetLogLevel(LogTopic::kProbes, first({options.log_prober, log.prober, level}));
}

int CannotStart(const std::string& why) {
  std::fprintf(stderr, "ike_exporter: cannot start: %s\n", why.c_str());
  return 1;
}

// What a reload does not change: sockets are opened at the start.
void WarnOfListen(const std::vector<std::string>& listening,
                  const std::vector<std::string>& configured) {
  if (listening == configured) return;
  std::string text;
  for (const std::string& address : configured) text += (text.empty() ? "" : " ") + address;
  Log(LogLevel::kWarn, "[web] listen has changed, which takes effect at the next start only",
      {{"configured", text}});
}

// A source that cannot be had would look like gateways that are down. Of a port that an earlier
// configuration had, which the engines hold, only the address is tried; `held` learns the new ones.
void WarnOfSources(const TargetTable& table, std::set<uint16_t>* held) {
  std::set<ike::Endpoint> sources;
  std::set<uint16_t> ports;
  for (const ike::Target& target : table.config->targets) {
    const ike::ProbeSettings& settings = *target.settings;
    const bool is_held = held->contains(settings.source_port);
    sources.insert({settings.source_address, is_held ? uint16_t{0} : settings.source_port});
    ports.insert(settings.source_port);
  }
  held->merge(ports);
  sources.erase(ike::Endpoint{});
  for (const ike::Endpoint& source : sources) {
    const bool v6 = source.address.is_v6();
    const auto opened = net::UdpSocket::Open(v6 ? net::IpFamily::kIpv6 : net::IpFamily::kIpv4,
                                             source, net::UdpOptions{});
    if (opened) continue;
    Log(LogLevel::kWarn,
        "source_address or source_port cannot be had: its targets cannot be probed and are down",
        {{"error", opened.error().text}});
  }
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

// What survives a restart.
class Storage {
 public:
  Storage(const std::string& directory, const Store& store)
      : audits_(directory),
        probes_(directory),
        audits_saver_("audits", [this, &store] { return audits_.Save(*store.table()); }),
        probes_saver_(
            "probes", [this, &store] { return SaveProbes(*store.table()); }, kProbesPause) {
    auto writable = audits_.CheckWritable();
    if (writable) return;
    // Else it would be said by the first audit that ends, which may be an hour later.
    Log(LogLevel::kWarn,
        "--storage.path cannot be written to: a restart forgets the audits, and "
        "since when targets are what they are",
        {{"path", directory}, {"error", writable.error()}});
  }

  void Restore(const TargetTable& table) {
    LogRestored("audits", audits_, audits_.Load(table));
    LogRestored("probes", probes_, probes_.Load(table));
    probes_saver_.MarkDirty();
  }

  void MarkAuditsDirty() { audits_saver_.MarkDirty(); }

  void Stop() {
    audits_saver_.Stop();
    probes_saver_.Stop();
  }

 private:
  template <typename File>
  static void LogRestored(const std::string& what, const File& file,
                          const tl::expected<size_t, std::string>& restored) {
    if (!restored) {
      return Log(LogLevel::kError, what + " not restored", {{"error", restored.error()}});
    }
    if (*restored == 0) return;
    Log(LogLevel::kInfo, what + " restored",
        {{"targets", std::to_string(*restored)}, {"file", file.path()}});
  }

  // Something is always new.
  tl::expected<void, std::string> SaveProbes(const TargetTable& table) {
    probes_saver_.MarkDirty();
    return probes_.Save(table);
  }

  StateFile audits_;
  ProbeStateFile probes_;
  StateSaver audits_saver_;
  StateSaver probes_saver_;
};

// Null without a place to store them.
std::unique_ptr<Storage> OpenStorage(const std::string& directory, const Store& store) {
  return directory.empty() ? nullptr : std::make_unique<Storage>(directory, store);
}

void Reload(ConfigReloader* reloader, const char* cause) {
  auto loaded = reloader->Load();
  if (loaded) return Log(LogLevel::kInfo, "configuration reloaded", {{"cause", cause}});
  Log(LogLevel::kError, "configuration not reloaded, the running one stays",
      {{"cause", cause}, {"error", loaded.error()}});
}

// Whether the threads that matter still turn.
class Watchdog {
 public:
  Watchdog(const HttpServer* server, const EnginePool* engines)
      : server_(server), engines_(engines) {}

  // Each has turned since the last time that all had: they wake up about once a second, not
  // together, and may be asked more often.
  bool Alive() {
    std::vector<uint64_t> turns{server_->beats()};
    for (const auto& engine : engines_->engines()) turns.push_back(engine->stats().turns.load());
    for (size_t i = 0; i < last_.size(); ++i) {
      if (turns[i] == last_[i]) return false;
    }
    last_ = std::move(turns);
    return true;
  }

 private:
  const HttpServer* const server_;
  const EnginePool* const engines_;
  std::vector<uint64_t> last_;
};

// The next signal, or 0 once `patience` is over.
int NextSignal(const sigset_t& signals, std::chrono::microseconds patience) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  timespec limit{static_cast<time_t>(seconds.count()),
                 static_cast<long>((patience - seconds).count() * 1000)};
  return std::max(0, sigtimedwait(&signals, nullptr, &limit));
}

struct Waiting {
  const sigset_t& signals;
  ConfigReloader* reloader;
  SystemdNotifier* manager;
  Watchdog watchdog;
  HeapTrimmer memory;
};

void WaitForEnd(Waiting waiting) {
  auto watchdog = waiting.manager->watchdog();
  std::chrono::microseconds patience = HeapTrimmer::kInterval;
  if (watchdog) patience = std::min(patience, *watchdog / 2);  // as sd_watchdog_enabled(3) advises
  for (;;) {
    waiting.memory.Trim();
    int signal = NextSignal(waiting.signals, patience);
    if (signal == SIGHUP) {
      waiting.manager->Reloading();
      Reload(waiting.reloader, "SIGHUP");
      waiting.manager->Ready("running");
    } else if (signal != 0) {
      return Log(LogLevel::kInfo, "stopping", {{"signal", signal == SIGTERM ? "TERM" : "INT"}});
    } else if (watchdog && waiting.watchdog.Alive()) {
      waiting.manager->Alive();
    }
  }
}

tl::expected<std::vector<Listener>, std::string> AdoptListeners(SystemdNotifier* manager) {
  auto sockets = manager->TakeSockets();
  if (!sockets) return tl::make_unexpected(sockets.error());
  std::vector<Listener> listeners;
  for (int socket : *sockets) {
    auto listener = Listener::Adopt(socket);
    if (!listener) return tl::make_unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
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
  if (options.config_check) return CheckConfig(options.config_files);
  HeapTrimmer::SetUp();
  net::RaiseDescriptorLimit();
  sigset_t signals = BlockSignals();
  SystemdNotifier manager;
  StartLog(options.log_level.empty() ? "info" : options.log_level, options.log_format);
  Store store;
  AuditJudge judge = MakeAuditJudge(&store);
  std::unique_ptr<Storage> storage = OpenStorage(options.storage_path, store);
  ResultPublisher results([&storage] {
    if (storage) storage->MarkAuditsDirty();
  });
  auto engines = EnginePool::Create(options.threads, judge, &results);
  if (!engines) return CannotStart(engines.error());
  ConfigReloader reloader(options.config_files, options.shard, &store, engines->get());
  std::set<uint16_t> held_ports;
  const bool listens_as_configured = options.listen.empty() && !options.systemd_socket;
  std::vector<std::string> listen = options.listen;
  reloader.OnNewTable([&](const TargetTable& table) {
    SetLogLevels(options, table.config->log);
    if (reloader.loaded() && listens_as_configured) WarnOfListen(listen, table.config->web.listen);
    WarnOfSources(table, &held_ports);
    if (storage) storage->Restore(table);
    JudgeAnew(table);
  });
  (*engines)->Start();
  auto loaded = reloader.Load();
  if (!loaded) return CannotStart(loaded.error());
  HttpServices services{&store,
                        engines->get(),
                        &reloader,
                        judge,
                        options.telemetry_path,
                        options.enable_lifecycle,
                        options.history_limit,
                        std::chrono::nanoseconds(std::llround(options.timeout_offset * 1e9))};
  if (listen.empty()) listen = store.table()->config->web.listen;
  auto listeners = options.systemd_socket ? AdoptListeners(&manager) : OpenListeners(listen);
  if (!listeners) return CannotStart(listeners.error());
  std::string addresses = AddressesOf(*listeners);
  auto server = HttpServer::Start(std::make_unique<Site>(services),
                                  {std::move(*listeners), options.web_config_file});
  if (!server) return CannotStart(server.error());
  Log(LogLevel::kInfo, "ready",
      {{"version", std::string(Version())},
       {"targets", std::to_string(store.table()->entries.size())},
       {"listen", addresses}});
  manager.Ready("running");
  WaitForEnd({signals, &reloader, &manager, Watchdog(server->get(), engines->get()),
              HeapTrimmer(engines->get())});
  manager.Stopping();
  (*server)->Drain();
  (*engines)->Stop(kDrainPatience);
  (*server)->Stop();
  if (storage) storage->Stop();
  return 0;
}

}  // namespace exporter
