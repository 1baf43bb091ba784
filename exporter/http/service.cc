#include "exporter/http/service.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <utility>

#include "exporter/http/gzip.h"
#include "exporter/http/request_setup.h"
#include "exporter/log/log.h"

namespace exporter {
namespace {

constexpr size_t kWorthCompressing = 1024;
// A piece's least size once compressed, lest each costs a system call of its own.
constexpr size_t kWorthSending = 8 * 1024;

// RFC 9110 section 5.6.7; not strftime, whose names depend on the locale.
std::string HttpDate() {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::time_t now = std::time(nullptr);
  std::tm t{};
  gmtime_r(&now, &t);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[t.tm_wday],
                t.tm_mday, kMonths[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  return text;
}

void LogFailure(const std::string& path, const char* what) {
  Log(LogLevel::kError, "a request failed", {{"path", path}, {"error", what}});
}

// A body that is made while it is sent; of one client one piece at a time, so that a client that
// asks on many connections delays itself.
class LongBody {
 public:
  LongBody(std::unique_ptr<BodySource> source, bool gzip, std::mutex* turn)
      : source_(std::move(source)), turn_(turn) {
    if (gzip) gzip_ = std::make_unique<GzipStream>();
  }

  bool Send(httplib::DataSink& sink) {
    std::string out;
    bool more = true;
    {
      std::lock_guard turn(*turn_);
      do {
        std::string piece;
        more = source_->Next(&piece);
        if (gzip_) {
          gzip_->Add(piece, !more, &out);
        } else {
          out = std::move(piece);
        }
      } while (more && out.size() < kWorthSending);
    }
    // The library takes an empty piece for the end.
    if (!out.empty() && !sink.write(out.data(), out.size())) return false;
    if (!more) sink.done();
    return true;
  }

 private:
  const std::unique_ptr<BodySource> source_;
  std::mutex* const turn_;
  std::unique_ptr<GzipStream> gzip_;
};

using Setup = std::function<void(httplib::Request&)>;

// The library's function, which later versions give more to.
[[maybe_unused]] bool Process(bool (httplib::Server::*process)(httplib::Stream&, bool, bool&,
                                                               const Setup&),
                              httplib::Server* server, httplib::Stream& stream,
                              const Setup& setup) {
  bool closed = false;
  return (server->*process)(stream, false, closed, setup);
}

[[maybe_unused]] bool Process(bool (httplib::Server::*process)(httplib::Stream&, const std::string&,
                                                               int, const std::string&, int, bool,
                                                               bool&, const Setup&),
                              httplib::Server* server, httplib::Stream& stream,
                              const Setup& setup) {
  bool closed = false;
  return (server->*process)(stream, {}, 0, {}, 0, false, closed, setup);
}

}  // namespace

// One request and its answer.
struct Service::Exchange {
  ClientStream* stream;
  const ServedClient* client;
  WebPolicyPtr policy;
  ike::TimePoint begun;
  ReadRequest read;  // what the library read
  Decision decision;
  bool answered = false;  // by us, not by the library
  bool last = true;       // the connection ends with it
  int status = 0;

  std::mutex* turn() { return &client->place->client()->turn; }

  void Fill(HttpReply reply, httplib::Response* response) {
    answered = true;
    response->status = reply.status;
    for (const HttpField& field : reply.fields) response->set_header(field.name, field.value);
    bool long_enough = reply.source || reply.body.size() >= kWorthCompressing;
    bool gzip = AcceptsGzip(stream->head().accept_encoding()) && long_enough;
    if (gzip) response->set_header("Content-Encoding", "gzip");
    if (reply.source) {
      auto body = std::make_shared<LongBody>(std::move(reply.source), gzip, turn());
      auto send = [body](size_t, httplib::DataSink& sink) { return body->Send(sink); };
      if (read.takes_chunks) return response->set_chunked_content_provider(reply.type, send);
      last = true;  // the end of the connection is the end of the body
      return response->set_content_provider(reply.type, send);
    }
    if (gzip) {
      std::lock_guard lock(*turn());
      std::string packed;
      GzipStream().Add(reply.body, true, &packed);
      reply.body = std::move(packed);
    }
    response->set_content(reply.body, reply.type);
  }

