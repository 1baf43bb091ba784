#include "exporter/base/version.h"

#include <ares.h>
#include <httplib.h>
#include <idn2.h>
#include <openssl/crypto.h>
#include <spdlog/version.h>
#include <toml++/toml.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "exporter/base/revision.h"

namespace exporter {
namespace {

std::string Triple(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

std::string_view Version() { return IKE_EXPORTER_VERSION; }
std::string_view Revision() { return kRevision; }

std::string_view Compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

std::string VersionText() {
  std::string text = "ike_exporter, version " + std::string(Version()) + " (revision " +
                     std::string(Revision()) + ")\n";
  text += "  compiler:      " + std::string(Compiler()) + "\n";
  text += "  openssl:       " + std::string(OpenSSL_version(OPENSSL_VERSION)) + "\n";
  text += "  c-ares:        " + std::string(ares_version(nullptr)) + "\n";
  text += "  libidn2:       " + std::string(idn2_check_version(nullptr)) + "\n";
  text += "  toml++:        " + Triple(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH) + "\n";
  text += "  spdlog:        " + Triple(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH) + "\n";
  text += "  nlohmann-json: " +
          Triple(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                 NLOHMANN_JSON_VERSION_PATCH) +
          "\n";
  text += "  CLI11:         " CLI11_VERSION "\n";
  text += "  cpp-httplib:   " CPPHTTPLIB_VERSION;
  return text;
}

}  // namespace exporter
