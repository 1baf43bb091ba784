// DnsServer: an authoritative server for tests, on one port of 127.0.0.1, UDP and TCP, answering
// from a table on the event loop of the test itself. What is not in the table does not exist.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/net/event_loop.h"
#include "exporter/net/udp_socket.h"
#include "probes/base/bytes.h"

namespace exporter::net {

inline constexpr uint8_t kServfail = 2;
inline constexpr uint8_t kNxdomain = 3;

struct DnsAnswer {
  std::vector<ike::IpAddress> addresses;
  uint32_t ttl = 60;
  uint8_t error = 0;       // RCODE
  bool silent = false;     // no answer at all
  std::string alias_of{};  // a CNAME precedes the addresses, with alias_ttl
  uint32_t alias_ttl = 60;
};

class DnsServer {
 public:
  explicit DnsServer(EventLoop* loop);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::string address() const;  // for ResolverOptions::servers
  std::map<std::string, DnsAnswer> answers;
  std::map<std::string, int> queries;  // by name and type: "vpn.test A"
  size_t held() const { return held_.size(); }

  // While set, queries are kept unanswered until Release.
  bool hold = false;
  void Release();

 private:
  struct Question {
    ike::Endpoint from;
    int connection = -1;  // or over TCP
    ike::Bytes bytes;     // the query up to the end of its question
    std::string name;
    uint16_t type = 0;
  };
  void Listen();
  void Accept();
  void ReadDatagrams();
  void ReadStream(int connection);
  static std::optional<Question> Parse(ike::ByteSpan query);
  void Handle(Question question);
  void Reply(const Question& question);
  void Send(const Question& question, ike::Bytes reply);

  EventLoop* const loop_;
  std::unique_ptr<UdpSocket> socket_;
  int listener_ = -1;
  std::vector<int> connections_;
  std::vector<Question> held_;
};

}  // namespace exporter::net
