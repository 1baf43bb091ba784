#include "exporter/web/openapi.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "exporter/web/routes.h"

namespace exporter {
namespace {

using Operations = std::set<std::string>;  // "GET /path"

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

Operations Described() {
  Operations described;
  const auto document = nlohmann::json::parse(OpenApiDocument());
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      described.insert(Upper(method) + " " + path.substr(0, path.find('{')));
    }
  }
  return described;
}

// HEAD goes without saying where there is GET.
Operations Served() {
  Operations served = {"GET /metrics"};
  for (const Route& route : AllRoutes()) {
    const std::string method(route.methods.substr(0, route.methods.find(',')));
    served.insert(method + " " + std::string(route.path.substr(0, route.path.find('*'))));
  }
  return served;
}

TEST(OpenApi, DescribesEveryRouteAndNothingElse) { EXPECT_EQ(Described(), Served()); }

TEST(OpenApi, SaysWhichRoutesNeedNoPassword) {
  const auto document = nlohmann::json::parse(OpenApiDocument());
  for (const Route& route : AllRoutes()) {
    if (route.path.ends_with('*')) continue;
    const auto& path = document["paths"][std::string(route.path)];
    for (const auto& [method, operation] : path.items()) {
      const bool open = operation.contains("security") && operation["security"].empty();
      EXPECT_EQ(open, route.open) << route.path;
      EXPECT_EQ(operation["responses"].contains("401"), !route.open) << route.path;
    }
  }
}

}  // namespace
}  // namespace exporter
