#include "tests/exporter/net/dns_server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace exporter::net {
namespace {

constexpr uint16_t kTypeA = 1;
constexpr uint16_t kTypeCname = 5;
constexpr uint16_t kTypeAaaa = 28;
constexpr uint16_t kClassIn = 1;
constexpr uint16_t kNameOfQuestion = 0xc00c;  // a pointer to offset 12
constexpr size_t kHeaderSize = 12;
constexpr size_t kMaxUdp = 512;
const ike::IpAddress kLoopback = ike::IpAddress::V4(127, 0, 0, 1);

void PutName(const std::string& name, ike::Writer* writer) {
  size_t start = 0;
  while (start < name.size()) {
    const size_t end = std::min(name.find('.', start), name.size());
    writer->U8(static_cast<uint8_t>(end - start));
    for (; start < end; ++start) writer->U8(static_cast<uint8_t>(name[start]));
    ++start;
  }
  writer->U8(0);
}

}  // namespace

DnsServer::DnsServer(EventLoop* loop) : loop_(loop) {
  socket_ = UdpSocket::Open(IpFamily::kIpv4, {kLoopback, 0}, {}).value();
  loop_->AddFd(socket_->fd(), EPOLLIN, [this](uint32_t) { ReadDatagrams(); });
  Listen();
}

DnsServer::~DnsServer() {
  loop_->RemoveFd(socket_->fd());
  connections_.push_back(listener_);
  for (int fd : connections_) {
    loop_->RemoveFd(fd);
    close(fd);
  }
}

std::string DnsServer::address() const {
  return "127.0.0.1:" + std::to_string(socket_->local_port());
}

void DnsServer::Listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage address{};
  const socklen_t size = ToSockaddr({kLoopback, socket_->local_port()}, &address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) abort();
  listen(listener_, 8);
  loop_->AddFd(listener_, EPOLLIN, [this](uint32_t) { Accept(); });
}

void DnsServer::Accept() {
  const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  connections_.push_back(connection);
  loop_->AddFd(connection, EPOLLIN, [this, connection](uint32_t) { ReadStream(connection); });
}

void DnsServer::ReadDatagrams() {
  socket_->Receive(
      [this](const Datagram& datagram) {
        auto question = Parse(datagram.bytes);
        if (!question) return;
        question->from = datagram.from;
        Handle(std::move(*question));
      },
      1000);
  socket_->ReadErrors([](const IcmpError&) {}, 1000);
}

// Queries come whole over loopback, but several in one piece.
void DnsServer::ReadStream(int connection) {
  uint8_t buffer[4096];
  const ssize_t size = recv(connection, buffer, sizeof buffer, 0);
  if (size <= 0) {
    loop_->RemoveFd(connection);
    return;
  }
  ike::Reader reader(ike::ByteSpan(buffer, static_cast<size_t>(size)));
  while (!reader.AtEnd()) {
    auto question = Parse(reader.Take(reader.U16()));
    if (!question) continue;
    question->connection = connection;
    Handle(std::move(*question));
  }
}

void DnsServer::Handle(Question question) {
  ++queries[question.name + (question.type == kTypeA ? " A" : " AAAA")];
  if (!hold) return Reply(question);
  held_.push_back(std::move(question));
}

void DnsServer::Release() {
  hold = false;
  for (const Question& question : std::exchange(held_, {})) Reply(question);
}

std::optional<DnsServer::Question> DnsServer::Parse(ike::ByteSpan query) {
  ike::Reader reader(query);
  reader.Skip(kHeaderSize);
  Question question;
  for (uint8_t size = reader.U8(); size > 0; size = reader.U8()) {
    if (!question.name.empty()) question.name += '.';
    for (uint8_t c : reader.Take(size)) question.name += static_cast<char>(c);
  }
  question.type = reader.U16();
  reader.Skip(2);
  if (!reader.ok()) return std::nullopt;
  const ike::ByteSpan kept = query.first(query.size() - reader.remaining());
  question.bytes.assign(kept.begin(), kept.end());
  return question;
}

void DnsServer::Reply(const Question& question) {
  DnsAnswer answer;
  answer.error = kNxdomain;
  if (const auto found = answers.find(question.name); found != answers.end()) {
    answer = found->second;
  }
  if (answer.silent) return;
  ike::Bytes reply = question.bytes;
  ike::Writer writer(&reply);
  writer.PatchU16(2, static_cast<uint16_t>(0x8580 | answer.error));  // response, authoritative
  writer.PatchU32(8, 0);                                             // neither NS nor additional
  uint16_t count = 0;
  const bool is_alias = !answer.alias_of.empty();
  if (is_alias) {
    ++count;
    writer.U16(kNameOfQuestion);
    writer.U16(kTypeCname);
    writer.U16(kClassIn);
    writer.U32(answer.alias_ttl);
    writer.U16(static_cast<uint16_t>(answer.alias_of.size() + 2));
    PutName(answer.alias_of, &writer);
  }
  for (const ike::IpAddress& address : answer.addresses) {
    if (address.is_v4() != (question.type == kTypeA)) continue;
    ++count;
    if (is_alias) PutName(answer.alias_of, &writer);
    if (!is_alias) writer.U16(kNameOfQuestion);
    writer.U16(address.is_v4() ? kTypeA : kTypeAaaa);
    writer.U16(kClassIn);
    writer.U32(answer.ttl);
    writer.U16(address.size);
    writer.Put(address.bytes());
  }
  writer.PatchU16(6, count);
  Send(question, std::move(reply));
}

void DnsServer::Send(const Question& question, ike::Bytes reply) {
  if (question.connection >= 0) {
    const uint8_t size[2] = {static_cast<uint8_t>(reply.size() >> 8),
                             static_cast<uint8_t>(reply.size())};
    reply.insert(reply.begin(), size, size + 2);
    send(question.connection, reply.data(), reply.size(), MSG_NOSIGNAL);
    return;
  }
  if (reply.size() > kMaxUdp) {
    reply.resize(question.bytes.size());
    reply[2] |= 0x02;  // TC: ask again over TCP
    reply[6] = reply[7] = 0;
  }
  socket_->Send({question.from, {}, reply, 0});
  socket_->Flush();
}

}  // namespace exporter::net
