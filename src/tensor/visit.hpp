#pragma once

#include <type_traits>

#include "tensor/tensor.hpp"

namespace pare {

template <class T>
struct TypeTag {
  using type = T;
};

/// Calls fn(TypeTag<T>{}) with the storage type of `kind` for bool, integers >= 8 bits and floats
/// f16, bf16, f32, f64. Fault::unsupported for everything else.
template <class Fn>
decltype(auto) visit_number(ElementKind kind, Fn&& fn) {
  switch (kind) {
    case ElementKind::f32: return fn(TypeTag<float>{});
    case ElementKind::f64: return fn(TypeTag<double>{});
    case ElementKind::f16: return fn(TypeTag<F16>{});
    case ElementKind::bf16: return fn(TypeTag<BF16>{});
    case ElementKind::i8: return fn(TypeTag<std::int8_t>{});
    case ElementKind::u8: return fn(TypeTag<std::uint8_t>{});
    case ElementKind::i16: return fn(TypeTag<std::int16_t>{});
    case ElementKind::u16: return fn(TypeTag<std::uint16_t>{});
    case ElementKind::i32: return fn(TypeTag<std::int32_t>{});
    case ElementKind::u32: return fn(TypeTag<std::uint32_t>{});
    case ElementKind::i64: return fn(TypeTag<std::int64_t>{});
    case ElementKind::u64: return fn(TypeTag<std::uint64_t>{});
    case ElementKind::boolean: return fn(TypeTag<bool>{});
    default:
      throw Error(Fault::unsupported,
                  cat("element type ", dtype_of(kind).name(), " has no scalar arithmetic"));
  }
}

/// Arithmetic value of a storage element, and back (F16/BF16 go through float).
template <class T>
[[nodiscard]] constexpr auto load_number(T x) noexcept {
  if constexpr (std::is_same_v<T, F16> || std::is_same_v<T, BF16>) {
    return to_float(x);
  } else {
    return x;
  }
}
template <class T, class U>
[[nodiscard]] constexpr T store_number(U x) noexcept {
  if constexpr (std::is_same_v<T, F16>) {
    return to_f16(static_cast<double>(x));
  } else if constexpr (std::is_same_v<T, BF16>) {
    return to_bf16(static_cast<double>(x));
  } else {
    return static_cast<T>(x);
  }
}

}  // namespace pare
