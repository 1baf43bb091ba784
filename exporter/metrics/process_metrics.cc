#include "exporter/metrics/process_metrics.h"

#include <dirent.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace exporter {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Family(const char* name, const char* help, MetricType type, double value) {
  MetricFamily family{name, help, type, {}};
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return family;
}

// Fields of /proc/self/stat from the third on: the second is a name that may hold spaces.
std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  std::vector<double> fields;
  size_t name_end = line.rfind(')');
  if (name_end == std::string::npos || name_end + 4 > line.size()) return fields;
  std::istringstream rest(line.substr(name_end + 4));  // after ") S"
  for (double field = 0; rest >> field;) fields.push_back(field);
  return fields;
}

// Seconds since the epoch; 0 where the system does not show it.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string key; file >> key;) {
    double value = 0;
    if (key == "btime" && file >> value) return value;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

double OpenDescriptors() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return -1;
  double count = -3;  // ".", ".." and the descriptor of the directory itself
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

// What the allocator holds from the system.
size_t HeapBytes() {
  struct mallinfo2 info = mallinfo2();
  return info.arena + info.hblkhd;
}

double SoftLimit(int resource) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return -1;
  if (limit.rlim_cur == RLIM_INFINITY) return -1;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics() {
  std::vector<MetricFamily> families;
  auto add = [&](const char* name, const char* help, MetricType type, double value) {
    families.push_back(Family(name, help, type, value));
  };
  std::vector<double> stat = StatFields();  // [i] is field i + 4 of proc(5)
  auto field = [&stat](size_t number) { return stat.size() > number - 4 ? stat[number - 4] : 0.0; };
  double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
      MetricType::Counter, (field(14) + field(15)) / ticks);
  add("process_open_fds", "Number of open file descriptors.", MetricType::Gauge, OpenDescriptors());
  add("process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
      SoftLimit(RLIMIT_NOFILE));
  add("process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge,
      field(23));
  add("process_virtual_memory_max_bytes",
      "Maximum amount of virtual memory available in bytes; -1 = unlimited.", MetricType::Gauge,
      SoftLimit(RLIMIT_AS));
  add("process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
      field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  double boot = BootTime();
  if (boot > 0) {
    add("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
        MetricType::Gauge, boot + field(22) / ticks);
  }
  add("process_threads", "Number of OS threads in the process.", MetricType::Gauge, field(20));
  add("process_heap_bytes", "Size of the process heap in bytes.", MetricType::Gauge,
      static_cast<double>(HeapBytes()));
  return families;
}

}  // namespace exporter
