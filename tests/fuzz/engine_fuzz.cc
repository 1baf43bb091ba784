// The fuzzer is every gateway, the network and the clock: the input is a script of what happens to
// the probes and audits of one endpoint, from the engine's runs down to the bytes and up again to
// the page of metrics and the JSON. Whatever it is, every run ends in time and reports once, what
// it sent is bounded, and nothing of the peer's choice gets into a label.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "exporter/engine/audit_run.h"
#include "exporter/engine/probe_run.h"
#include "exporter/json/probe_json.h"
#include "exporter/json/target_json.h"
#include "exporter/metrics/page.h"
#include "exporter/targets/packet_text.h"
#include "exporter/targets/store.h"
#include "probes/audit/audit_report.h"
#include "probes/wire/ike_header.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/virtual_engine.h"

namespace exporter::test {
namespace {

using ike::fuzz::Require;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kMostRuns = 24;  // of one script, so that it ends
constexpr size_t kLongestScript = 1 << 16;
// A scheduled probe may start a second late; the wheel and the alarms round up.
constexpr ike::Duration kLateness = milliseconds(1100);

class FakeShares final : public ike::KeyShares {
 public:
  ike::ByteSpan PublicValue(uint16_t group) override {
    value_.assign(32, static_cast<uint8_t>(group));
    return value_;
  }

 private:
  ike::Bytes value_;
};

std::shared_ptr<const ike::ProbeSettings> SettingsNumber(size_t number) {
  static const auto all = [] {
    std::array<ike::ProbeSettings, 4> settings;
    settings[1].exchange = ike::Ikev1Mode::kAggressive;
    settings[1].aggressive_id = "vpn";
    settings[1].aggressive_id_type = ike::IdType::kFqdn;
    settings[2].half_open_budget = 1;
    settings[2].proposal = ike::ProposalSet::kCompat;
    settings[3].timeout = milliseconds(300);
    settings[3].transport = ike::Transport::kUdpEncap;
    std::array<std::shared_ptr<const ike::ProbeSettings>, 4> shared;
    for (size_t i = 0; i < shared.size(); ++i) {
      shared[i] = std::make_shared<const ike::ProbeSettings>(settings[i]);
    }
    return shared;
  }();
  return all[number % all.size()];
}

std::shared_ptr<const OpeningSet> OpeningsNumber(size_t number) {
  static const std::array<std::shared_ptr<const OpeningSet>, 4> all = {
      MakeOpeningSet(SettingsNumber(0)), MakeOpeningSet(SettingsNumber(1)),
      MakeOpeningSet(SettingsNumber(2)), MakeOpeningSet(SettingsNumber(3))};
  return all[number % all.size()];
}

class Script final : public VirtualPeer, public ProbeRun::Owner, public AuditRun::Owner {
 public:
  explicit Script(ike::ByteSpan bytes) : reader_(bytes), engine_(&shares_, this) {}

  void Run() {
    Begin(reader_.U8());
    while (reader_.ok() && !reader_.AtEnd()) Step(reader_.U8());
    while (!probes_.empty() || !audits_.empty()) {
      const ike::TimePoint next = engine_.NextEvent();
      Require(next != ike::TimePoint::max(), "what has not ended waits for something");
      engine_.RunUntil(next);
      CheckTimes();
    }
    CheckPublished();
  }

 private:
  struct Probe {
    std::unique_ptr<ProbeRun> run;
    ike::TimePoint latest_end;
  };

  // The bits of a beginning: 0x01 IKEv2, 0x02 on request, 0x04 only the suite will do, 0x08 an
  // audit, 0x10 the other version answers, 0xc0 the settings.
  void Begin(uint8_t choice) {
    if (++begun_ > kMostRuns) return;
    const auto settings = SettingsNumber(choice >> 6);
    if ((choice & 0x08) != 0) return BeginAudit(settings);
    ProbeSpec order;
    order.address = kAddress;
    order.openings = OpeningsNumber(choice >> 6);
    order.version = (choice & 0x01) != 0 ? ike::IkeVersion::kV2 : ike::IkeVersion::kV1;
    order.timeout = settings->timeout;
    order.scheduled = (choice & 0x02) == 0;
    order.need_suite = !order.scheduled && (choice & 0x04) != 0;
    order.keep_details = true;
    order.other_version_answers = (choice & 0x10) != 0;
    const ike::TimePoint latest_end = engine_.now() + order.timeout + kLateness;
    auto* memory = &memories_[static_cast<size_t>(order.version) - 1];
    auto run = std::make_unique<ProbeRun>(&engine_.services, std::move(order), memory, this);
    ProbeRun* raw = run.get();
    probes_.push_back({std::move(run), latest_end});
    raw->Begin();
  }

  void BeginAudit(const std::shared_ptr<const ike::ProbeSettings>& settings) {
    if (!audits_.empty()) return;
    AuditOrder order{kAddress, settings, {}, milliseconds(500)};
    order.limits.max_requests = 16;
    order.limits.max_pauses = 1;
    audits_.push_back(std::make_unique<AuditRun>(&engine_.services, std::move(order), this));
    audits_.back()->Begin();
  }

