#include "tests/responder/journal.h"

#include <cinttypes>
#include <ctime>

#include "tests/responder/udp_socket.h"

namespace responder {
namespace {

// "main", "aggressive", "sa-init", or "version/exchange".
std::string KindOf(View message) {
  auto header = ReadHeader(message);
  if (!header) return "short";
  if (header->major() == 1 && header->exchange == 2) return "main";
  if (header->major() == 1 && header->exchange == 4) return "aggressive";
  if (header->major() == 2 && header->exchange == 34) return "sa-init";
  return std::to_string(header->major()) + "/" + std::to_string(header->exchange);
}

double WallClock() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

EventLog::~EventLog() {
  if (file_ != nullptr) std::fclose(file_);
}

bool EventLog::Open(const std::string& path) {
  file_ = std::fopen(path.c_str(), "w");
  if (file_ == nullptr) return false;
  std::fputs(
      "time\tgateway\tlocal\tpeer\tkind\tspi\tverdict\thalf_open\thalf_open_of_source\twaited_ms\n",
      file_);
  return true;
}

void EventLog::Write(const Event& event) {
  if (file_ == nullptr) return;
  const Request& request = *event.request;
  uint64_t spi = request.message.size() >= 8 ? Get64(request.message, 0) : 0;
  std::fprintf(file_, "%.6f\t%.*s\t%s\t%s\t%s\t%016" PRIx64 "\t%.*s\t%u\t%u\t%" PRId64 "\n",
               WallClock(), static_cast<int>(event.gateway.size()), event.gateway.data(),
               ToText(request.local).c_str(), ToText(request.peer).c_str(),
               KindOf(request.message).c_str(), spi, static_cast<int>(NameOf(event.verdict).size()),
               NameOf(event.verdict).data(), event.half_open, event.half_open_of_source,
               (MonotonicNow() - request.now) / 1'000'000);
}

void EventLog::Note(const Request& request, std::string_view gateway, std::string_view what) {
  if (file_ == nullptr) return;
  uint64_t spi = request.message.size() >= 8 ? Get64(request.message, 0) : 0;
  std::fprintf(file_, "%.6f\t%.*s\t%s\t%s\t%s\t%016" PRIx64 "\t%.*s\t\t\t0\n", WallClock(),
               static_cast<int>(gateway.size()), gateway.data(), ToText(request.local).c_str(),
               ToText(request.peer).c_str(), KindOf(request.message).c_str(), spi,
               static_cast<int>(what.size()), what.data());
}

void EventLog::Flush() {
  if (file_ != nullptr) std::fflush(file_);
}

}  // namespace responder
