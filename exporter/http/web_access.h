// WebAccess: the web configuration as it is in force. Its files, certificates included, are read
// again when they change; what cannot be used leaves the old one in force. current() on any thread,
// Refresh on one.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/base/token_bucket.h"
#include "exporter/http/basic_auth.h"
#include "exporter/http/message.h"
#include "exporter/http/tls_context.h"
#include "exporter/http/web_config.h"

namespace exporter {

// The bucket of WebRateLimit. Any thread.
class RateLimit {
 public:
  explicit RateLimit(const WebRateLimit& limit)
      : limit_(limit), bucket_(static_cast<double>(limit.burst)) {}

  bool Take(std::chrono::steady_clock::time_point now);

 private:
  const WebRateLimit limit_;
  std::mutex mutex_;
  TokenBucket bucket_;  // protected by mutex_
};

struct WebPolicy {
  WebConfig config;
  TlsContextPtr tls;                // null = plain HTTP
  std::shared_ptr<BasicAuth> auth;  // null = open
  std::shared_ptr<RateLimit> rate;  // null = none
  std::vector<HttpField> fields;    // of every reply
};
using WebPolicyPtr = std::shared_ptr<const WebPolicy>;

class WebAccess {
 public:
  // An empty path: plain HTTP, open to everybody. The error is one line for each mistake.
  static tl::expected<std::unique_ptr<WebAccess>, std::string> Open(const std::string& path);

  WebPolicyPtr current() const;

  // Whether there are files to be read again.
  bool has_files() const { return !path_.empty(); }

  // Reads the files again if one of them is no longer what it was.
  void Refresh();

 private:
  // What tells one content of a file from the next.
  struct Stamp {
    timespec modified{};
    timespec changed{};
    off_t size = -1;
    ino_t inode = 0;
    bool operator==(const Stamp& other) const;
  };

  explicit WebAccess(std::string path) : path_(std::move(path)) {}
  tl::expected<WebPolicyPtr, std::string> Load() const;
  std::vector<Stamp> StampsOf(const WebPolicy& policy) const;

  const std::string path_;
  std::vector<Stamp> stamps_;  // of the latest attempt; of the one thread
  mutable std::mutex mutex_;
  WebPolicyPtr policy_;  // protected by mutex_; never null
};

}  // namespace exporter
