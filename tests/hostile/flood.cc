// Floods an exporter blindly: as if from each of the addresses in a file it sends well-formed
// answers with SPIs that are guessed, or ICMP errors that quote guessed ones, to a port that is
// even known.
//
//   flood replies|icmp random|sequential RATE SECONDS PORT FILE
//
// Needs CAP_NET_RAW. Prints how many packets left, and how many a second.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Bytes = std::vector<uint8_t>;
using Clock = std::chrono::steady_clock;

constexpr size_t kBatch = 64;
constexpr uint16_t kIkePort = 500;

struct Options {
  bool icmp;
  bool sequential;
  double rate;
  double seconds;
  uint16_t port;
  std::vector<in_addr_t> sources;
};

void Put16(Bytes& out, size_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

void PutAddress(Bytes& out, in_addr_t address) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&address);
  out.insert(out.end(), bytes, bytes + sizeof address);
}

// RFC 1071.
void SetChecksum(Bytes& packet, size_t begin, size_t at) {
  uint32_t sum = 0;
  for (size_t i = begin; i + 1 < packet.size(); i += 2) sum += packet[i] * 256u + packet[i + 1];
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  packet[at] = static_cast<uint8_t>(~sum >> 8);
  packet[at + 1] = static_cast<uint8_t>(~sum);
}

struct Ip {
  uint8_t protocol;
  size_t payload;
  in_addr_t from;
  in_addr_t to;
};

// The kernel fills in total length, identification and checksum of the outer header.
void PutIp(Bytes& out, const Ip& ip) {
  out.insert(out.end(), {0x45, 0});
  Put16(out, 20 + ip.payload);
  out.insert(out.end(), {0, 0, 0, 0, 64, ip.protocol, 0, 0});
  PutAddress(out, ip.from);
  PutAddress(out, ip.to);
}

// Without a checksum, which UDP over IPv4 allows.
void PutUdp(Bytes& out, uint16_t from, uint16_t to, size_t payload) {
  Put16(out, from);
  Put16(out, to);
  Put16(out, 8 + payload);
  Put16(out, 0);
}

// An IKE_SA_INIT answer: NO_PROPOSAL_CHOSEN (RFC 7296 section 3.10.1).
Bytes Answer(uint64_t spi) {
  Bytes out(28 + 8);
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(spi >> (56 - 8 * i));
  const uint8_t rest[] = {41, 0x20, 34, 0x20, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0, 8, 0, 0, 0, 14};
  std::copy(std::begin(rest), std::end(rest), out.begin() + 16);
  return out;
}

Bytes Reply(uint64_t spi, in_addr_t source, const Options& options) {
  const Bytes answer = Answer(spi);
  Bytes packet;
  PutIp(packet, {IPPROTO_UDP, 8 + answer.size(), source, htonl(INADDR_LOOPBACK)});
  PutUdp(packet, kIkePort, options.port, answer.size());
  packet.insert(packet.end(), answer.begin(), answer.end());
  return packet;
}

// Destination unreachable, port unreachable (RFC 792), about an opening of this SPI.
Bytes Error(uint64_t spi, in_addr_t source, const Options& options) {
  const Bytes opening = Answer(spi);
  Bytes packet;
  PutIp(packet, {IPPROTO_ICMP, 8 + 28 + opening.size(), source, htonl(INADDR_LOOPBACK)});
  packet.insert(packet.end(), {3, 3, 0, 0, 0, 0, 0, 0});
  PutIp(packet, {IPPROTO_UDP, 8 + opening.size(), htonl(INADDR_LOOPBACK), source});
  PutUdp(packet, options.port, kIkePort, opening.size());
  packet.insert(packet.end(), opening.begin(), opening.end());
  SetChecksum(packet, 20, 22);
  return packet;
}

class Flood {
 public:
  explicit Flood(Options options)
      : options_(std::move(options)),
        fd_(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)),
        packets_(kBatch) {}

  bool is_open() const { return fd_ >= 0; }

  uint64_t Run() {
    const auto begin = Clock::now();
    uint64_t sent = 0;
    for (double elapsed = 0; elapsed < options_.seconds; elapsed = Since(begin)) {
      if (static_cast<double>(sent) > elapsed * options_.rate) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        continue;
      }
      sent += SendBatch();
    }
    return sent;
  }

 private:
  static double Since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

  uint64_t SendBatch() {
    std::array<mmsghdr, kBatch> headers{};
    std::array<iovec, kBatch> vectors;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < kBatch; ++i) {
      const uint64_t spi = options_.sequential ? ++last_ : random_();
      const in_addr_t source = options_.sources[turn_++ % options_.sources.size()];
      packets_[i] = options_.icmp ? Error(spi, source, options_) : Reply(spi, source, options_);
      vectors[i] = {packets_[i].data(), packets_[i].size()};
      headers[i].msg_hdr.msg_name = &to;
      headers[i].msg_hdr.msg_namelen = sizeof to;
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = sendmmsg(fd_, headers.data(), kBatch, 0);
    return count < 0 ? 0 : static_cast<uint64_t>(count);
  }

  const Options options_;
  const int fd_;
  std::vector<Bytes> packets_;
  std::mt19937_64 random_{20240229};
  uint64_t last_ = 0;
  size_t turn_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fputs("usage: flood replies|icmp random|sequential RATE SECONDS PORT FILE\n", stderr);
    return 2;
  }
  Options options{std::string_view(argv[1]) == "icmp",
                  std::string_view(argv[2]) == "sequential",
                  std::atof(argv[3]),
                  std::atof(argv[4]),
                  static_cast<uint16_t>(std::atoi(argv[5])),
                  {}};
  std::ifstream file(argv[6]);
  for (std::string line; std::getline(file, line);)
    options.sources.push_back(inet_addr(line.c_str()));
  const double seconds = options.seconds;
  Flood flood(std::move(options));
  if (!flood.is_open()) {
    std::perror("flood: no raw socket");
    return 1;
  }
  const uint64_t sent = flood.Run();
  std::printf("%llu %.0f\n", static_cast<unsigned long long>(sent),
              static_cast<double>(sent) / seconds);
  return 0;
}
