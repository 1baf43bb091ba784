// A list of hosts as ike-scan's --file takes it, turned into [[target]] tables: one a line, a name
// or an address, host:port, a block (192.0.2.0/24, 192.0.2.0:255.255.255.0) or a range
// (192.0.2.1-192.0.2.9). A second word on a line is the target's name, '#' begins a comment. Used
// by `import`; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace exporter {

class HostList {
 public:
  static constexpr size_t kMostTargets = 100000;

  // Takes one line. The error is a sentence; nothing of the line was taken then.
  tl::expected<void, std::string> Add(std::string_view line);

  const std::string& toml() const { return toml_; }
  size_t targets() const { return names_.size(); }
  // Hosts that stood there before.
  size_t repeated() const { return repeated_; }

 private:
  struct Host {
    std::string host;
    std::optional<uint16_t> port;
    std::string name;  // empty = after the host
  };

  tl::expected<void, std::string> CheckRoom(uint64_t count) const;
  tl::expected<void, std::string> AddRange(uint32_t first, uint32_t last);
  void Write(const Host& host);
  std::string UniqueName(const std::string& wanted);

  std::string toml_;
  std::set<std::string> names_;
  std::set<std::string> endpoints_;
  size_t repeated_ = 0;
};

}  // namespace exporter
