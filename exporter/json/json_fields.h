// JsonFields: reads the members of a JSON object that may be anything, without exceptions. Fails
// sticky like ike::Reader: after one missing or unfitting member ok() is false, and a parser checks
// once. A value of one thread; the JSON outlives it.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include "exporter/json/probe_json.h"

namespace exporter {

template <typename Int>
bool TakeNumber(const Json& json, Int* number) {
  if (!json.is_number_unsigned()) return false;
  auto value = json.get<uint64_t>();
  if (value > static_cast<uint64_t>(std::numeric_limits<Int>::max())) return false;
  *number = static_cast<Int>(value);
  return true;
}

class JsonFields {
 public:
  explicit JsonFields(const Json& json) : json_(json), ok_(json.is_object()) {}

  bool ok() const { return ok_; }
  void Require(bool holds) { ok_ = ok_ && holds; }

  // The member, or null where there is none.
  const Json* Find(const char* key) const {
    if (!json_.is_object()) return nullptr;
    auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  // The member's elements; none, and failed, where it is no array.
  const Json& List(const char* key) {
    static const Json kEmpty = Json::array();
    const Json* member = Take(key, &Json::is_array);
    return member != nullptr ? *member : kEmpty;
  }

  template <std::unsigned_integral Int>
  requires(!std::same_as<Int, bool>) void Get(const char* key, Int* number) {
    const Json* member = Find(key);
    Require(member != nullptr && TakeNumber(*member, number));
  }

  void Get(const char* key, bool* flag) {
    const Json* member = Take(key, &Json::is_boolean);
    if (member != nullptr) *flag = member->get<bool>();
  }

  void Get(const char* key, std::string* text) {
    const Json* member = Take(key, &Json::is_string);
    if (member != nullptr) *text = member->get_ref<const std::string&>();
  }

  // Unix seconds: finite and not before 1970.
  void GetTime(const char* key, double* time) {
    const Json* member = Take(key, &Json::is_number);
    if (member == nullptr) return;
    auto value = member->get<double>();
    Require(std::isfinite(value) && value >= 0);
    if (ok_) *time = value;
  }

  // The index of the member's text in a table of names.
  template <typename Names>
  size_t GetName(const char* key, const Names& names) {
    std::string text;
    Get(key, &text);
    size_t index = 0;
    for (std::string_view name : names) {
      if (ok_ && name == text) return index;
      ++index;
    }
    ok_ = false;
    return 0;
  }

 private:
  // The member if it is of that kind and nothing has failed yet, else null, and failed.
  const Json* Take(const char* key, bool (Json::*is_kind)() const noexcept) {
    const Json* member = Find(key);
    Require(member != nullptr && (member->*is_kind)());
    return ok_ ? member : nullptr;
  }

  const Json& json_;
  bool ok_;
};

}  // namespace exporter
