#include "tests/responder/udp_service.h"

#include <algorithm>

#include "tests/responder/listen_plan.h"

namespace responder {
namespace {

constexpr uint8_t kMarker[4] = {0, 0, 0, 0};

bool HasMarker(View bytes) {
  return bytes.size() >= 4 && std::ranges::equal(bytes.first(4), kMarker);
}

}  // namespace

std::string UdpService::Listen(const Fleet& fleet) {
  std::map<Key, Port> wanted;
  auto plan = [&](const std::vector<uint16_t>& numbers, bool marked) -> std::string {
    Transport transport = marked ? Transport::kUdpEncap : Transport::kUdp;
    for (const Endpoint& endpoint : PlanEndpoints(fleet, numbers, transport)) {
      Key key = {endpoint, marked};
      auto open = ports_.extract(key);
      if (!open.empty()) {
        wanted.insert(std::move(open));
        continue;
      }
      auto socket = UdpSocket::Open(endpoint, fleet.HasDelays());
      if (!socket) return socket.error();
      wanted.emplace(key, Port{std::move(*socket), marked});
    }
    return "";
  };
  std::string error = plan(fleet.listen().udp, false);
  if (error.empty()) error = plan(fleet.listen().udp_encap, true);
  for (auto& [key, port] : ports_) later_.Drop(port.socket.get());
  ports_ = std::move(wanted);
  by_fd_.clear();
  for (auto& [key, port] : ports_) by_fd_[port.socket->fd()] = &port;
  return error;
}

std::vector<int> UdpService::Descriptors() const {
  std::vector<int> fds;
  for (const auto& [fd, port] : by_fd_) fds.push_back(fd);
  return fds;
}

std::vector<std::string> UdpService::Describe() const {
  std::vector<std::string> lines;
  for (const auto& [key, port] : ports_) {
    Endpoint bound = {key.first.address, port.socket->port()};
    lines.push_back(ToText(bound) + (port.marked ? "/udp-encap" : "/udp"));
  }
  return lines;
}

void UdpService::Serve(int fd, Fleet& fleet, EventLog& log) {
  auto found = by_fd_.find(fd);
  if (found == by_fd_.end()) return;
  current_ = found->second;
  current_->socket->Receive([&](const Arrival& arrival) { Take(arrival, fleet, log); });
  current_->socket->Flush();
  if (stray_) stray_->Flush();
}

void UdpService::Take(const Arrival& arrival, Fleet& fleet, EventLog& log) {
  Fleet::Place place = fleet.Find(arrival.local);
  if (place.gateway == nullptr) return;
  Request request;
  request.message = arrival.bytes;
  request.peer = arrival.peer;
  request.local = {arrival.local, current_->socket->port()};
  request.slot = place.slot;
  request.now = arrival.at;
  const Posture& posture = place.gateway->posture();
  if (posture.present && !posture.Serves(current_->transport())) return;
  if (current_->marked) {
    // Without the marker it is ESP, or a keepalive of one byte (RFC 3948 section 2.3).
    if (!HasMarker(arrival.bytes)) return;
    request.message = arrival.bytes.subspan(sizeof kMarker);
  }
  place.gateway->Handle(request, *this, log);
}

UdpSocket* UdpService::SocketFor(const Departure& departure) {
  if (!departure.other_port) return current_->socket.get();
  if (!stray_) {
    auto opened = UdpSocket::Open({Address::V4(0), 0}, false);
    if (!opened) return nullptr;
    stray_ = std::move(*opened);
  }
  return stray_.get();
}

void UdpService::Send(const Request& request, View bytes, const Departure& departure) {
  UdpSocket* socket = SocketFor(departure);
  if (socket == nullptr) return;
  if (departure.icmp_code) {
    icmp_.Send({*departure.icmp_code, request.local.address, request.peer, departure.quoted},
               bytes);
    return;
  }
  if (current_->marked != departure.flip_marker) {
    marked_.assign(std::begin(kMarker), std::end(kMarker));
    PutAll(marked_, bytes);
    bytes = marked_;
  }
  Address from = departure.from.value_or(request.local.address);
  if (departure.delay == 0) return socket->Queue(bytes, request.peer, from);
  DelayQueue::Item& item = later_.Push(request.now + departure.delay);
  item.socket = socket;
  item.to = request.peer;
  item.from = from;
  item.bytes.assign(bytes.begin(), bytes.end());
}

void UdpService::SendDue() {
  if (later_.NextDue() == INT64_MAX) return;
  later_.SendDue(MonotonicNow());
  for (auto& [key, port] : ports_) port.socket->Flush();
  if (stray_) stray_->Flush();
}

}  // namespace responder
