// The pages for people: which address gives which page, and what goes with them. Pure functions
// over the store, any thread.
#pragma once

#include <string_view>

#include "exporter/http/message.h"
#include "exporter/page/frame.h"
#include "exporter/page/list_query.h"

namespace exporter {

// `path` is decoded, `query` is not. What there is not gets a page with status 404.
HttpReply ServePage(const PageContext& context, std::string_view path, std::string_view query);

}  // namespace exporter
