// tokenizer.model of SentencePiece: the message sentencepiece.ModelProto in protobuf's wire format,
// of which a few fields matter. Source: google/sentencepiece, sentencepiece_model.proto.
#include <bit>
#include <limits>

#include "base/cursor.hpp"
#include "base/error.hpp"
#include "data/tokenizers/parts.hpp"
#include "data/tokenizers/scored.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

/// A field of a message: what its kind of wire holds.
struct Field {
  std::uint32_t number = 0;
  std::uint64_t value = 0;                ///< of integers, and the bits of fixed ones
  std::span<const std::byte> bytes = {};  ///< of texts and messages
};

std::uint64_t read_varint(Cursor& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = in.read<std::uint8_t>();
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  throw Error(Fault::corrupt, cat("a number of more than ten bytes at ", in.at()));
}

Field read_field(Cursor& in) {
  const std::uint64_t at = in.at();
  const std::uint64_t tag = read_varint(in);
  Field f;
  f.number = static_cast<std::uint32_t>(tag >> 3U);
  if (tag >> 3U == 0 || tag >> 3U > 0x1FFFFFFF) {
    throw Error(Fault::corrupt, cat("field ", tag >> 3U, " at ", at));
  }
  switch (tag & 7U) {
    case 0: f.value = read_varint(in); break;
    case 1: f.value = in.read<std::uint64_t>(); break;
    case 2: f.bytes = in.take(read_varint(in)); break;
    case 5: f.value = in.read<std::uint32_t>(); break;
    default: throw Error(Fault::corrupt, cat("wire type ", tag & 7U, " at ", at));
  }
  return f;
}

template <class Use>
void each_field(std::span<const std::byte> message, Use&& use) {
  Cursor in(message);
  while (!in.done()) use(read_field(in));
}

std::string text_of(std::span<const std::byte> bytes) { return Cursor(bytes).text(bytes.size()); }

struct Proto {
  Vocabulary vocabulary;
  ScoredVocabulary scored;
  std::uint64_t model_type = 1;
  bool byte_fallback = false;
  bool blank_is_suffix = false;
  std::int32_t unknown = 0;
  std::int32_t bos = 1;
  std::int32_t eos = 2;
  std::int32_t padding = -1;
  std::string charsmap;
  bool add_prefix = true;
  bool remove_extra = true;
  bool escape_blanks = true;
};

void read_piece(std::span<const std::byte> message, Proto& p) {
  std::string text;
  float score = 0;
  std::uint64_t kind = 1;
  each_field(message, [&](const Field& f) {
    if (f.number == 1) text = text_of(f.bytes);
    if (f.number == 2) score = std::bit_cast<float>(static_cast<std::uint32_t>(f.value));
    if (f.number == 3) kind = f.value;
  });
  if (kind < 1 || kind > 6) throw Error(Fault::corrupt, cat("a piece of the type ", kind));
  p.vocabulary.add(text, p.vocabulary.size());
  p.scored.scores.push_back(score);
  p.scored.kinds.push_back(static_cast<TokenKind>(kind));
}

void read_trainer(std::span<const std::byte> message, Proto& p) {
  each_field(message, [&](const Field& f) {
    const auto id = static_cast<std::int32_t>(f.value);
    switch (f.number) {
      case 3: p.model_type = f.value; break;
      case 24: p.blank_is_suffix = f.value != 0; break;
      case 35: p.byte_fallback = f.value != 0; break;
      case 40: p.unknown = id; break;
      case 41: p.bos = id; break;
      case 42: p.eos = id; break;
      case 43: p.padding = id; break;
      default: break;
    }
  });
}

void read_normalizer(std::span<const std::byte> message, Proto& p) {
  each_field(message, [&](const Field& f) {
    switch (f.number) {
      case 2: p.charsmap = text_of(f.bytes); break;
      case 3: p.add_prefix = f.value != 0; break;
      case 4: p.remove_extra = f.value != 0; break;
      case 5: p.escape_blanks = f.value != 0; break;
      default: break;
    }
  });
}

