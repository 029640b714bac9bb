#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

#include "tensor/tensor.hpp"

/// Memory between pages that nobody may touch: reading or writing past the guarded end faults.
namespace pare::guard {

/// Which end of the memory lies at the page that faults.
enum class Edge : std::uint8_t { begins, ends };

/// `size` bytes filled with 0xA5. At `ends` their alignment is that of the size, at most
/// `alignment` is kept by leaving some bytes behind them.
inline std::shared_ptr<std::byte> bytes(std::size_t size, Edge edge, std::size_t alignment = 1) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t room = (size + page) / page * page;  // one page for no bytes at all
  const std::size_t all = room + 2 * page;
  void* map = mmap(nullptr, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  auto* first = static_cast<std::byte*>(map) + page;
  if (mprotect(first, room, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  std::memset(first, 0xA5, room);
  std::byte* at = first;
  if (edge == Edge::ends) at += (room - size) / alignment * alignment;
  return {at, [map, all](std::byte*) { munmap(map, all); }};
}

/// A copy of the tensor in guarded memory. Text stays where it is.
inline Tensor copy(const Tensor& t, Edge edge) {
  if (!t.valid() || t.kind() == ElementKind::string) return t;
  const std::shared_ptr<std::byte> to = bytes(t.bytes().size(), edge);
  if (!t.bytes().empty()) std::memcpy(to.get(), t.bytes().data(), t.bytes().size());
  return {t.type(), t.shape(), {to.get(), t.bytes().size()}, to};
}

}  // namespace pare::guard
