// Exchanges over real sockets on loopback, with the simulated gateway's answers: which of them
// count, how an exchange ends, and what one address gets at a time.
#include <algorithm>
#include <set>

#include "probes/wire/notify.h"
#include "probes/wire/payload_chain.h"
#include "tests/exporter/transport/tcp_runner_fixture.h"

namespace exporter::test {
namespace {

using ike::Reason;

TEST_F(ExchangeRunnerTest, CarriesAnExchangeOut) {
  const ike::Outcome& outcome = Outcome(Job());
  EXPECT_TRUE(outcome.selected());
  ASSERT_TRUE(outcome.rtt);
  EXPECT_GT(*outcome.rtt, ike::Duration::zero());
  EXPECT_LT(*outcome.rtt, seconds(1));
  EXPECT_EQ(runner_.in_flight(), 0u);
  EXPECT_EQ(runner_.unmatched_packets(), 0u);
}

// The first one has a socket that is bound to it, the others share one.
TEST_F(ExchangeRunnerTest, PacketsComeFromTheSourceThatWasAskedFor) {
  for (const auto last : Bytes{2, 3, 4, 2, 3}) {
    ExchangeJob job = Job();
    job.source = ike::IpAddress::V4(127, 0, 0, last);
    outcomes_.all.clear();
    EXPECT_TRUE(Outcome(job).selected());
    EXPECT_EQ(ntohl(heard_.back().from.sin_addr.s_addr), 0x7f000000u + last);
  }
  std::set<in_port_t> ports;
  for (const Heard& heard : heard_) ports.insert(heard.from.sin_port);
  EXPECT_EQ(ports.size(), 1u) << "one socket for all sources";
}

TEST_F(ExchangeRunnerTest, ASourceThatIsNotOursIsASendFailureAndLeavesTheNextAlone) {
  ExchangeJob job = Job();
  job.source = ike::IpAddress::V4(192, 0, 2, 1);
  EXPECT_EQ(Outcome(job).reason, Reason::kSend);
  EXPECT_TRUE(heard_.empty());
  outcomes_.all.clear();
  EXPECT_TRUE(Outcome(Job()).selected());
}

TEST_F(ExchangeRunnerTest, ForeignRepliesDoNotCount) {
  Socket other(SOCK_DGRAM);
  answer_ = [&](const Heard& heard) {
    const Bytes right = AnswerTo(heard.bytes);
    ReplyFrom(other, heard, right);  // not the port that was asked
    Bytes wrong_spi = right;
    wrong_spi[0] = static_cast<uint8_t>(wrong_spi[0] ^ 1);
    Reply(heard, wrong_spi);
    Reply(heard, {right.begin(), right.begin() + 7});
  };
  ExchangeJob job = Job();
  job.timeout = milliseconds(300);
  const ike::Outcome& outcome = Outcome(job);
  EXPECT_FALSE(outcome.answered());
  EXPECT_EQ(outcome.reason, Reason::kMalformed) << "something came, but nothing of ours";
  EXPECT_GE(outcome.duration, milliseconds(200));  // from the first packet on
  EXPECT_EQ(runner_.unmatched_packets(), 3u);
}

TEST_F(ExchangeRunnerTest, GarbageBeforeTheAnswerChangesNothing) {
  answer_ = [this](const Heard& heard) {
    Bytes garbage = heard.bytes;  // our own message is no answer
    Reply(heard, garbage);
    garbage.resize(20);
    Reply(heard, garbage);
    Reply(heard, AnswerTo(heard.bytes));
  };
  EXPECT_TRUE(Outcome(Job()).selected());
}

TEST_F(ExchangeRunnerTest, AClosedPortIsUnreachableAtOnce) {
  ExchangeJob job = Job();
  job.remote = Socket(SOCK_DGRAM).endpoint();
  const ike::Outcome& outcome = Outcome(job);
  EXPECT_EQ(outcome.reason, Reason::kUnreachable);
  EXPECT_LT(outcome.duration, seconds(1));
}

TEST_F(ExchangeRunnerTest, NoRouteIsASendFailure) {
  ExchangeJob job = Job();
  job.remote.address = ike::IpAddress::V4(255, 255, 255, 255);  // needs SO_BROADCAST
  EXPECT_EQ(Outcome(job).reason, Reason::kSend);
}

// Karn: after a retransmission nobody knows which copy was answered.
TEST_F(ExchangeRunnerTest, ARetransmissionGivesNoRoundTripTime) {
  answer_ = [this](const Heard& heard) {
    if (heard_.size() == 2) Reply(heard, AnswerTo(heard.bytes));
  };
  const ike::TimePoint begun = loop_->now();
  const ike::Outcome& outcome = Outcome(Job());
  EXPECT_TRUE(outcome.selected());
  EXPECT_FALSE(outcome.rtt);
  EXPECT_TRUE(outcome.retransmitted);
  EXPECT_EQ(heard_[0].bytes, heard_[1].bytes);
  EXPECT_GE(heard_[1].at - begun, milliseconds(900)) << "not since the first was heard, late";
}

TEST_F(ExchangeRunnerTest, WhatIsSentAgainIsTracedWithoutItsBytes) {
  answer_ = [this](const Heard& heard) {
    if (heard_.size() == 2) Reply(heard, AnswerTo(heard.bytes));
  };
  Trace trace;
  runner_.Start(Job(), &outcomes_, &trace);
  RunUntil([this] { return !outcomes_.all.empty(); });
  ASSERT_EQ(trace.messages().size(), 3u);
  const TracedMessage& again = trace.messages()[1];
  EXPECT_FALSE(trace.messages()[0].bytes.empty());
  EXPECT_TRUE(again.sent && again.retransmission);
  EXPECT_TRUE(again.bytes.empty());
  EXPECT_GE(again.at, milliseconds(900));
}

TEST_F(ExchangeRunnerTest, OneOpeningAtATimeGoesToEachAddress) {
  answer_ = [](const Heard&) {};
  for (int i = 0; i < 3; ++i) Start(Job());
  RunUntil([this] { return !heard_.empty(); });
  const auto until = Clock::now() + milliseconds(100);
  RunUntil([until] { return Clock::now() >= until; });
  EXPECT_EQ(heard_.size(), 1u) << "the others wait for its answer";
  answer_ = [this](const Heard& heard) { Reply(heard, AnswerTo(heard.bytes)); };
  Reply(heard_[0], AnswerTo(heard_[0].bytes));
  RunUntil([this] { return outcomes_.all.size() == 3; });
  ASSERT_EQ(heard_.size(), 3u);
  EXPECT_GE(heard_[2].at - heard_[1].at, milliseconds(19)) << "a daemon forgets in between";
}

TEST_F(ExchangeRunnerTest, ACancelledExchangeIsNotHeardOfAgain) {
  std::vector<ExchangeHandle> handles;
  for (int i = 0; i < 2; ++i) handles.push_back(runner_.Start(Job(), &outcomes_, nullptr));
  answer_ = [](const Heard&) {};
  RunUntil([this] { return !heard_.empty(); });
  for (ExchangeHandle handle : handles) runner_.Cancel(handle);
  runner_.Cancel(handles[0]);
  EXPECT_EQ(runner_.in_flight(), 0u);
  Reply(heard_[0], AnswerTo(heard_[0].bytes));
  Reply(heard_[0], {1, 2, 3});
  RunUntil([this] { return runner_.unmatched_packets() == 1; });
  EXPECT_TRUE(outcomes_.all.empty());
}

// What a daemon repeats, or says too late, is no sign of another service.
TEST_F(ExchangeRunnerTest, RepeatsOfAnExchangeThatIsOverAreNoGarbage) {
  EXPECT_TRUE(Outcome(Job()).selected());
  const Heard first = heard_.back();
  answer_ = [&](const Heard&) {
    for (int i = 0; i < 3; ++i) Reply(first, AnswerTo(first.bytes));
  };
  outcomes_.all.clear();
  ExchangeJob job = Job();
  job.timeout = milliseconds(300);
  EXPECT_EQ(Outcome(job).reason, Reason::kTimeout);
  EXPECT_EQ(runner_.unmatched_packets(), 0u);
}

TEST_F(ExchangeRunnerTest, UnknownIkeIsUnmatchedButNotMalformed) {
  answer_ = [this](const Heard& heard) {
    Bytes wrong_spi = AnswerTo(heard.bytes);
    wrong_spi[0] = static_cast<uint8_t>(wrong_spi[0] ^ 1);
    Reply(heard, wrong_spi);
  };
  ExchangeJob job = Job();
  job.timeout = milliseconds(300);
  const ike::Outcome& outcome = Outcome(job);
  EXPECT_FALSE(outcome.answered());
  EXPECT_EQ(outcome.reason, Reason::kTimeout);
  EXPECT_EQ(runner_.unmatched_packets(), 1u);
}

TEST_F(ExchangeRunnerTest, AfterSilenceALateAnswerIsHeardWhileTheJobListens) {
  answer_ = [](const Heard&) {};
  ExchangeJob job = Job();
  job.timeout = milliseconds(200);
  job.listening = seconds(10);
  EXPECT_EQ(Outcome(job).reason, Reason::kTimeout);
  Reply(heard_[0], {1, 2, 3});
  Reply(heard_[0], AnswerTo(heard_[0].bytes));
  RunUntil([this] { return !outcomes_.late.empty(); });
  EXPECT_TRUE(outcomes_.late[0].selected());
  EXPECT_EQ(outcomes_.all.size(), 1u);
  EXPECT_EQ(runner_.in_flight(), 0u);
}

TEST_F(ExchangeRunnerTest, AnExchangeThatListensEndsUnheard) {
  answer_ = [](const Heard&) {};
  ExchangeJob job = Job();
  job.timeout = job.listening = milliseconds(100);
  Outcome(job);
  EXPECT_EQ(runner_.in_flight(), 1u);
  RunUntil([this] { return runner_.in_flight() == 0; });
  job.listening = seconds(10);
  outcomes_.all.clear();
  const ExchangeHandle handle = runner_.Start(job, &outcomes_, nullptr);
  RunUntil([this] { return !outcomes_.all.empty(); });
  EXPECT_EQ(runner_.Cancel(handle), 1u) << "packets sent";
  EXPECT_EQ(runner_.in_flight(), 0u);
  EXPECT_EQ(runner_.Cancel(handle), 0u);
  EXPECT_TRUE(outcomes_.late.empty());
}

TEST_F(ExchangeRunnerTest, ALargeAnswerCounts) {
  answer_ = [this](const Heard& heard) {
    Bytes answer = AnswerTo(heard.bytes);
    answer.resize(60000);
    Reply(heard, answer);
  };
  const ike::Outcome& outcome = Outcome(Job());
  EXPECT_TRUE(outcome.selected());
  EXPECT_EQ(outcome.quirks, ike::kQuirkTrailingBytes);
}

TEST_F(ExchangeRunnerTest, ARefusalUnderAnotherCookieIsFoundByItsNotify) {
  gateway_.emplace("ikev1 = \"refuse\"\n");
  Socket other(SOCK_DGRAM);
  answer_ = [&](const Heard& heard) {
    Bytes refusal;
    const uint64_t cookie = ike::Reader(heard.bytes).U64();
    ike::wire::MessageBuilder builder(
        &refusal, {.initiator_spi = ~cookie, .version = 0x10, .exchange_type = 5});
    Bytes spi;
    ike::Writer(&spi).U64(cookie);
    ike::wire::WriteIkev1Notify({.doi = 1, .protocol = 1, .type = 14, .spi = spi, .data = {}},
                                builder.Begin(11));
    builder.Finish();
    ReplyFrom(other, heard, refusal);  // not the port that was asked
    if (heard_.size() > 1) Reply(heard, refusal);
  };
  ExchangeJob job = Job();
  job.opening = openings_->ikev1.full;
  const ike::Outcome& outcome = Outcome(job);
  EXPECT_EQ(outcome.error_notify, 14);
  EXPECT_EQ(outcome.packets_sent, 2u) << "the first answer came from elsewhere";
}

TEST_F(ExchangeRunnerTest, EncapsulationPutsTheMarkerAndWantsIt) {
  answer_ = [this](const Heard& heard) {
    EXPECT_TRUE(std::all_of(heard.bytes.begin(), heard.bytes.begin() + 4,
                            [](uint8_t byte) { return byte == 0; }));
    Bytes answer = AnswerTo({heard.bytes.begin() + 4, heard.bytes.end()});
    Reply(heard, answer);  // without a marker it is ESP
    answer.insert(answer.begin(), 4, 0);
    Reply(heard, answer);
  };
  const ike::Outcome& outcome = Outcome(Job(ike::Transport::kUdpEncap));
  EXPECT_TRUE(outcome.selected());
  EXPECT_EQ(runner_.unmatched_packets(), 1u);
}

TEST_F(ExchangeRunnerTest, AnswersOfAggressiveModeAreNotTraced) {
  ike::ProbeSettings settings;
  settings.exchange = ike::Ikev1Mode::kAggressive;
  gateway_.emplace("ikev1 = [\"aes256-sha256-modp2048\"]\naggressive = true\n");
  ExchangeJob job = Job();
  job.opening = MakeOpeningSet(std::make_shared<ike::ProbeSettings>(settings))->ikev1.full;
  Trace trace;
  runner_.Start(job, &outcomes_, &trace);
  RunUntil([this] { return !outcomes_.all.empty(); });
  EXPECT_TRUE(outcomes_.all[0].selected());
  ASSERT_EQ(trace.messages().size(), 2u);
  EXPECT_FALSE(trace.messages()[0].bytes.empty());
  EXPECT_TRUE(trace.messages()[1].bytes.empty())
      << "with the nonces it is an offline PSK-cracking kit";
}

TEST_F(TcpRunnerTest, CarriesAnExchangeOutHoweverTheSegmentsFall) {
  serve_ = [this](int fd, const Bytes& message) {
    const Bytes answer = AnswerTo(message);
    Write(fd, ike::ByteSpan(answer).first(30));
    Write(fd, ike::ByteSpan(answer).subspan(30));
  };
  const ike::Outcome& outcome = Outcome(TcpJob());
  EXPECT_TRUE(outcome.selected());
  EXPECT_TRUE(outcome.rtt);
  EXPECT_EQ(runner_.in_flight(), 0u);
}

TEST_F(TcpRunnerTest, AConnectionThatIsClosedWithoutAnAnswerIsMalformed) {
  serve_ = [](int fd, const Bytes&) { shutdown(fd, SHUT_RDWR); };
  const ike::Outcome& outcome = Outcome(TcpJob());
  EXPECT_EQ(outcome.reason, Reason::kMalformed);
  EXPECT_EQ(connections_.size(), 1u) << "there is no second try without an answer";
}

// As libreswan does after INVALID_KE_PAYLOAD.
TEST_F(TcpRunnerTest, WhatWasAskedForGoesOverASecondConnection) {
  gateway_.emplace("ikev2 = [\"aes256-sha256-ecp384\"]\n");
  serve_ = [this](int fd, const Bytes& message) {
    Write(fd, AnswerTo(message));
    shutdown(fd, SHUT_RDWR);
  };
  const ike::Outcome& outcome = Outcome(TcpJob());
  EXPECT_TRUE(outcome.selected());
  EXPECT_EQ(outcome.ikev2.group, 20);
  EXPECT_EQ(connections_.size(), 2u);
}

TEST_F(TcpRunnerTest, ARefusedConnectionIsUnreachable) {
  ExchangeJob job = TcpJob();
  job.remote = Socket(SOCK_STREAM).endpoint();
  EXPECT_EQ(Outcome(job).reason, Reason::kUnreachable);
}

// Unlike UDP sockets.
TEST_F(TcpRunnerTest, TheLoopWatchesConnections) {
  bool asked = false;
  serve_ = [&](int, const Bytes&) { asked = true; };
  Start(TcpJob());
  RunUntil([&] { return asked; });
  EXPECT_GT(runner_.Tick(loop_->now()), loop_->now() + seconds(1));
  EXPECT_EQ(runner_.in_flight(), 1u);
}

// Its connection stands before the tick that forgets the exchange.
TEST_F(TcpRunnerTest, AnExchangeThatIsCancelledWhileItConnectsSendsNothing) {
  bool asked = false;
  serve_ = [&](int, const Bytes&) { asked = true; };
  const ExchangeHandle handle = runner_.Start(TcpJob(), &outcomes_, nullptr);
  runner_.Read(loop_->now() + milliseconds(1));
  runner_.Tick(loop_->now());  // the pacer allows nothing in no time
  EXPECT_EQ(runner_.Cancel(handle), 0u);
  RunUntil([this] { return !connections_.empty(); });
  EXPECT_EQ(runner_.in_flight(), 0u);
  EXPECT_FALSE(asked);
  EXPECT_TRUE(outcomes_.all.empty());
}

TEST_F(TcpRunnerTest, AServerThatSaysNothingIsATimeout) {
  ExchangeJob job = TcpJob();
  job.timeout = milliseconds(300);
  const ike::Outcome& outcome = Outcome(job);
  EXPECT_EQ(outcome.reason, Reason::kTimeout);
  EXPECT_EQ(outcome.packets_sent, 1u) << "TCP retransmits by itself (RFC 9329 section 6.2)";
}

}  // namespace
}  // namespace exporter::test