Proto read_model(std::string_view bytes) {
  Proto p;
  Cursor in(std::as_bytes(std::span(bytes)));
  std::size_t n = 0;
  while (!in.done()) {
    const std::uint64_t at = in.at();
    const Field f = read_field(in);
    during([&] { return cat("reading field ", f.number, " (number ", n, ") at ", at); },
           [&] {
             if (f.number == 1) read_piece(f.bytes, p);
             if (f.number == 2) read_trainer(f.bytes, p);
             if (f.number == 3) read_normalizer(f.bytes, p);
           });
    ++n;
  }
  if (p.vocabulary.size() == 0) throw Error(Fault::corrupt, "a SentencePiece model without pieces");
  if (p.model_type != 1 && p.model_type != 2) {
    throw Error(Fault::unsupported, cat("a SentencePiece model of type ", p.model_type,
                                        "; 1 (unigram) and 2 (BPE) are known"));
  }
  if (!p.escape_blanks) {
    throw Error(Fault::unsupported, "a SentencePiece model that does not mark blanks");
  }
  return p;
}

/// The number that the trainer gave, if the piece is of that kind; else none.
TokenId special_id(const Proto& p, std::int32_t id, TokenKind kind) {
  const bool there = p.vocabulary.has(id) && p.scored.kinds[static_cast<std::size_t>(id)] == kind;
  return there ? id : -1;
}

/// Most blanks at the beginning that are not the text's.
std::size_t blanks_before(const Proto& p) {
  if (p.remove_extra) return std::numeric_limits<std::size_t>::max();
  return p.add_prefix && !p.blank_is_suffix ? 1 : 0;
}

}  // namespace

std::unique_ptr<TokenizerParts> sentencepiece_parts(std::string_view bytes, bool everywhere) {
  Proto p = read_model(bytes);
  const bool bpe = p.model_type == 2;
  SpecialTokens special;
  special.unknown = special_id(p, p.unknown, TokenKind::unknown);
  special.bos = special_id(p, p.bos, TokenKind::control);
  special.eos = special_id(p, p.eos, TokenKind::control);
  special.padding = special_id(p, p.padding, TokenKind::control);
  auto parts = new_parts(bpe ? "SentencePiece BPE" : "unigram", std::move(p.vocabulary));
  const Vocabulary& v = *parts->vocabulary;
  parts->special = special;
  std::vector<AddedToken> added;
  for (std::int64_t id = 0; id < v.size(); ++id) {
    const TokenKind kind = p.scored.kinds[static_cast<std::size_t>(id)];
    if (v.text(id).empty()) continue;
    if (kind == TokenKind::control || kind == TokenKind::unknown) {
      added.push_back({v.text(id), static_cast<TokenId>(id), true});
    }
  }
  parts->added = AddedTokens(std::move(added));
  SentencePieceRules rules;
  if (!p.charsmap.empty()) rules.map = std::make_shared<const Charsmap>(p.charsmap);
  rules.add_prefix = p.add_prefix;
  rules.prefix_everywhere = everywhere;
  rules.remove_extra = p.remove_extra;
  rules.blank_is_suffix = p.blank_is_suffix;
  rules.kept = std::make_shared<const Trie>(
      trie_of(v, p.scored, [](TokenKind kind) { return kind == TokenKind::user_defined; }));
  parts->decode = sentencepiece_decode_rules(blanks_before(p));
  parts->normalizer = sentencepiece_rules(std::move(rules));
  if (bpe && words_stand_alone(v, p.scored)) {
    parts->splitters.push_back(split_before(std::string(kSpaceMark)));
  }
  const UnknownRule unknown{special.unknown, p.byte_fallback, true};
  parts->model = bpe ? make_scored_bpe(v, std::move(p.scored), unknown)
                     : make_unigram(v, std::move(p.scored), unknown);
  if (bpe && special.bos >= 0) parts->before = {special.bos};
  if (!bpe && special.eos >= 0) parts->behind = {special.eos};
  return parts;
}

Tokenizer parse_sentencepiece(std::string_view bytes, bool everywhere) {
  return finish(sentencepiece_parts(bytes, everywhere));
}

}  // namespace pare
