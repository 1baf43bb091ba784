#include "exporter/net/address_order.h"

#include <algorithm>

namespace exporter::net {
namespace {

constexpr size_t kMaxAddresses = 16;

}  // namespace

void ArrangeAddresses(std::vector<ike::IpAddress>* addresses) {
  std::ranges::sort(*addresses, [](const auto& a, const auto& b) {
    return a.size != b.size ? a.size > b.size : a < b;
  });
  addresses->erase(std::unique(addresses->begin(), addresses->end()), addresses->end());
  const auto is_v6 = [](const ike::IpAddress& address) { return address.is_v6(); };
  const auto v6 = static_cast<size_t>(std::ranges::count_if(*addresses, is_v6));
  const size_t v4 = addresses->size() - v6;
  const size_t keep_v4 =
      std::min(v4, std::max(kMaxAddresses / 2, kMaxAddresses - std::min(v6, kMaxAddresses)));
  const size_t keep_v6 = std::min(v6, kMaxAddresses - keep_v4);
  const auto start = addresses->begin();
  addresses->erase(start + static_cast<std::ptrdiff_t>(v6 + keep_v4), addresses->end());
  addresses->erase(start + static_cast<std::ptrdiff_t>(keep_v6),
                   start + static_cast<std::ptrdiff_t>(v6));
}

}  // namespace exporter::net
