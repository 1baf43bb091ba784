#include "exporter/http/web_config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <span>
#include <string_view>

#include "config/files.h"
#include "config/suggest.h"
#include "exporter/http/basic_auth.h"
#include "exporter/http/tls_files.h"
#include "exporter/http/web_config_words.h"

namespace exporter {
namespace {

using config::Quoted;

template <typename Rows, typename Row>
std::vector<std::string_view> NamesOf(const Rows& rows, std::string_view Row::*name) {
  std::vector<std::string_view> names;
  for (const Row& row : rows) {
    if (!(row.*name).empty()) names.push_back(row.*name);
  }
  return names;
}

template <typename Rows, typename Row>
const Row* FindRow(const Rows& rows, std::string_view Row::*name, std::string_view text) {
  const auto found = std::find_if(std::begin(rows), std::end(rows),
                                  [&](const Row& row) { return row.*name == text; });
  return found == std::end(rows) ? nullptr : &*found;
}

// Of Go's time.ParseDuration, what makes sense between two requests.
std::optional<std::chrono::nanoseconds> ParseGoDuration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  constexpr Unit kUnits[] = {{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                             {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  if (text == "0") return std::chrono::nanoseconds(0);
  double sum = text.empty() ? -1 : 0;
  while (!text.empty() && sum >= 0) {
    double number = 0;
    auto [at, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    text.remove_prefix(static_cast<size_t>(at - text.data()));
    const size_t size = std::min(text.find_first_not_of("numsh"), text.size());
    const Unit* unit = FindRow(kUnits, &Unit::name, text.substr(0, size));
    if (error != std::errc{} || number < 0 || unit == nullptr) return std::nullopt;
    sum += number * unit->nanoseconds;
    text.remove_prefix(size);
  }
  if (!(sum >= 0) || sum > 1e18) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<int64_t>(sum));
}

// The settings as they are read, with the places that later checks complain about.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  tl::expected<WebConfig, config::ConfigErrors> Run(std::string_view text);

 private:
  using Read = void (Reader::*)(const YAML::Node& value);
  struct Field {
    std::string_view key;
    Read read;
  };

  void ReadFields(const YAML::Node& map, std::string_view where, std::span<const Field> fields);
  bool CheckMap(const YAML::Node& map, std::string_view where);
  std::optional<std::string> ReadMapKey(const YAML::Node& key, std::set<std::string>& seen);
  // nullopt for null, which means "not set"; anything but a scalar is reported.
  std::optional<std::string> ReadText(const YAML::Node& value, std::string_view key);
  void ReadBoolean(const YAML::Node& value, std::string_view key, bool& out);
  void ReadTlsVersion(const YAML::Node& value, std::string_view key, TlsVersion& out);
  void ReadPath(const YAML::Node& value, std::string_view key, std::string& out);
  void ReadPem(const YAML::Node& value, std::string_view key, std::string& out);
  template <typename Visit>
  void ReadNames(const YAML::Node& value, std::string_view key, Visit visit);

  void ReadTls(const YAML::Node& map);
  void ReadHttp(const YAML::Node& map);
  void ReadRateLimit(const YAML::Node& map);
  void ReadInterval(const YAML::Node& value);
  void ReadBurst(const YAML::Node& value);
  void ReadUsers(const YAML::Node& map);
  void ReadCert(const YAML::Node& value) { ReadPem(value, "cert", tls_.cert.text); }
  void ReadKey(const YAML::Node& value) { ReadPem(value, "key", tls_.key.text); }
  void ReadCertFile(const YAML::Node& value) { ReadPath(value, "cert_file", tls_.cert.file); }
  void ReadKeyFile(const YAML::Node& value) { ReadPath(value, "key_file", tls_.key.file); }
  void ReadClientCa(const YAML::Node& value);
  void ReadClientCaFile(const YAML::Node& value);
  void ReadSans(const YAML::Node& value);
  void ReadClientAuth(const YAML::Node& value);
  void ReadSuites(const YAML::Node& value);
  void ReadCurves(const YAML::Node& value);
  void ReadMinVersion(const YAML::Node& v) { ReadTlsVersion(v, "min_version", tls_.min_version); }
  void ReadMaxVersion(const YAML::Node& v) { ReadTlsVersion(v, "max_version", tls_.max_version); }
  void ReadPreference(const YAML::Node& value);
  void ReadHttp2(const YAML::Node& value) { ReadBoolean(value, "http2", web_.http2); }
  void ReadHeaders(const YAML::Node& map);
  void CheckTls(const YAML::Node& map);

  void Complain(const YAML::Mark& mark, std::string message);

  std::string path_;
  WebConfig web_;
  TlsSettings tls_;
  std::optional<YAML::Mark> client_ca_place_;
  bool names_client_auth_ = false;
  config::ConfigErrors errors_;
};

void Reader::Complain(const YAML::Mark& mark, std::string message) {
  const auto count = [](int from_zero) { return static_cast<uint32_t>(from_zero + 1); };
  errors_.push_back({path_, count(mark.line), count(mark.column), std::move(message)});
}

tl::expected<WebConfig, config::ConfigErrors> Reader::Run(std::string_view text) {
  constexpr Field kFields[] = {{"tls_server_config", &Reader::ReadTls},
                               {"http_server_config", &Reader::ReadHttp},
                               {"rate_limit", &Reader::ReadRateLimit},
                               {"basic_auth_users", &Reader::ReadUsers}};
  // yaml-cpp throws on whatever is no YAML: nothing passes beyond here.
  try {
    ReadFields(YAML::Load(std::string(text)), "the file", kFields);
  } catch (const YAML::Exception& error) {
    Complain(error.mark, "syntax error: " + error.msg);
  }
  if (errors_.empty()) return std::move(web_);
  std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return tl::make_unexpected(std::move(errors_));
}

bool Reader::CheckMap(const YAML::Node& map, std::string_view where) {
  if (map.IsMap()) return true;
  if (!map.IsNull()) Complain(map.Mark(), std::string(where) + ": expected keys and values");
  return false;
}

std::optional<std::string> Reader::ReadMapKey(const YAML::Node& key, std::set<std::string>& seen) {
  if (!key.IsScalar()) {
    Complain(key.Mark(), "expected a plain key");
    return std::nullopt;
  }
  if (seen.insert(key.Scalar()).second) return key.Scalar();
  Complain(key.Mark(), Quoted(key.Scalar()) + " stands here twice; expected each key once");
  return std::nullopt;
}

void Reader::ReadFields(const YAML::Node& map, std::string_view where,
                        std::span<const Field> fields) {
  if (!CheckMap(map, where)) return;
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto key = ReadMapKey(entry.first, seen);
    if (!key) continue;
    if (const Field* field = FindRow(fields, &Field::key, *key)) {
      (this->*field->read)(entry.second);
      continue;
    }
    const auto known = NamesOf(fields, &Field::key);
    const std::string_view nearest = config::Nearest(*key, known);
    Complain(entry.first.Mark(), "unknown key " + Quoted(*key) + " in " + std::string(where) +
                                     (nearest.empty() ? "; expected " + config::ListOf(known, false)
                                                      : "; did you mean " + Quoted(nearest) + "?"));
  }
}

std::optional<std::string> Reader::ReadText(const YAML::Node& value, std::string_view key) {
  if (value.IsNull()) return std::nullopt;
  if (value.IsScalar()) return value.Scalar();
  Complain(value.Mark(), std::string(key) + ": expected one value");
  return std::nullopt;
}

// The words of YAML 1.1, which Go's reader goes by; quoted ones are text.
void Reader::ReadBoolean(const YAML::Node& value, std::string_view key, bool& out) {
  constexpr std::string_view kTrue[] = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                        "on",   "On",   "ON",   "y",   "Y"};
  constexpr std::string_view kFalse[] = {"false", "False", "FALSE", "no", "No", "NO",
                                         "off",   "Off",   "OFF",   "n",  "N"};
  if (value.IsNull()) return;
  const auto is_in = [&](std::span<const std::string_view> words) {
    return value.IsScalar() && value.Tag() == "?" &&
           std::find(words.begin(), words.end(), value.Scalar()) != words.end();
  };
  out = is_in(kTrue);
  if (out || is_in(kFalse)) return;
  Complain(value.Mark(), std::string(key) + ": expected true or false");
}

void Reader::ReadTlsVersion(const YAML::Node& value, std::string_view key, TlsVersion& out) {
  const auto name = ReadText(value, key);
  if (!name) return;
  const auto found = std::find(std::begin(kTlsVersions), std::end(kTlsVersions), *name);
  if (found != std::end(kTlsVersions)) {
    out = static_cast<TlsVersion>(found - std::begin(kTlsVersions));
    return;
  }
  Complain(value.Mark(), std::string(key) + ": " + Quoted(*name) +
                             " is not a TLS version; expected " +
                             config::ListOf(kTlsVersions, false));
}

// Relative paths are seen from the folder of the file that names them.
void Reader::ReadPath(const YAML::Node& value, std::string_view key, std::string& out) {
  const auto text = ReadText(value, key);
  if (text && !text->empty()) out = config::RelativeTo(path_, *text);
}

void Reader::ReadPem(const YAML::Node& value, std::string_view key, std::string& out) {
  out = ReadText(value, key).value_or("");
}

template <typename Visit>
void Reader::ReadNames(const YAML::Node& value, std::string_view key, Visit visit) {
  if (value.IsNull()) return;
  if (!value.IsSequence()) {
    Complain(value.Mark(), std::string(key) + ": expected a list");
    return;
  }
  for (const YAML::Node& element : value) {
    const std::string name = ReadText(element, key).value_or("");
    const auto known = visit(name);
    if (known.empty()) continue;
    Complain(element.Mark(), std::string(key) + ": " + Quoted(name) + " is unknown; expected " +
                                 config::ListOf(known, false));
  }
}

void Reader::ReadSuites(const YAML::Node& value) {
  using Names = std::vector<std::string_view>;
  ReadNames(value, "cipher_suites", [this](const std::string& name) {
    const Suite* suite = FindRow(kSuites, &Suite::go_name, name);
    if (suite == nullptr) return NamesOf(kSuites, &Suite::go_name);
    if (!suite->openssl_name.empty()) tls_.cipher_suites.emplace_back(suite->openssl_name);
    return Names{};
  });
}

void Reader::ReadCurves(const YAML::Node& value) {
  using Names = std::vector<std::string_view>;
  ReadNames(value, "curve_preferences", [this](const std::string& name) {
    const Curve* curve = FindRow(kCurves, &Curve::go_name, name);
    if (curve == nullptr) return NamesOf(kCurves, &Curve::go_name);
    tls_.curve_preferences.emplace_back(curve->openssl_name);
    return Names{};
  });
}

void Reader::ReadClientCa(const YAML::Node& value) {
  ReadPem(value, "client_ca", tls_.client_ca.text);
  client_ca_place_ = value.Mark();
}

void Reader::ReadClientCaFile(const YAML::Node& value) {
  ReadPath(value, "client_ca_file", tls_.client_ca.file);
  client_ca_place_ = value.Mark();
}

void Reader::ReadSans(const YAML::Node& value) {
  ReadNames(value, "client_allowed_sans", [this](const std::string& name) {
    tls_.client_allowed_sans.push_back(name);
    return std::vector<std::string_view>{};
  });
}

void Reader::ReadClientAuth(const YAML::Node& value) {
  const auto name = ReadText(value, "client_auth_type");
  if (!name) return;
  names_client_auth_ = !name->empty();
  const auto* row = FindRow(kClientAuthNames, &ClientAuthName::name, *name);
  if (row != nullptr) {
    tls_.client_auth = row->value;
    return;
  }
  const auto known = NamesOf(kClientAuthNames, &ClientAuthName::name);
  Complain(value.Mark(), "client_auth_type: " + Quoted(*name) + " is unknown; expected " +
                             config::ListOf(known, false));
}

void Reader::ReadPreference(const YAML::Node& value) {
  ReadBoolean(value, "prefer_server_cipher_suites", tls_.prefer_server_cipher_suites);
}

void Reader::ReadTls(const YAML::Node& map) {
  constexpr Field kFields[] = {
      {"cert", &Reader::ReadCert},
      {"key", &Reader::ReadKey},
      {"client_ca", &Reader::ReadClientCa},
      {"cert_file", &Reader::ReadCertFile},
      {"key_file", &Reader::ReadKeyFile},
      {"client_auth_type", &Reader::ReadClientAuth},
      {"client_ca_file", &Reader::ReadClientCaFile},
      {"client_allowed_sans", &Reader::ReadSans},
      {"cipher_suites", &Reader::ReadSuites},
      {"curve_preferences", &Reader::ReadCurves},
      {"min_version", &Reader::ReadMinVersion},
      {"max_version", &Reader::ReadMaxVersion},
      {"prefer_server_cipher_suites", &Reader::ReadPreference},
  };
  const size_t errors_before = errors_.size();
  ReadFields(map, "tls_server_config", kFields);
  if (errors_.size() == errors_before) CheckTls(map);
}

void Reader::CheckTls(const YAML::Node& map) {
  const bool wanted =
      !tls_.cert.empty() || !tls_.key.empty() || !tls_.client_ca.empty() || names_client_auth_;
  if (!wanted) return;
  if (tls_.min_version > tls_.max_version) {
    return Complain(map.Mark(), "min_version: is above max_version; expected at most that");
  }
  if (tls_.cert.empty()) return Complain(map.Mark(), "tls_server_config: has no cert_file");
  if (tls_.key.empty()) return Complain(map.Mark(), "tls_server_config: has no key_file");
  if (auto problem = CheckKeyPair(tls_.cert, tls_.key)) {
    Complain(map.Mark(), "tls_server_config: " + *problem);
  }
  if (!tls_.client_ca.empty()) {
    if (auto problem = ReadPemSource(tls_.client_ca); !problem) {
      Complain(*client_ca_place_, "client_ca_file: " + problem.error());
    }
    if (tls_.client_auth == ClientAuth::kNone) {
      Complain(
          *client_ca_place_,
          "client_ca_file: nobody is asked for a certificate; expected a client_auth_type such "
          "as RequireAndVerifyClientCert");
    }
  }
  web_.tls = tls_;
}

void Reader::ReadHttp(const YAML::Node& map) {
  constexpr Field kFields[] = {{"http2", &Reader::ReadHttp2}, {"headers", &Reader::ReadHeaders}};
  ReadFields(map, "http_server_config", kFields);
}

void Reader::ReadRateLimit(const YAML::Node& map) {
  constexpr Field kFields[] = {{"interval", &Reader::ReadInterval}, {"burst", &Reader::ReadBurst}};
  ReadFields(map, "rate_limit", kFields);
  if (web_.rate_limit.interval.count() == 0 || web_.rate_limit.burst > 0) return;
  Complain(map.Mark(), "rate_limit: lets no request pass; expected a burst of at least 1");
}

void Reader::ReadInterval(const YAML::Node& value) {
  const auto text = ReadText(value, "interval");
  if (!text) return;
  const auto interval = ParseGoDuration(*text);
  if (interval) {
    web_.rate_limit.interval = *interval;
  } else {
    Complain(value.Mark(), "interval: " + Quoted(*text) +
                               " is no duration; expected one such as \"100ms\" or \"1s\"");
  }
}

void Reader::ReadBurst(const YAML::Node& value) {
  const auto text = ReadText(value, "burst");
  if (!text) return;
  const char* end = text->data() + text->size();
  auto [at, error] = std::from_chars(text->data(), end, web_.rate_limit.burst);
  if (error == std::errc{} && at == end && web_.rate_limit.burst >= 0) return;
  Complain(value.Mark(), "burst: " + Quoted(*text) + " is no number of requests");
}

void Reader::ReadHeaders(const YAML::Node& map) {
  if (!CheckMap(map, "headers")) return;
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto name = ReadMapKey(entry.first, seen);
    if (!name) continue;
    const std::string value = ReadText(entry.second, *name).value_or("");
    const HeaderRule* rule = FindRow(kHeaders, &HeaderRule::name, *name);
    if (rule == nullptr) {
      const auto known = NamesOf(kHeaders, &HeaderRule::name);
      Complain(entry.first.Mark(), "headers: " + Quoted(*name) + " cannot be set; expected " +
                                       config::ListOf(known, false));
      continue;
    }
    const auto& allowed = rule->values;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      Complain(entry.second.Mark(), *name + ": " + Quoted(value) + " is not allowed; expected " +
                                        config::ListOf(allowed, true));
    }
    web_.headers.emplace_back(*name, value);
  }
}

void Reader::ReadUsers(const YAML::Node& map) {
  if (!CheckMap(map, "basic_auth_users")) return;
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto user = ReadMapKey(entry.first, seen);
    if (!user) continue;
    const std::string hash = ReadText(entry.second, *user).value_or("");
    if (!IsBcryptHash(hash)) {
      Complain(entry.second.Mark(), "basic_auth_users: the password of " + Quoted(*user) +
                                        " is not hashed; expected a bcrypt hash, as `htpasswd -nB` "
                                        "prints it");
    }
    web_.users.emplace(*user, hash);
  }
}

}  // namespace

tl::expected<WebConfig, config::ConfigErrors> LoadWebConfig(const std::string& path) {
  const auto text = config::ReadFile(path);
  if (text) return ParseWebConfig(*text, path);
  return tl::make_unexpected(config::ConfigErrors{
      {path, 0, 0, "cannot be read: " + text.error() + "; expected a web configuration file"}});
}

tl::expected<WebConfig, config::ConfigErrors> ParseWebConfig(std::string_view text,
                                                             const std::string& path) {
  return Reader(path).Run(text);
}

}  // namespace exporter
