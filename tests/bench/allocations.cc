// Replaces operator new for the whole program, to count. C++ standard, [new.delete].
#include "tests/bench/allocations.h"

#include <cstdlib>
#include <new>

namespace bench {
namespace {

thread_local uint64_t count = 0;

void* Allocate(size_t size, size_t alignment) {
  ++count;
  void* memory = alignment == 0 ? std::malloc(size)
                                : std::aligned_alloc(
                                      alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

uint64_t Allocations() { return count; }

}  // namespace bench

void* operator new(size_t size) { return bench::Allocate(size, 0); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return bench::Allocate(size, 0); }
void* operator new(size_t size, std::align_val_t alignment) {
  return bench::Allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