  void Step(uint8_t what) {
    switch (what & 7) {
      case 0:
      case 1:
      case 2:
      case 3:
        Deliver(what);
        break;
      case 4:
        engine_.RunFor(milliseconds(reader_.U16()));
        break;
      case 5:
        if (engine_.NextEvent() != ike::TimePoint::max()) engine_.RunUntil(engine_.NextEvent());
        break;
      case 6:
        Disturb(reader_.U8());
        break;
      default:
        Begin(reader_.U8());
    }
    CheckTimes();
  }

  // What the step speaks of: the exchange of that number.
  ExchangeHandle Chosen(uint8_t number) {
    engine_.exchanger.Turn();  // what has been started goes out
    const std::vector<ExchangeHandle> active = engine_.exchanger.Active();
    return active.empty() ? 0 : active[number % active.size()];
  }

  // The low bits say whether SPI and length are put right, so that the fuzzer gets past them.
  void Deliver(uint8_t what) {
    const ike::ByteSpan bytes = reader_.Take(std::min<size_t>(reader_.U16(), reader_.remaining()));
    ike::Bytes message(bytes.begin(), bytes.end());
    const ExchangeHandle handle = Chosen(static_cast<uint8_t>(what >> 3));
    if (message.size() >= ike::wire::kIkeHeaderSize) {
      ike::Writer writer(&message);
      const uint64_t spi = engine_.exchanger.SpiOf(handle);
      if ((what & 1) == 0) {
        writer.PatchU32(0, static_cast<uint32_t>(spi >> 32));
        writer.PatchU32(4, static_cast<uint32_t>(spi));
      }
      if ((what & 2) == 0) {
        writer.PatchU32(ike::wire::kLengthOffset, static_cast<uint32_t>(message.size()));
      }
    }
    Require(!PacketText(message).empty() || message.empty(), "every packet can be shown");
    engine_.exchanger.Deliver(handle, message);
  }

  void Disturb(uint8_t what) {
    const ExchangeHandle handle = Chosen(static_cast<uint8_t>(what >> 3));
    switch (what & 7) {
      case 0:
        return engine_.exchanger.NoteGarbage(handle);
      case 1:
        return engine_.exchanger.NoteError(handle);
      case 2:
        return engine_.exchanger.Unreachable(handle);
      case 3:
        return engine_.exchanger.FailSend(handle);
      case 4:
        return probes_.clear();  // as a reload that drops the target does
      case 5:
        return audits_.clear();
      default:
        engine_.budget.NextFree(kAddress, 3, HalfOpenBudget::Requester::kScheduled, engine_.now());
        return;
    }
  }

  void OnSent(ExchangeHandle, const ExchangeJob&, ike::ByteSpan message) override {
    const auto header = ike::wire::ParseIkeHeader(message);
    Require(header && header->length == message.size(), "header of what is sent");
  }

  void OnProbeDone(ProbeRun* run, ProbeResult&& result) override {
    const ike::Outcome& outcome = result.report.outcome;
    Require(outcome.version == run->order().version, "the version that was asked for");
    Require(result.report.duration >= ike::Duration::zero(), "a duration");
    Require(result.report.packets_sent <= 64, "bounded number of messages");
    Require(result.end == ProbeEnd::kProbed || !outcome.answered(), "no budget, no answer");
    if (result.end == ProbeEnd::kProbed) entry_.Publish(result.report);
    Ikev1ProbeJson({"host", 500}, outcome).dump();
    Ikev2SaJson({"host", 500}, outcome).dump();
    const auto of_run = [run](const Probe& probe) { return probe.run.get() == run; };
    Require(std::erase_if(probes_, of_run) == 1, "a probe ends once");
  }

  void OnAuditDone(AuditRun* run, AuditOutcome outcome) override {
    for (const ike::VersionAudit& version : outcome.versions) {
      Require(version.requests <= 64, "bounded number of requests");
    }
    const auto of_run = [run](const auto& audit) { return audit.get() == run; };
    Require(std::erase_if(audits_, of_run) == 1, "an audit ends once");
  }

  void CheckTimes() {
    for (const Probe& probe : probes_) {
      Require(engine_.now() <= probe.latest_end, "a probe ends by its deadline");
    }
  }

  // Labels come from our tables: printable, and of a known page's form.
  void CheckPublished() {
    std::string text;
    entry_.WithLabels([&](const ike::Target& target, const TargetState& state, auto labels) {
      for (const MetricRow& row : ProbeRows()) {
        TextSink sink(row.name, labels, &text);
        EmitRow(row, {target, state, false}, &sink);
      }
    });
    for (const char c : text) Require(c == '\n' || (c >= 0x20 && c < 0x7f), "a printable page");
    TargetJson(entry_).dump();  // throws on what is no UTF-8
  }

  static inline const ike::IpAddress kAddress = ike::IpAddress::V4(192, 0, 2, 2);

  ike::Reader reader_;
  FakeShares shares_;
  VirtualEngine engine_;
  std::array<ike::LivenessMemory, 2> memories_;
  TargetEntry entry_{std::make_shared<const ike::Target>(
                         ike::Target{"target", "192.0.2.2", SettingsNumber(0), nullptr, nullptr}),
                     true,
                     std::make_shared<const std::vector<double>>(std::vector{0.01, 0.1, 1.0})};
  size_t begun_ = 0;
  std::vector<Probe> probes_;
  std::vector<std::unique_ptr<AuditRun>> audits_;
};

}  // namespace
}  // namespace exporter::test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > exporter::test::kLongestScript) return 0;
  exporter::test::Script(ike::ByteSpan(data, size)).Run();
  return 0;
}
