#pragma once

namespace pare {

/// Whether AddressSanitizer watches. What it finds shows in one round of a test as in ten, while
/// each takes ten times as long: tests of statistics leave rounds out and judge fewer figures.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace pare
