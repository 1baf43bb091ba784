#include "exporter/state/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/exporter/targets/full_history.h"

namespace exporter {
namespace {

using ike::Kind;
using test::FullHistory;
using test::FullResult;
namespace fs = std::filesystem;

std::string Contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

class StateFileTest : public testing::Test {
 protected:
  StateFileTest() {
    char directory[] = "/tmp/state_file_test.XXXXXX";
    directory_ = mkdtemp(directory);
  }
  ~StateFileTest() override { fs::remove_all(directory_); }

  static std::shared_ptr<const TargetTable> TableOf(const std::vector<std::string>& names,
                                                    const std::string& host = "vpn.example",
                                                    ike::Transport transport = ike::Transport::kUdp,
                                                    uint16_t port = 500) {
    auto config = std::make_shared<config::Config>();
    ike::ProbeSettings settings;
    settings.transport = transport;
    settings.port = port;
    auto shared = std::make_shared<const ike::ProbeSettings>(settings);
    for (const std::string& name : names) {
      config->targets.push_back({name, host, shared, nullptr, nullptr});
    }
    return Store().Apply(config, [](std::string_view) { return true; });
  }

  static const AuditHistory* HistoryOf(const TargetTable& table, const std::string& name) {
    return table.Find(name)->With(
        [](const ike::Target&, const TargetState& state) { return state.audit.get(); });
  }

  void SaveOne(const std::string& name = "hq") {
    auto table = TableOf({name});
    table->entries[0]->RestoreAudit(FullHistory());
    auto saved = StateFile(directory_).Save(*table);
    ASSERT_TRUE(saved) << saved.error();
  }

