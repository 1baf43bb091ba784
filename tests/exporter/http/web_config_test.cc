// The web configuration is taken or refused as `promtool check web-config` does: the rows of kFiles
// say what is expected, and where promtool is installed it is asked as well.
#include "exporter/http/web_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace exporter {
namespace {

using testing::ElementsAre;
using testing::Pair;

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using FilePtr = std::unique_ptr<FILE, decltype(&fclose)>;

void WriteKey(const std::string& path, EVP_PKEY* key, const EVP_CIPHER* cipher) {
  const FilePtr file(fopen(path.c_str(), "w"), fclose);
  char password[] = "secret";
  ASSERT_EQ(PEM_write_PrivateKey(file.get(), key, cipher, nullptr, 0, nullptr,
                                 cipher == nullptr ? nullptr : password),
            1);
}

void WriteCertificate(const std::string& path, EVP_PKEY* key) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key);
  ASSERT_NE(X509_sign(certificate.get(), key, EVP_sha256()), 0);
  const FilePtr file(fopen(path.c_str(), "w"), fclose);
  ASSERT_EQ(PEM_write_X509(file.get(), certificate.get()), 1);
}

class WebConfigFile : public testing::Test {
 protected:
  WebConfigFile() {
    char pattern[] = "/tmp/ike_web_config_XXXXXX";
    folder_ = mkdtemp(pattern);
    const KeyPtr key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const KeyPtr other(EVP_EC_gen("P-256"), EVP_PKEY_free);
    WriteCertificate(Path("cert.pem"), key.get());
    WriteKey(Path("key.pem"), key.get(), nullptr);
    WriteKey(Path("other.pem"), other.get(), nullptr);
    WriteKey(Path("encrypted.pem"), key.get(), EVP_aes_256_cbc());
    std::ofstream(Path("junk.pem")) << "no PEM at all\n";
    std::filesystem::create_directory(Path("sub"));
    std::filesystem::copy_file(Path("cert.pem"), Path("sub/cert.pem"));
    std::filesystem::copy_file(Path("key.pem"), Path("sub/key.pem"));
  }
  ~WebConfigFile() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  std::string Write(const std::string& text) const {
    std::ofstream(Path("web.yml")) << text;
    return Path("web.yml");
  }

  // The messages without the folder, which differs from run to run.
  std::vector<std::string> Messages(const std::string& text) const {
    const auto result = LoadWebConfig(Write(text));
    std::vector<std::string> messages;
    if (result) return messages;
    for (const auto& error : result.error()) {
      std::string message = config::Format(error);
      for (size_t at = message.find(folder_); at != message.npos; at = message.find(folder_)) {
        message.erase(at, folder_.size() + 1);
      }
      messages.push_back(message);
    }
    return messages;
  }

  std::string folder_;
};

constexpr char kPair[] = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n";
constexpr char kHash[] = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

struct File {
  std::string what;
  std::string text;
  bool accepted;
  bool newer = false;  // than the promtool that Debian has: it knows no such key
};

std::string Tls(const std::string& lines) { return kPair + lines; }

std::string Users(const std::string& hash) { return "basic_auth_users:\n  alice: " + hash + "\n"; }

