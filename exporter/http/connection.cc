#include "exporter/http/connection.h"

#include <sys/epoll.h>

#include <chrono>
#include <utility>

#include "exporter/http/front.h"
#include "exporter/net/address.h"

namespace exporter {
namespace {

using std::chrono::seconds;

// No more than a request needs: what comes after it has to be kept.
constexpr size_t kReadBytes = 4 * 1024;
constexpr size_t kReadBodyBytes = 16 * 1024;
// Steps before it is another connection's turn.
constexpr int kStepsPerTurn = 16;
// A client that takes less than this in the time of kSending is too slow.
constexpr size_t kLeastProgress = 64 * 1024;
constexpr ike::Duration kLongestReply = std::chrono::minutes(5);
// Of what a client sends that has had its last answer.
constexpr size_t kMaxDiscarded = 4 * 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// How long the client is waited for, by phase; zero = it is not the client that is waited for. A
// connection between requests is kept for longer than scrapes are apart.
constexpr seconds kPatience[] = {seconds(10), seconds(10), seconds(10), seconds(180), seconds(5),
                                 seconds(10), seconds(0),  seconds(10), seconds(2),   seconds(10)};
// A client that was served so short a time ago comes after those that were not.
constexpr ike::Duration kAgain = seconds(1);
// What OpenSSL keeps once a handshake is done.
constexpr size_t kSessionBytes = 12 * 1024;
// From so many scrapes at a time on they are made as cheaply as possible.
constexpr size_t kManyScrapes = 16;

ike::TimePoint Now() { return std::chrono::steady_clock::now(); }

}  // namespace

Connection::Connection(Front* front, uint64_t id, std::shared_ptr<Channel> channel)
    : front_(front), id_(id), channel_(std::move(channel)) {
  deadline_.callback = [this] { End(); };
}

Connection::~Connection() = default;

void Connection::Begin(bool tls) {
  bool added = front_->loop()->AddFd(channel_->fd(), 0, [this](uint32_t e) { OnReady(e); });
  if (!added) return End();
  // The first request has the time of a head: nobody connects in order to say nothing.
  Enter(tls ? Phase::kHandshake : Phase::kHead);
  Await(Channel::Need::kRead);
}

void Connection::Move(Phase phase) {
  phase_ = phase;
  front_->crowd()->NotePhase(this);
}

void Connection::Enter(Phase phase) {
  Move(phase);
  ike::Duration patience = kPatience[static_cast<size_t>(phase)];
  timed_ = sent_;
  if (patience > ike::Duration::zero()) {
    front_->loop()->Arm(&deadline_, front_->loop()->now() + patience);
  } else {
    deadline_.Cancel();
  }
}

void Connection::Await(Channel::Need need) {
  uint32_t events = 0;
  if (need == Channel::Need::kRead) events = EPOLLIN;
  if (need == Channel::Need::kWrite) events = EPOLLOUT;
  if (events == awaited_) return;
  awaited_ = events;
  if (!front_->loop()->ModifyFd(channel_->fd(), events)) End();
}

void Connection::OnReady(uint32_t events) {
  bool gone = (events & (EPOLLHUP | EPOLLERR)) != 0 && awaited_ == 0;
  if (gone) return End();
  Pump();
}

void Connection::Pump() {
  for (int step = 0; step < kStepsPerTurn; ++step) {
    bool more = false;
    if (!channel_) return;
    if (phase_ == Phase::kForsaken) return End();
    if (phase_ == Phase::kHandshake) {
      more = BeginShaking();
    } else if (phase_ == Phase::kSending) {
      more = Send();
    } else if (phase_ == Phase::kLingering) {
      more = Discard();
    } else if (phase_ != Phase::kWorking) {
      more = Receive();
    }
    if (!channel_) return;
    front_->NoteHeld(this);
    if (!more) return;
  }
  front_->Post(id_, [](Connection* connection) { connection->Pump(); });
}

bool Connection::BeginShaking() {
  if (ticket.inside()) {
    front_->handshakes()->Work(this);
    Shake(false);
    return false;
  }
  uint64_t precedence = front_->crowd()->PrecedenceInTurn(this);
  if (front_->handshakes()->Enter(this, precedence)) {
    Shake(true);
  } else {
    Await(Channel::Need::kNothing);
    Move(Phase::kQueued);
  }
  return false;
}

// The deadline of the handshake stays, however often its worker is asked.
void Connection::Shake(bool first) {
  Await(Channel::Need::kNothing);
  Move(Phase::kShaking);
  auto shake = [front = front_, id = id_, weak = std::weak_ptr(channel_)] {
    std::shared_ptr<Channel> channel = weak.lock();
    if (!channel) return;
    Channel::Need need = channel->Handshake();
    front->Post(id, [need](Connection* connection) { connection->OnHandshake(need); });
  };
  uint64_t precedence = ticket.precedence + (first ? 0 : Crowd::kGoesOn);
  if (!front_->Submit(Work::kHandshake, {shake, precedence, channel_})) End();
}

void Connection::OnHandshake(Channel::Need need) {
  if (need == Channel::Need::kEnd) {
    front_->handshakes()->Leave(this);
    Linger();
    return Pump();
  }
  if (need != Channel::Need::kNothing) {
    Move(Phase::kHandshake);
    front_->handshakes()->Idle(this, front_->loop()->now());
    return Await(need);
  }
  front_->handshakes()->Leave(this);
  session_ = kSessionBytes;
  Enter(Phase::kHead);
  Pump();
}

void Connection::GiveUpHandshake() {
  front_->handshakes()->Leave(this);
  channel_->Forsake();
  Enter(Phase::kForsaken);
}

bool Connection::Receive() {
  if (!leftover_.empty()) return Take(std::exchange(leftover_, {}));
  char bytes[kReadBodyBytes];
  size_t size = phase_ == Phase::kBody ? kReadBodyBytes : kReadBytes;
  Channel::Moved got = channel_->Read(bytes, size);
  if (got.bytes > 0) return Take({bytes, got.bytes});
  if (got.need == Channel::Need::kEnd) {
    End();
  } else {
    Await(got.need);
  }
  return false;
}

bool Connection::Take(std::string_view bytes) {
  size_t taken = parser_.Feed(bytes);
  if (parser_.error()) {
    Refuse();
    return true;
  }
  leftover_ = bytes.substr(taken);
  if (phase_ == Phase::kIdle) Enter(Phase::kHead);
  if (phase_ == Phase::kHead && parser_.in_body()) Enter(Phase::kBody);
  bool answered = !parser_.TakeContinue() || channel_->Write(kContinue).bytes == kContinue.size();
  if (!answered) {
    End();
  } else if (parser_.complete()) {
    Dispatch();
  }
  return channel_ != nullptr;
}

bool Connection::Discard() {
  Channel::Moved got = channel_->Drain();
  discarded_ += got.bytes;
  if (got.need == Channel::Need::kEnd || discarded_ > kMaxDiscarded) {
    End();
    return false;
  }
  if (got.bytes == 0) Await(got.need);
  return got.bytes > 0;
}

void Connection::Refuse() {
  call_ = std::make_shared<Call>();
  call_->begun = Now();
  call_->policy = front_->policy();
  call_->request.keep_alive = false;
  AnswerWith(ErrorReply(*parser_.error(), parser_.path()), call_.get());
  Reply();
}

void Connection::Dispatch() {
  call_ = std::make_shared<Call>();
  call_->begun = Now();
  call_->policy = front_->policy();
  size_t held = parser_.held();
  call_->request = parser_.Take();
  // Nobody reads the body of anything else, and a page may take minutes to go.
  if (call_->request.method != "POST") held -= HeapBytes(std::exchange(call_->request.body, {}));
  asked_ = held;
  if (client_.empty()) client_ = net::ToString(books.client);
  call_->request.client = client_;
  if (winding_down_) call_->request.keep_alive = false;
  call_->admission = front_->site()->Admit(call_->request, *call_->policy, false);
  Decide();
}

void Connection::Decide() {
  Admission& admission = call_->admission;
  if (admission.refusal) {
    AnswerWith(std::move(*admission.refusal), call_.get());
    return Reply();
  }
  if (!admission.asks_password && admission.route->stage == Stage::kFront) {
    Answer(front_->site(), call_.get());
    return Reply();
  }
  if (AskWorker()) return Enter(Phase::kWorking);
  HttpError busy{503, "too many requests wait already", "busy", 1};
  bool password = admission.asks_password;
  AnswerWith(
      password ? Site::WrongPassword(AuthResult::kBusy) : ErrorReply(busy, call_->request.path),
      call_.get());
  Reply();
}

// Of a client that has gone meanwhile nothing is done.
std::function<void()> Connection::JobOf(std::function<void(Call*)> work,
                                        void (Connection::*done)()) {
  return [front = front_, id = id_, weak = std::weak_ptr(call_), work = std::move(work), done] {
    CallPtr call = weak.lock();
    if (!call) return;
    work(call.get());
    front->Post(id, [done](Connection* connection) { (connection->*done)(); });
  };
}

Crowd::Rank Connection::RankOf() const {
  bool served = scraped_ != ike::TimePoint{};
  if (!leftover_.empty() || (served && Now() - scraped_ < kAgain)) return Crowd::Rank::kGreedy;
  if (!front_->crowd()->OfMany(this)) return Crowd::Rank::kFew;
  return served ? Crowd::Rank::kReturns : Crowd::Rank::kMany;
}

bool Connection::AskWorker() {
  Await(Channel::Need::kNothing);
  Site* site = front_->site();
  uint64_t turn = front_->crowd()->PrecedenceInTurn(this);
  if (call_->admission.asks_password) {
    auto check = [site](Call* call) {
      call->password = site->CheckPassword(call->request, *call->policy);
    };
    return front_->Submit(Work::kPassword, {JobOf(check, &Connection::OnPassword), turn, call_});
  }
  auto answer = [site, weak = std::weak_ptr(channel_)](Call* call) {
    Answer(site, call);
    if (auto channel = weak.lock()) Carry(channel.get(), call);
  };
  Work work = WorkOf(*call_->admission.route);
  if (work != Work::kScrape) {
    return front_->Submit(work, {JobOf(answer, &Connection::OnPiece), turn, call_});
  }
  scrape_ = front_->crowd()->BeginStream(this, RankOf());
  call_->request.spare = front_->crowd()->streams() > kManyScrapes;
  // Its turn may be long in coming: until then it holds no more than it needs.
  call_->form = FormFor(call_->request);
  std::exchange(call_->request.fields, {});
  std::exchange(call_->request.query, {});
  asked_ = 0;
  return front_->Submit(work, {JobOf(answer, &Connection::OnPiece), scrape_, call_});
}

void Connection::OnPassword() {
  if (call_->password == AuthResult::kGranted) {
    call_->admission = front_->site()->Admit(call_->request, *call_->policy, true);
  } else {
    call_->admission.refusal = Site::WrongPassword(call_->password);
  }
  Decide();
  Pump();
}

void Connection::OnPiece() {
  bool late = Now() - call_->begun > kLongestReply && call_->more;
  if (call_->failed || late) return End();
  Reply();
  Pump();
}

void Connection::Reply() {
  out_ = std::exchange(call_->piece, {});
  asked_ = 0;
  Enter(Phase::kSending);
}

bool Connection::Send() {
  while (sent_ < out_.size()) {
    Channel::Moved moved = channel_->Write(std::string_view(out_).substr(sent_));
    sent_ += moved.bytes;
    if (moved.need == Channel::Need::kEnd) {
      End();
      return false;
    }
    if (moved.need != Channel::Need::kNothing) {
      bool late = Now() - call_->begun > kLongestReply;
      if (sent_ - timed_ >= kLeastProgress && !late) Enter(Phase::kSending);
      Await(moved.need);
      return false;
    }
  }
  std::exchange(out_, {});  // an assignment would keep its memory
  sent_ = 0;
  if (call_->more) return NextPiece();
  Finish();
  return true;
}

bool Connection::NextPiece() {
  Await(Channel::Need::kNothing);
  Enter(Phase::kWorking);
  auto next = [weak = std::weak_ptr(channel_)](Call* call) {
    Continue(call);
    if (auto channel = weak.lock()) Carry(channel.get(), call);
  };
  Work work = WorkOf(*call_->admission.route);
  if (!front_->Submit(work, {JobOf(next, &Connection::OnPiece), scrape_, call_})) End();
  return false;
}

void Connection::Finish() {
  double took = std::chrono::duration<double>(Now() - call_->begun).count();
  front_->site()->Count(call_->admission.route, call_->writer->status(), took);
  bool stays = call_->writer->keep_alive() && !winding_down_;
  if (books.streams) scraped_ = Now();
  front_->crowd()->EndStream(this);
  call_.reset();
  if (stays) return Enter(Phase::kIdle);
  Linger();
}

// TCP answers what arrives after a close with a reset, and the client loses what it has not read:
// of TLS 1.3 the alert that its certificate is missing, since it takes the handshake for done.
void Connection::Linger() {
  channel_->EndWrites();
  session_ = 0;
  Enter(Phase::kLingering);
}

void Connection::WindDown() {
  winding_down_ = true;
  if (phase_ < Phase::kWorking) End();
}

void Connection::End() {
  if (!channel_) return;
  front_->loop()->RemoveFd(channel_->fd());
  deadline_.Cancel();
  channel_.reset();
  front_->Forget(this);
}

}  // namespace exporter