  fs::path path() const { return fs::path(directory_) / "audits.json"; }

  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(directory_)) {
      names.push_back(file.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string directory_;
};

TEST_F(StateFileTest, KnowsBeforehandWhetherItCanBeWritten) {
  Put(directory_ + "/audits.json.new", "half");
  EXPECT_TRUE(StateFile(directory_).CheckWritable());
  EXPECT_EQ(Files(), std::vector<std::string>()) << "nothing is left";
  EXPECT_TRUE(StateFile(directory_ + "/new").CheckWritable());
  EXPECT_TRUE(fs::is_directory(directory_ + "/new"));
  Put(directory_ + "/file", "");
  auto writable = StateFile(directory_ + "/file").CheckWritable();
  ASSERT_FALSE(writable);
  EXPECT_EQ(writable.error(),
            "cannot create " + directory_ + "/file/audits.json.new: Not a directory");
}

// A row holds everything that is kept, and the tests below compare rows: this one shows that
// nothing is missing in them.
TEST_F(StateFileTest, EveryFieldComesBack) {
  SaveOne();
  auto table = TableOf({"hq"});
  auto restored = StateFile(directory_).Load(*table);
  ASSERT_TRUE(restored) << restored.error();
  EXPECT_EQ(*restored, 1u);
  const AuditHistory* history = HistoryOf(*table, "hq");
  ASSERT_NE(history, nullptr);
  EXPECT_EQ(history->audits, 1'000'000'000'000u);
  EXPECT_EQ(history->failures, 3u);
  EXPECT_EQ(history->last_run, 1790000000.123456);
  EXPECT_EQ(history->last_requests, 24u);
  EXPECT_EQ(history->last_duration, std::chrono::seconds(70));
  EXPECT_EQ(history->changes, FullHistory().changes);
  EXPECT_EQ(history->last_changes, FullHistory().last_changes);
  EXPECT_EQ(history->last->error, "the name has no address");
  EXPECT_FALSE(history->last->success);
  EXPECT_FALSE(history->last->compliant.has_value());
  EXPECT_FALSE(history->last->versions[0].has_value());
}

TEST_F(StateFileTest, EveryFieldOfAnAuditComesBack) {
  SaveOne();
  auto table = TableOf({"hq"});
  ASSERT_TRUE(StateFile(directory_).Load(*table));
  const ike::AuditResult& read = *HistoryOf(*table, "hq")->last_complete;
  auto full = FullResult();
  EXPECT_EQ(read.host, full->host);
  EXPECT_EQ(read.port, full->port);
  EXPECT_EQ(read.success, full->success);
  EXPECT_EQ(read.reason, full->reason);
  EXPECT_EQ(read.complete, full->complete);
  EXPECT_EQ(read.policy, full->policy);
  EXPECT_EQ(read.compliant, full->compliant);
  EXPECT_EQ(read.post_quantum, full->post_quantum);
  EXPECT_EQ(read.requests, full->requests);
  EXPECT_EQ(read.duration, full->duration);
  EXPECT_EQ(read.implementation, full->implementation);
  for (size_t i = 0; i < 2; ++i) {
    const ike::VersionAudit& got = read.versions[i].value();
    const ike::VersionAudit& want = full->versions[i].value();
    EXPECT_EQ(got.answered, want.answered);
    EXPECT_EQ(got.complete, want.complete);
    EXPECT_EQ(got.accepted, want.accepted);
    EXPECT_EQ(got.unknown, want.unknown);
    EXPECT_EQ(got.ikev2_suites, want.ikev2_suites);
    EXPECT_EQ(got.ikev1_suites, want.ikev1_suites);
    EXPECT_EQ(got.main_mode, want.main_mode);
    EXPECT_EQ(got.aggressive_mode, want.aggressive_mode);
    EXPECT_EQ(got.aggressive_suite, want.aggressive_suite);
    EXPECT_EQ(got.requests, want.requests);
    EXPECT_EQ(got.responder.vendor_ids, want.responder.vendor_ids);
    EXPECT_EQ(got.implementation, want.implementation);
  }
  ASSERT_EQ(read.versions[1]->undecidable.size(), 1u);
  EXPECT_EQ(read.versions[1]->undecidable[0].why, "only AEAD ciphers are accepted");
  EXPECT_EQ(read.versions[1]->undecidable[0].algorithm, (ike::AlgorithmId{Kind::kIntegrity, 2, 0}));
  ASSERT_EQ(read.findings.size(), 1u);
  const ike::Finding& finding = read.findings[0];
  EXPECT_EQ(finding.version, ike::IkeVersion::kV1);
  EXPECT_EQ(finding.kind, Kind::kDh);
  EXPECT_EQ(finding.id, 2);
  EXPECT_EQ(finding.reason, "\"short\" \xc3\xa4");
  EXPECT_EQ(finding.advice, "remove modp1024");
  EXPECT_TRUE(finding.draft);
}

TEST_F(StateFileTest, WritingWhatWasReadGivesTheSameFile) {
  auto table = TableOf({"a", "never audited", "b"});
  AuditHistory both = FullHistory();
  both.last = both.last_complete;
  table->entries[0]->RestoreAudit(FullHistory());
  table->entries[2]->RestoreAudit(both);
  ASSERT_TRUE(StateFile(directory_).Save(*table));
  std::string written = Contents(path());
  auto again = TableOf({"a", "never audited", "b"});
  StateFile file(directory_);
  EXPECT_EQ(file.Load(*again).value(), 2u);
  EXPECT_EQ(HistoryOf(*again, "never audited"), nullptr);
  const AuditHistory* shared = HistoryOf(*again, "b");
  EXPECT_EQ(shared->last, shared->last_complete);
  ASSERT_TRUE(file.Save(*again));
  EXPECT_EQ(Contents(path()), written);
}

TEST_F(StateFileTest, NothingThereIsNoError) {
  auto table = TableOf({"hq"});
  EXPECT_EQ(StateFile(directory_).Load(*table).value(), 0u);
  EXPECT_EQ(StateFile(directory_ + "/absent").Load(*table).value(), 0u);
}

TEST_F(StateFileTest, AnotherEndpointInheritsNothing) {
  SaveOne();
  for (const auto& table : {TableOf({"other"}), TableOf({"hq"}, "192.0.2.7"),
                            TableOf({"hq"}, "vpn.example", ike::Transport::kTcpRaw),
                            TableOf({"hq"}, "vpn.example", ike::Transport::kUdp, 4500)}) {
    EXPECT_EQ(StateFile(directory_).Load(*table).value(), 0u);
    EXPECT_EQ(table->entries[0]->With(
                  [](const ike::Target&, const TargetState& state) { return state.audit.get(); }),
              nullptr);
  }
}

TEST_F(StateFileTest, ALaterLoadRestoresNewTargetsOnly) {
  SaveOne();
  StateFile file(directory_);
  auto first = TableOf({"branch"});
  EXPECT_EQ(file.Load(*first).value(), 0u);
  fs::remove(path());  // it was read once
  auto second = TableOf({"branch", "hq"});
  EXPECT_EQ(file.Load(*second).value(), 1u);
  EXPECT_EQ(file.Load(*TableOf({"hq"})).value(), 0u);
}

TEST_F(StateFileTest, ANewerAuditIsNotReplaced) {
  SaveOne();
  auto table = TableOf({"hq"});
  std::vector<std::string> changes;
  table->entries[0]->PublishAudit(FullResult(), 5, &changes);
  EXPECT_EQ(StateFile(directory_).Load(*table).value(), 0u);
  EXPECT_EQ(HistoryOf(*table, "hq")->last_run, 5);
}

TEST_F(StateFileTest, OnlyTheOwnerMayReadIt) {
  umask(0);
  SaveOne();
  struct stat status {};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(Files(), std::vector<std::string>{"audits.json"});
}

// A process that was killed while it wrote leaves a part of a temporary file behind.
TEST_F(StateFileTest, AnUnfinishedWriteDoesNotMatter) {
  SaveOne();
  Put(directory_ + "/audits.json.new", Contents(path()).substr(0, 100));
  fs::permissions(directory_ + "/audits.json.new", fs::perms::all);
  auto table = TableOf({"hq"});
  EXPECT_EQ(StateFile(directory_).Load(*table).value(), 1u);
  ASSERT_TRUE(StateFile(directory_).Save(*table));
  EXPECT_EQ(Files(), std::vector<std::string>{"audits.json"});
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(StateFileTest, AWriteThatFailsLeavesTheOldFile) {
  SaveOne();
  std::string before = Contents(path());
  fs::create_directory(directory_ + "/audits.json.new");
  auto saved = StateFile(directory_).Save(*TableOf({"hq"}));
  ASSERT_FALSE(saved);
  EXPECT_NE(saved.error().find("audits.json.new"), std::string::npos) << saved.error();
  EXPECT_EQ(Contents(path()), before);
}

TEST_F(StateFileTest, AMissingDirectoryIsMade) {
  auto table = TableOf({"hq"});
  table->entries[0]->RestoreAudit(FullHistory());
  ASSERT_TRUE(StateFile(directory_ + "/new").Save(*table));
  EXPECT_TRUE(fs::exists(directory_ + "/new/audits.json"));
  EXPECT_FALSE(StateFile(directory_ + "/not/there").Save(*table));
  EXPECT_FALSE(StateFile("/dev/null").Save(*table));
}

TEST_F(StateFileTest, ADamagedFileIsSetAsideAndOnlyThreeAreKept) {
  for (int i = 0; i < 5; ++i) {
    Put(path(), "damage " + std::to_string(i));
    auto loaded = StateFile(directory_).Load(*TableOf({"hq"}));
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().find("audits.json.damaged-"), std::string::npos) << loaded.error();
    EXPECT_FALSE(fs::exists(path()));
  }
  std::vector<std::string> files = Files();
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(Contents(directory_ + "/" + files[0]), "damage 2");
  EXPECT_EQ(Contents(directory_ + "/" + files[2]), "damage 4");
}

TEST_F(StateFileTest, WhatIsNoFileIsReported) {
  fs::create_directory(path());
  EXPECT_FALSE(StateFile(directory_).Load(*TableOf({"hq"})));
  fs::remove(path());
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  EXPECT_FALSE(StateFile(directory_).Load(*TableOf({"hq"})));
}

}  // namespace
}  // namespace exporter
