#include "exporter/web/replies.h"

#include <utility>

namespace exporter {
namespace {

HttpReply OfType(const char* type, int status, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.type = type;
  reply.body = std::move(body);
  return reply;
}

HttpReply WithError(const HttpError& error, HttpReply reply) {
  if (error.retry_after > 0) {
    reply.fields.push_back({"Retry-After", std::to_string(error.retry_after)});
  }
  if (error.status == 403 || error.status == 429) reply.rejection = error.reason;
  return reply;
}

}  // namespace

HttpReply TextReply(int status, std::string text) {
  return OfType(kTextType, status, std::move(text));
}

HttpReply JsonReply(int status, const Json& json) {
  return OfType(kJsonType, status, JsonText(json) + "\n");
}

HttpReply TextError(const HttpError& error) {
  return WithError(error, TextReply(error.status, error.sentence + "\n"));
}

HttpReply JsonError(const ProbedHost& host, const HttpError& error) {
  return WithError(error, JsonReply(error.status, ErrorJson(host, error.sentence, error.reason)));
}

}  // namespace exporter
