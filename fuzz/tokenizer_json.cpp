// tokenizer.json, and a short text through what comes of it. A pattern of the file may need its
// whole budget at every byte of the text, so the text is short.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "data/tokenizers/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const pare::Tokenizer t = pare::parse_tokenizer_json(
        {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()});
    static_cast<void>(t.decode(t.encode(" ab a\xC3\xA9  1<s>")));
  } catch (const pare::Error&) {
    return 0;
  }
  return 0;
}
