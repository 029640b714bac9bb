#include "base/cursor.hpp"

#include "base/error.hpp"

namespace pare {

std::span<const std::byte> Cursor::take(std::uint64_t n) {
  if (n > left()) throw Error(Fault::corrupt, cat("want ", n, " bytes at ", at_, ", got ", left()));
  const auto part = all_.subspan(at_, n);
  at_ += n;
  return part;
}

void Cursor::seek(std::uint64_t at) {
  if (at > all_.size()) {
    throw Error(Fault::corrupt, cat("position ", at, " is past the end ", all_.size()));
  }
  at_ = at;
}

std::string Cursor::text(std::uint64_t n) {
  const auto bytes = take(n);
  std::string out(bytes.size(), '\0');
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

std::size_t Cursor::count(std::uint64_t claimed, std::size_t least_bytes_each) const {
  if (claimed > left() / least_bytes_each) {
    throw Error(Fault::corrupt,
                cat(claimed, " items at ", at_, " cannot fit in ", left(), " bytes"));
  }
  return static_cast<std::size_t>(claimed);
}

}  // namespace pare
