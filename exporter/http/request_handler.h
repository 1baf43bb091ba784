// RequestHandler: what the HTTP service serves: which requests may pass, and the replies to them.
// Implemented by the site (exporter/web/site.h); called by the service on any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/http_error.h"
#include "exporter/http/message.h"
#include "exporter/http/web_access.h"

namespace exporter {

struct Route;  // a row of the handler's own table

// What is to be done with a request.
struct Decision {
  const Route* route = nullptr;  // null: there is none
  // The request is to be answered with this.
  std::optional<HttpReply> refusal;
  // First CheckPassword has to grant it, which takes its time.
  bool needs_password = false;
  // One at a time for each client: a page, not an action.
  bool one_at_a_time = false;
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  // The paths that take POST.
  virtual std::vector<std::string> PostPaths() const = 0;
  // Quick. `authenticated`: CheckPassword has granted it.
  virtual Decision Decide(const HttpRequest& request, const WebPolicy& policy,
                          bool authenticated) = 0;
  // The reply to a wrong password; nullopt: it is the right one. `turn` is the client's.
  virtual std::optional<HttpReply> CheckPassword(const HttpRequest& request,
                                                 const WebPolicy& policy, std::mutex* turn) = 0;
  // REQUIRES: Decide let the request pass to `route`.
  virtual HttpReply Serve(const Route& route, const HttpRequest& request) = 0;
  // The reply to a request of `path` that is refused for `error`.
  virtual HttpReply Refuse(const HttpError& error, std::string_view path) const = 0;
  // A request has been answered. `route` may be null.
  virtual void Count(const Route* route, int status, double seconds) = 0;

  // From now on /-/ready says no.
  virtual void Drain() = 0;
  // No probe is waited for any longer.
  virtual void Abandon() = 0;
};

}  // namespace exporter