const std::vector<File>& Files() {
  static const std::vector<File> kFiles = {
      {"nothing", "", true},
      {"a comment", "# nothing\n", true},
      {"empty sections", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n", true},
      {"a list", "- a\n", false},
      {"a word", "word\n", false},
      {"unknown section", "rate_limits:\n  interval: 1s\n", false},
      {"rate limit", "rate_limit:\n  interval: 1m1.5s\n  burst: 20\n", true, true},
      {"no rate limit", "rate_limit: {interval: 0s, burst: 0}\n", true, true},
      {"rate limit without a unit", "rate_limit: {interval: 1, burst: 2}\n", false},
      {"rate limit that lets nothing pass", "rate_limit: {interval: 1s}\n", false},
      {"burst below zero", "rate_limit: {interval: 1s, burst: -1}\n", false},
      {"unknown TLS key", Tls("  certificate: x\n"), false},
      {"text that is no certificate", "tls_server_config: {cert: x, key_file: key.pem}\n", false},
      {"file and text: the file counts", Tls("  cert: x\n"), true, true},
      {"unknown HTTP key", "http_server_config:\n  http3: true\n", false},
      {"section twice", "http_server_config:\nhttp_server_config:\n", false},
      {"key twice", "http_server_config:\n  http2: true\n  http2: true\n", false},
      {"user twice", Users(kHash) + "  alice: " + kHash + "\n", false},
      {"no YAML", "tls_server_config: [\n", false},
      {"tabs", "tls_server_config:\n\tcert_file: x\n", false},
      {"a second document is not read", "http_server_config:\n  http2: no\n---\n- x\n", true},

      {"certificate and key", kPair, true},
      {"in a sub folder", "tls_server_config: {cert_file: sub/cert.pem, key_file: ./key.pem}\n",
       true},
      {"no key", "tls_server_config:\n  cert_file: cert.pem\n", false},
      {"no certificate", "tls_server_config:\n  key_file: key.pem\n", false},
      {"empty key", "tls_server_config:\n  cert_file: cert.pem\n  key_file: \"\"\n", false},
      {"null key", "tls_server_config:\n  cert_file: cert.pem\n  key_file: ~\n", false},
      {"missing file", "tls_server_config:\n  cert_file: cert.pem\n  key_file: none.pem\n", false},
      {"another's key", "tls_server_config:\n  cert_file: cert.pem\n  key_file: other.pem\n",
       false},
      {"encrypted key", "tls_server_config:\n  cert_file: cert.pem\n  key_file: encrypted.pem\n",
       false},
      {"junk as certificate", "tls_server_config:\n  cert_file: junk.pem\n  key_file: key.pem\n",
       false},
      {"junk as key", "tls_server_config:\n  cert_file: cert.pem\n  key_file: junk.pem\n", false},
      {"swapped", "tls_server_config:\n  cert_file: key.pem\n  key_file: cert.pem\n", false},
      {"a list of keys", "tls_server_config:\n  cert_file: [cert.pem]\n  key_file: key.pem\n",
       false},
      {"versions without TLS", "tls_server_config:\n  min_version: TLS13\n", true},
      {"versions", Tls("  min_version: TLS12\n  max_version: TLS13\n"), true},
      {"old versions", Tls("  min_version: TLS10\n"), true},
      {"unknown version", Tls("  min_version: TLS14\n"), false},
      {"version as a number", Tls("  min_version: 1.2\n"), false},
      {"null version", Tls("  min_version:\n"), true},

      {"verified clients",
       Tls("  client_ca_file: cert.pem\n"
           "  client_auth_type: RequireAndVerifyClientCert\n"),
       true},
      {"clients with any certificate", Tls("  client_auth_type: RequireAnyClientCert\n"), true},
      {"the old name of that", Tls("  client_auth_type: RequireClientCert\n"), true},
      {"requested", Tls("  client_auth_type: RequestClientCert\n"), true},
      {"verified if given", Tls("  client_auth_type: VerifyClientCertIfGiven\n"), true},
      {"nobody asked", Tls("  client_auth_type: NoClientCert\n"), true},
      {"unknown client auth", Tls("  client_auth_type: Always\n"), false},
      {"unknown client auth without TLS", "tls_server_config:\n  client_auth_type: Always\n",
       false},
      {"client auth without certificate",
       "tls_server_config:\n  client_auth_type: RequestClientCert\n", false},
      {"CA without client auth", Tls("  client_ca_file: cert.pem\n"), false},
      {"CA and nobody asked", Tls("  client_ca_file: cert.pem\n  client_auth_type: NoClientCert\n"),
       false},
      {"missing CA",
       Tls("  client_ca_file: none.pem\n"
           "  client_auth_type: RequireAndVerifyClientCert\n"),
       false},
      {"allowed SANs", Tls("  client_allowed_sans: [localhost]\n"), true, true},
      {"allowed SANs as text", Tls("  client_allowed_sans: localhost\n"), false},

      {"suites",
       Tls("  cipher_suites:\n    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"
           "    - TLS_AES_128_GCM_SHA256\n"),
       true},
      {"RSA key exchange", Tls("  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n"), true},
      {"no suites", Tls("  cipher_suites: []\n"), true},
      {"insecure suite", Tls("  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n"), false},
      {"OpenSSL's name", Tls("  cipher_suites: [ECDHE-RSA-AES128-GCM-SHA256]\n"), false},
      {"one suite, no list", Tls("  cipher_suites: TLS_AES_128_GCM_SHA256\n"), false},
      {"curves", Tls("  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n"), true},
      {"unknown curve", Tls("  curve_preferences: [secp256r1]\n"), false},
      {"preference", Tls("  prefer_server_cipher_suites: false\n"), true},
      {"preference as text", Tls("  prefer_server_cipher_suites: \"false\"\n"), false},

      {"http2 off", "http_server_config:\n  http2: off\n", true},
      {"http2 y", "http_server_config:\n  http2: y\n", true},
      {"http2 maybe", "http_server_config:\n  http2: maybe\n", false},
      {"http2 1", "http_server_config:\n  http2: 1\n", false},
      {"headers",
       "http_server_config:\n  headers:\n"
       "    Strict-Transport-Security: max-age=31536000\n"
       "    X-Content-Type-Options: nosniff\n    X-Frame-Options: deny\n"
       "    X-XSS-Protection: 0\n    Content-Security-Policy: default-src 'self'\n",
       true},
      {"another header", "http_server_config:\n  headers:\n    Server: x\n", false},
      {"header in lower case", "http_server_config:\n  headers:\n    x-frame-options: deny\n",
       false},
      {"header value", "http_server_config:\n  headers:\n    X-Frame-Options: allow\n", false},
      {"null header", "http_server_config:\n  headers:\n    X-Frame-Options:\n", false},
      {"no headers", "http_server_config:\n  headers:\n", true},
      {"headers as a list", "http_server_config:\n  headers: [a]\n", false},

      {"user", Users(kHash), true},
      {"user with 2a", Users("$2a$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"), true},
      {"user with 2b", Users("$2b$04$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"), true},
      {"user with a number for a name", "basic_auth_users:\n  7: " + std::string(kHash) + "\n",
       true},
      {"plain password", Users("secret"), false},
      {"null password", Users(""), false},
      {"MD5 hash", Users("$1$abcdefgh$cV6gM9hS0XKYBlhhbHC1o0"), false},
      {"SHA hash", Users("'$6$saltsalt$" + std::string(86, 'a') + "'"), false},
      {"cost too low", Users("$2y$03$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"),
       false},
      {"cost too high", Users("$2y$32$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"),
       false},
      {"short hash", Users("$2y$10$QOauhQNbBCuQDKes6eFzPe"), false},
      {"users as a list", "basic_auth_users: [alice]\n", false},
  };
  return kFiles;
}

TEST_F(WebConfigFile, VerdictsAreAsTheTableSays) {
  for (const File& file : Files()) {
    const auto messages = Messages(file.text);
    EXPECT_EQ(messages.empty(), file.accepted)
        << file.what << ": " << testing::PrintToString(messages);
  }
}

TEST_F(WebConfigFile, VerdictsArePromtools) {
  if (system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  for (const File& file : Files()) {
    if (file.newer) continue;
    const std::string path = Write(file.text);
    const bool accepted =
        system(("promtool check web-config " + path + " >/dev/null 2>&1").c_str()) == 0;
    EXPECT_EQ(accepted, file.accepted) << file.what;
  }
}

// Where promtool shrugs although nobody could ever connect or log in.
TEST_F(WebConfigFile, IsStricterWhereNothingCouldWork) {
  EXPECT_THAT(Messages(Tls("  min_version: TLS13\n  max_version: TLS12\n")),
              ElementsAre("web.yml:2:3: min_version: is above max_version; expected at most that"));
  EXPECT_EQ(Messages(Users("$2y$10$" + std::string(53, '!'))).size(), 1u);
  EXPECT_EQ(Messages(Users(std::string(kHash) + "x")).size(), 1u);
}

TEST_F(WebConfigFile, HoldsWhatTheFileSays) {
  const auto web = LoadWebConfig(
      Write(Tls("  client_ca_file: sub/cert.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
                "  min_version: TLS13\n  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, "
                "TLS_AES_128_GCM_SHA256]\n  curve_preferences: [X25519, CurveP521]\n"
                "  prefer_server_cipher_suites: no\n") +
            "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: sameorigin\n" +
            Users(kHash)));
  ASSERT_TRUE(web);
  ASSERT_TRUE(web->tls);
  EXPECT_EQ(web->tls->cert.file, Path("cert.pem"));
  EXPECT_EQ(web->tls->key.file, Path("key.pem"));
  EXPECT_EQ(web->tls->client_ca.file, Path("sub/cert.pem"));
  EXPECT_EQ(web->tls->client_auth, ClientAuth::kRequireAndVerify);
  EXPECT_EQ(web->tls->min_version, TlsVersion::k13);
  EXPECT_EQ(web->tls->max_version, TlsVersion::k13);
  EXPECT_THAT(web->tls->cipher_suites, ElementsAre("AES128-SHA"));
  EXPECT_THAT(web->tls->curve_preferences, ElementsAre("X25519", "P-521"));
  EXPECT_FALSE(web->tls->prefer_server_cipher_suites);
  EXPECT_FALSE(web->http2);
  EXPECT_THAT(web->headers, ElementsAre(Pair("X-Frame-Options", "sameorigin")));
  EXPECT_THAT(web->users, ElementsAre(Pair("alice", kHash)));
}

TEST_F(WebConfigFile, TakesWhatIsInPemFormatAsText) {
  const auto indented = [&](const char* name) {
    std::ifstream file(Path(name));
    std::string text = "|\n";
    for (std::string line; std::getline(file, line);) text += "    " + line + "\n";
    return text;
  };
  const auto web = LoadWebConfig(Write(
      "tls_server_config:\n  cert: " + indented("cert.pem") + "  key: " + indented("key.pem") +
      "  client_ca: " + indented("cert.pem") +
      "  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [a, 192.0.2.1]\n"
      "rate_limit: {interval: 1m1.5s, burst: 20}\n"));
  ASSERT_TRUE(web);
  EXPECT_TRUE(web->tls->cert.text.starts_with("-----BEGIN CERTIFICATE"));
  EXPECT_TRUE(web->tls->key.text.starts_with("-----BEGIN"));
  EXPECT_EQ(web->tls->client_ca.text, web->tls->cert.text);
  EXPECT_THAT(web->tls->client_allowed_sans, ElementsAre("a", "192.0.2.1"));
  EXPECT_EQ(web->rate_limit.interval, std::chrono::milliseconds(61500));
  EXPECT_EQ(web->rate_limit.burst, 20);
  const auto other =
      Messages("tls_server_config:\n  cert_file: cert.pem\n  key: " + indented("other.pem"));
  EXPECT_THAT(other, ElementsAre("web.yml:2:3: tls_server_config: the text in the configuration is "
                                 "not the key of the certificate \"cert.pem\""));
}

// A key of a newer exporter-toolkit must not be ignored: it may be one that keeps clients out.
TEST_F(WebConfigFile, NamesKeysThatItDoesNotKnow) {
  EXPECT_THAT(Messages(Tls("  client_denied_sans: [a]\n")),
              ElementsAre(testing::HasSubstr("unknown key \"client_denied_sans\"")));
}

TEST_F(WebConfigFile, AnEmptyFileChangesNothing) {
  const auto web = LoadWebConfig(Write(""));
  ASSERT_TRUE(web);
  EXPECT_EQ(*web, WebConfig{});
}

TEST_F(WebConfigFile, NamesEveryMistakeWithItsPlace) {
  EXPECT_THAT(
      Messages(
          "tls_server_config:\n  cert_file: cert.pem\n  min_version: TLS9\n  cpher_suites: []\n"
          "http_server_config:\n  headers:\n    Server: x\n"
          "basic_auth_users:\n  bob: secret\nfoo: 1\n"),
      ElementsAre(
          "web.yml:3:16: min_version: \"TLS9\" is not a TLS version; expected TLS10, TLS11, TLS12 "
          "or "
          "TLS13",
          "web.yml:4:3: unknown key \"cpher_suites\" in tls_server_config; did you mean "
          "\"cipher_suites\"?",
          "web.yml:7:5: headers: \"Server\" cannot be set; expected Strict-Transport-Security, "
          "X-Content-Type-Options, X-Frame-Options, X-XSS-Protection or Content-Security-Policy",
          "web.yml:9:8: basic_auth_users: the password of \"bob\" is not hashed; expected a bcrypt "
          "hash, as `htpasswd -nB` prints it",
          "web.yml:10:1: unknown key \"foo\" in the file; expected tls_server_config, "
          "http_server_config, rate_limit or basic_auth_users"));
}

TEST_F(WebConfigFile, SaysWhatIsWrongWithTheFiles) {
  const auto with_key = [&](const std::string& key) {
    return Messages("tls_server_config:\n  cert_file: cert.pem\n  key_file: " + key + "\n");
  };
  EXPECT_THAT(with_key("other.pem"),
              ElementsAre("web.yml:2:3: tls_server_config: \"other.pem\" is not the key of the "
                          "certificate \"cert.pem\""));
  EXPECT_THAT(with_key("encrypted.pem"),
              ElementsAre("web.yml:2:3: tls_server_config: \"encrypted.pem\" holds no unencrypted "
                          "private key in PEM format"));
  EXPECT_THAT(
      with_key("none.pem"),
      ElementsAre("web.yml:2:3: tls_server_config: \"none.pem\" cannot be read: No such file "
                  "or directory"));
  EXPECT_THAT(
      Messages(Tls("  client_ca_file: cert.pem\n")),
      ElementsAre("web.yml:4:19: client_ca_file: nobody is asked for a certificate; expected "
                  "a client_auth_type such as RequireAndVerifyClientCert"));
}

TEST_F(WebConfigFile, ThatIsMissingIsAnError) {
  const auto web = LoadWebConfig(Path("none.yml"));
  ASSERT_FALSE(web);
  EXPECT_EQ(web.error()[0].message,
            "cannot be read: No such file or directory; expected a web configuration file");
}

TEST_F(WebConfigFile, DeepNestingIsASyntaxError) {
  EXPECT_FALSE(LoadWebConfig(Write(std::string(100000, '['))));
}

}  // namespace
}  // namespace exporter
