// Html: builds a page piece by piece. What is markup is written with Raw and is a constant of the
// program; whatever else goes through Text or Attribute, which escape. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace exporter {

class Html {
 public:
  Html& Raw(std::string_view markup) {
    text_ += markup;
    return *this;
  }
  Html& Text(std::string_view text);
  Html& Number(int64_t number);
  // ` name="value"`, with a space before it.
  Html& Attribute(std::string_view name, std::string_view value);
  // `<tag class="css">text</tag>`; the tag and the class are constants.
  Html& Element(std::string_view tag, std::string_view css, std::string_view text);
  Html& Link(std::string_view address, std::string_view text);

  size_t size() const { return text_.size(); }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

// Text as HTML, in elements and in quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace exporter
