// The OpenAPI document of everything that is served: openapi.json beside this file, compiled in.
// Constant, any thread.
#pragma once

#include <string_view>

namespace exporter {

std::string_view OpenApiDocument();

}  // namespace exporter
