// Streams against clients that do not play fair, over pairs of sockets.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "exporter/http/stream_plain.h"
#include "exporter/http/stream_tls.h"

namespace exporter {
namespace {

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

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
    settings.cert.file = certificate_;
    settings.key.file = key_;
    return MakeTlsContext(settings).value();
  }

 private:
  const std::string base_ = testing::TempDir() + "stream_test." + std::to_string(getpid());
  const std::string certificate_ = base_ + ".pem";
  const std::string key_ = base_ + ".key";
};

class StreamTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_), 0);
    place_ = limiter_.Add(fds_[0], {});
    ASSERT_NE(place_, nullptr);
  }
  void TearDown() override {
    place_.reset();
    close(fds_[0]);
    if (fds_[1] >= 0) close(fds_[1]);
  }
  void Say(std::string_view bytes) {
    ASSERT_EQ(send(fds_[1], bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  static std::string ReadAll(ClientStream* stream) {
    std::string all;
    char bytes[7];
    for (ssize_t got = 0; (got = stream->read(bytes, sizeof bytes)) > 0;) {
      all.append(bytes, static_cast<size_t>(got));
    }
    return all;
  }

  ConnectionLimiter limiter_;
  ConnectionLimiter::PlacePtr place_;
  int fds_[2] = {-1, -1};
};

TEST_F(StreamTest, HandsOutARequestAndNoByteOfTheNext) {
  PlainStream stream(fds_[0], place_.get());
  Say(std::string(kRequest) + "body!" + std::string(kRequest));
  ASSERT_TRUE(stream.ReadHead());
  stream.ExpectBody(5);
  EXPECT_EQ(ReadAll(&stream), std::string(kRequest) + "body!");
  EXPECT_EQ(stream.body_left(), 0u);
  ASSERT_TRUE(stream.ReadHead());
  EXPECT_EQ(ReadAll(&stream), kRequest);
}

TEST_F(StreamTest, ReplacesWhatIsRefused) {
  PlainStream stream(fds_[0], place_.get());
  Say("GET /x HTTP/1.1\r\nA: b\n\r\n");
  ASSERT_TRUE(stream.ReadHead());
  ASSERT_TRUE(stream.refusal());
  EXPECT_EQ(stream.refusal()->status, 400);
  EXPECT_EQ(ReadAll(&stream), "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(stream.head().target(), "/x");
}

TEST_F(StreamTest, LeavesOutWhatTheLibraryIsNotToSee) {
  PlainStream stream(fds_[0], place_.get());
  Say("\r\nBREW / HTTP/1.1\r\nRange: bytes=1-\r\nA: b\r\nAccept-Encoding: br\r\n\r\n");
  ASSERT_TRUE(stream.ReadHead());
  EXPECT_EQ(ReadAll(&stream), "TRACE / HTTP/1.1\r\nA: b\r\n\r\n");
}

TEST_F(StreamTest, EndsWithTheClient) {
  PlainStream stream(fds_[0], place_.get());
  Say("GET / HT");
  close(std::exchange(fds_[1], -1));
  EXPECT_FALSE(stream.ReadHead());
}

class TlsStreamTest : public StreamTest {
 protected:
  void SetUp() override {
    StreamTest::SetUp();
    stream_ = std::make_unique<TlsStream>(fds_[0], place_.get(), certificate_.Context());
    context_ = SSL_CTX_new(TLS_client_method());
    client_ = SSL_new(context_);
    SSL_set_fd(client_, fds_[1]);
    SSL_set_connect_state(client_);
    std::thread server([&] { EXPECT_TRUE(stream_->Handshake()); });
    while (SSL_do_handshake(client_) != 1) std::this_thread::yield();
    server.join();
  }
  void TearDown() override {
    SSL_free(client_);
    SSL_CTX_free(context_);
    stream_.reset();
    StreamTest::TearDown();
  }
  void UpdateKeys(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_EQ(SSL_key_update(client_, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
      ASSERT_EQ(SSL_do_handshake(client_), 1);
    }
    ASSERT_GT(SSL_write(client_, kRequest.data(), static_cast<int>(kRequest.size())), 0);
  }

  SelfSigned certificate_;
  std::unique_ptr<TlsStream> stream_;
  SSL_CTX* context_ = nullptr;
  SSL* client_ = nullptr;
};

TEST_F(TlsStreamTest, TakesSomeKeyUpdates) {
  UpdateKeys(10);
  ASSERT_TRUE(stream_->ReadHead());
  EXPECT_EQ(ReadAll(stream_.get()), kRequest);
}

// Each costs computing time, and the client nothing.
TEST_F(TlsStreamTest, KeyUpdatesWithoutEndEndTheConnection) {
  UpdateKeys(100);
  EXPECT_FALSE(stream_->ReadHead());
}

}  // namespace
}  // namespace exporter
