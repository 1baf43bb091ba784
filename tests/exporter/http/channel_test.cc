// TLS channels against clients that do not play fair, over a pair of sockets.
#include "exporter/http/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "exporter/http/tls_context.h"

namespace exporter {
namespace {

// A certificate of its own, and its key, in two files.
class SelfSigned {
 public:
  SelfSigned() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    FILE* file = std::fopen(certificate_.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~SelfSigned() {
    unlink(certificate_.c_str());
    unlink(key_.c_str());
  }

  TlsContextPtr Context() const {
    TlsSettings settings;
    settings.cert_file = certificate_;
    settings.key_file = key_;
    return MakeTlsContext(settings).value();
  }

 private:
  const std::string base_ = testing::TempDir() + "channel_test." + std::to_string(getpid());
  const std::string certificate_ = base_ + ".pem";
  const std::string key_ = base_ + ".key";
};

class TlsChannelTest : public testing::Test {
 protected:
  void SetUp() override {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    channel_ = Channel::Tls(fds[0], certificate_.Context());
    fd_ = fds[1];
    client_context_ = SSL_CTX_new(TLS_client_method());
    client_ = SSL_new(client_context_);
    SSL_set_fd(client_, fd_);
    SSL_set_connect_state(client_);
    while (SSL_do_handshake(client_) != 1) channel_->Handshake();
    ASSERT_EQ(channel_->Handshake(), Channel::Need::kNothing);
  }
  void TearDown() override {
    SSL_free(client_);
    SSL_CTX_free(client_context_);
    close(fd_);
  }

  int Unread() const {
    int bytes = 0;
    ioctl(channel_->fd(), FIONREAD, &bytes);
    return bytes;
  }

  SelfSigned certificate_;
  std::shared_ptr<Channel> channel_;
  int fd_ = -1;
  SSL_CTX* client_context_ = nullptr;
  SSL* client_ = nullptr;
};

// One read that goes on as long as there are any would hold up the thread of all connections.
TEST_F(TlsChannelTest, KeyUpdatesWithoutEndHoldUpNobody) {
  constexpr int kUpdates = 100;
  for (int i = 0; i < kUpdates; ++i) {
    ASSERT_EQ(SSL_key_update(client_, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(client_), 1);
  }
  ASSERT_EQ(SSL_write(client_, "a", 1), 1);
  const int sent = Unread();
  char bytes[16];
  Channel::Moved got = channel_->Read(bytes, sizeof bytes);
  EXPECT_EQ(got.bytes, 0u);
  EXPECT_EQ(got.need, Channel::Need::kRead);
  EXPECT_GT(Unread(), sent * 9 / 10);

  for (int i = 0; i < kUpdates + 1 && got.bytes == 0; ++i)
    got = channel_->Read(bytes, sizeof bytes);
  EXPECT_EQ(std::string(bytes, got.bytes), "a") << "what comes after them is still read";
}

}  // namespace
}  // namespace exporter
