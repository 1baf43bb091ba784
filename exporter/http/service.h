// Service: the HTTP server of the library, on streams that we accept ourselves. What is allowed is
// decided in one place, before the library routes and before it reads a body; the handler answers.
// Serve on any thread, one for each stream.
#pragma once

#include <httplib.h>

#include <functional>
#include <string>

#include "exporter/http/client_stream.h"
#include "exporter/http/request_handler.h"
#include "exporter/http/web_access.h"

namespace exporter {

// Who is served.
struct ServedClient {
  std::string name;  // its address, of IPv6 its network
  ConnectionLimiter::Place* place;
  std::function<bool()> is_last;  // whether the next request is
};

class Service final : private httplib::Server {
 public:
  // `handler` and `access` outlive it.
  Service(RequestHandler* handler, const WebAccess* access);

  // Serves requests until the connection has to end.
  void ServeAll(ClientStream* stream, const ServedClient& client);

 private:
  struct Exchange;

  bool ServeOne(ClientStream* stream, const ServedClient& client);
  HandlerResponse PreRoute(const httplib::Request& request, httplib::Response& response);
  HandlerResponse AnswerUnread(const httplib::Request& request, httplib::Response& response);
  void AnswerPost(const httplib::Request& request, httplib::Response& response);
  void AddFields(const httplib::Request& request, httplib::Response& response);

  RequestHandler* const handler_;
  const WebAccess* const access_;
};

}  // namespace exporter
