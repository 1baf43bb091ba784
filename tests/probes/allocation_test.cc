// Counts allocations: after the first round a probe must not make any, whatever it meets. A program
// of its own, because it replaces the global operator new.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "probes/algorithms/offers.h"
#include "tests/probes/exchange/exchange_fixture.h"

namespace {
size_t allocations = 0;
}

// Not inlined, or gcc takes them for a mismatched pair.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace ike::test {
namespace {

struct Round {
  const PreparedOpening& opening;
  std::vector<Bytes> answers;
};

// How many allocations one round makes once the exchange has made it before.
size_t CountSecond(const Round& round) {
  ExchangeUnderTest t;
  size_t before = 0;
  for (int i = 0; i < 3; ++i) {
    before = allocations;
    const ExchangeTiming timing{t.now, t.now + seconds(5), seconds(1)};
    t.exchange.Begin(round.opening, {&t.shares}, t.seed, timing);
    t.exchange.OnTimer(t.now + seconds(1));
    for (const Bytes& answer : round.answers) t.exchange.OnMessage(answer, t.now + seconds(2));
    t.exchange.OnTimer(t.now + seconds(5));
    EXPECT_TRUE(t.exchange.done());
  }
  return allocations - before;
}

TEST(Allocation, SteadyStateMakesNone) {
  const PreparedOpening opening{SomeIkev2Opening()};
  const Bytes vendor_id(100, 3);
  const Bytes hash(20, 4);
  const Bytes rich = Ikev2Message()
                         .Sa({{1, 20, 256}, {2, 7, 0}, {4, 31, 0}})
                         .Ke(31)
                         .Nonce()
                         .Notify(16388, hash)
                         .Notify(16389, hash)
                         .Notify(16430)
                         .Payload(43, vendor_id)
                         .Payload(43, vendor_id)
                         .Done();
  EXPECT_EQ(CountSecond({opening, {rich}}), 0u);
  EXPECT_EQ(
      CountSecond({opening, {CookieAnswer(1), InvalidKe(14), CookieAnswer(2), Selection(14)}}), 0u);
  EXPECT_EQ(CountSecond({opening, {NotifyOnly(14)}}), 0u);
  EXPECT_EQ(CountSecond({opening, {}}), 0u);
}

TEST(Allocation, Ikev1MakesNoneEither) {
  const PreparedOpening opening{MakeIkev1MainOpening(ProposalSet::kBroad)};
  const Bytes refusal = NotifyOnly(5);
  EXPECT_EQ(CountSecond({opening, {refusal}}), 0u);
  const PreparedOpening aggressive{MakeIkev1AggressiveOpening(ProposalSet::kBroad, 14)};
  EXPECT_EQ(CountSecond({aggressive, {refusal}}), 0u);
}

}  // namespace
}  // namespace ike::test
