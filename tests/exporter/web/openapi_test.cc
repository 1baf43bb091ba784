#include "exporter/web/openapi.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "exporter/page/list_query.h"
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

template <size_t N>
std::vector<std::string> Words(const std::string_view (&names)[N]) {
  return {std::begin(names), std::end(names)};
}

TEST(OpenApi, SaysWhatTheListOfTargetsCanBeAskedFor) {
  const auto document = nlohmann::json::parse(OpenApiDocument());
  std::map<std::string, nlohmann::json> schemas;
  for (const auto& parameter : document["paths"]["/"]["get"]["parameters"]) {
    schemas[parameter["name"]] = parameter["schema"];
  }
  EXPECT_EQ(schemas["show"]["enum"], Words(kShowNames));
  EXPECT_EQ(schemas["sort"]["enum"], Words(kSortNames));
  EXPECT_EQ(schemas["rows"]["maximum"], ListQuery::kMostRows);
  EXPECT_EQ(schemas["rows"]["default"], ListQuery::kDefaultRows);
  const ListQuery query = ParseListQuery("q=a&show=weak&sort=name&order=desc&rows=7&page=2");
  const std::string address = AddressOf(query);
  for (const auto& [name, schema] : schemas) {
    EXPECT_NE(address.find(name + "="), address.npos) << name << " is not taken";
  }
  EXPECT_EQ(schemas.size(), 6u);
}

}  // namespace
}  // namespace exporter
