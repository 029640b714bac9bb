#include "base/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "base/error.hpp"
#include "base/file.hpp"

namespace pare {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string sha256_hex(std::span<const std::byte> bytes) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const bool ok = context != nullptr &&
                  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
                  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                  EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  if (!ok) throw Error(Fault::resource, "libcrypto cannot compute SHA-256");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(std::size_t{2} * size);
  for (unsigned int i = 0; i < size; ++i) {
    text += kHex[digest.at(i) >> 4U];
    text += kHex[digest.at(i) & 15U];
  }
  return text;
}

std::string sha256_file(const std::filesystem::path& path) {
  return sha256_hex(MappedFile::open(path)->bytes());
}

}  // namespace pare