  HttpReply Ask(RequestHandler* handler) {
    std::unique_lock lock(*turn(), std::defer_lock);
    if (decision.one_at_a_time) lock.lock();
    return handler->Serve(*decision.route, read.request);
  }
};

namespace {

// The library hands its handlers nothing of the stream: the exchange is that of the thread.
thread_local void* current = nullptr;

}  // namespace

Service::Service(RequestHandler* handler, const WebAccess* access)
    : handler_(handler), access_(access) {
  svr_sock_ = 0;  // else the library takes itself for stopped, and cuts long bodies short
  set_payload_max_length(ClientStream::kMaxBody);
  set_pre_routing_handler(
      [this](const auto& request, auto& response) { return PreRoute(request, response); });
  set_post_routing_handler(
      [this](const auto& request, auto& response) { AddFields(request, response); });
  set_error_handler(HandlerWithResponse(
      [this](const auto& request, auto& response) { return AnswerUnread(request, response); }));
  // No exception of a library ends the process, and none of its texts reaches a client.
  set_exception_handler([this](const auto&, auto& response, std::exception_ptr error) {
    auto* exchange = static_cast<Exchange*>(current);
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& known) {
      LogFailure(exchange->read.request.path, known.what());
    } catch (...) {
      LogFailure(exchange->read.request.path, "unknown");
    }
    exchange->Fill(handler_->Refuse({500, "internal error", "internal", 0}, {}), &response);
  });
  for (const std::string& path : handler_->PostPaths()) {
    Post(path, [this](const httplib::Request& request, httplib::Response& response) {
      AnswerPost(request, response);
    });
  }
}

// Everything that is allowed or refused, whatever the library would do with it.
Service::HandlerResponse Service::PreRoute(const httplib::Request&, httplib::Response& response) {
  auto* exchange = static_cast<Exchange*>(current);
  exchange->client->place->Work();
  Decision& decision = exchange->decision;
  const HttpRequest& request = exchange->read.request;
  if (exchange->read.refusal) {
    decision.refusal = handler_->Refuse(*exchange->read.refusal, request.path);
  } else {
    decision = handler_->Decide(request, *exchange->policy, false);
  }
  if (decision.needs_password) {
    auto refusal = handler_->CheckPassword(request, *exchange->policy,
                                           &exchange->client->place->client()->password);
    decision = refusal ? Decision{.refusal = std::move(refusal)}
                       : handler_->Decide(request, *exchange->policy, true);
  }
  if (decision.refusal) {
    exchange->Fill(std::move(*decision.refusal), &response);
    return HandlerResponse::Handled;
  }
  if (request.method == "POST") return HandlerResponse::Unhandled;  // the library reads the body
  exchange->Fill(exchange->Ask(handler_), &response);
  return HandlerResponse::Handled;
}

void Service::AnswerPost(const httplib::Request& request, httplib::Response& response) {
  auto* exchange = static_cast<Exchange*>(current);
  exchange->client->place->Work();
  exchange->read.request.body = request.body;
  exchange->Fill(exchange->Ask(handler_), &response);
}

// What the library could not read: it says so with a status alone.
Service::HandlerResponse Service::AnswerUnread(const httplib::Request&,
                                               httplib::Response& response) {
  auto* exchange = static_cast<Exchange*>(current);
  if (exchange->answered) return HandlerResponse::Unhandled;
  exchange->last = true;
  exchange->Fill(handler_->Refuse({response.status, "the request is malformed", "request", 0},
                                  exchange->stream->head().target()),
                 &response);
  return HandlerResponse::Handled;
}

void Service::AddFields(const httplib::Request&, httplib::Response& response) {
  auto* exchange = static_cast<Exchange*>(current);
  exchange->status = response.status;
  exchange->last |= exchange->stream->body_left() > 0;
  for (const char* name : {"Accept-Ranges", "Keep-Alive", "Connection"}) {
    response.headers.erase(name);
  }
  response.set_header("Connection", exchange->last ? "close" : "keep-alive");
  response.set_header("Date", HttpDate());
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Vary", "Accept-Encoding");
  for (const HttpField& field : exchange->policy->fields) {
    // What the operator configured is said instead of our own.
    response.headers.erase(field.name);
    response.set_header(field.name, field.value);
  }
}

bool Service::ServeOne(ClientStream* stream, const ServedClient& client) {
  if (!stream->ReadHead()) return false;
  Exchange exchange{stream, &client, access_->current(), std::chrono::steady_clock::now(), {}, {}};
  current = &exchange;
  Setup setup = [&](httplib::Request& request) {
    exchange.read = SetUp(stream->head(), stream->refusal(), &request);
    exchange.read.request.client = client.name;
    stream->ExpectBody(exchange.read.body_size);
    exchange.last = !exchange.read.keep_alive || exchange.read.refusal || client.is_last();
  };
  bool sent = Process(&Service::process_request, this, *stream, setup) && stream->Flush();
  current = nullptr;
  double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - exchange.begun).count();
  if (exchange.status != 0) handler_->Count(exchange.decision.route, exchange.status, took);
  if (!sent || exchange.last) {
    stream->Linger();
    return false;
  }
  return true;
}

void Service::ServeAll(ClientStream* stream, const ServedClient& client) {
  try {
    while (ServeOne(stream, client)) {
    }
  } catch (const std::exception& error) {
    LogFailure(stream->head().target(), error.what());
  }
  current = nullptr;
}

}  // namespace exporter
