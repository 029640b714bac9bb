#include "data/tokenizers/tokenizer.hpp"

#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/tokenizers/parts.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

constexpr std::size_t kLargestText = std::size_t{512} << 20;
constexpr std::size_t kKeptPieces = std::size_t{1} << 16;
constexpr std::size_t kLongestKept = 64;

/// The tokens of pieces that came before.
class KeptPieces {
 public:
  /// Appends the tokens of `piece`; its bytes stay where they are while this lives.
  void encode(const TokenModel& model, std::string_view piece, std::vector<TokenId>& out) {
    if (!model.worth_keeping() || piece.size() > kLongestKept) {
      model.encode(piece, out);
      return;
    }
    const auto at = kept_.find(piece);
    if (at != kept_.end()) {
      const auto [begin, end] = at->second;
      for (std::size_t i = begin; i < end; ++i) out.push_back(out[i]);
      return;
    }
    const std::size_t begin = out.size();
    model.encode(piece, out);
    if (kept_.size() < kKeptPieces) kept_.emplace(piece, std::pair(begin, out.size()));
  }

 private:
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> kept_;
};

/// One text on its way through the parts.
class Encoding {
 public:
  Encoding(const TokenizerParts& parts, const EncodeOptions& options)
      : parts_(parts), options_(options) {}

  std::vector<TokenId> run(std::string_view text) {
    if (options_.add_special) out_ = parts_.before;
    around(text, false, [&](std::string_view part, bool first) {
      if (!parts_.normalizer) {
        normalised(part, first);
      } else {
        normalised(parts_.normalizer(part, first), first);
      }
    });
    if (options_.add_special) {
      out_.insert(out_.end(), parts_.behind.begin(), parts_.behind.end());
    }
    return std::move(out_);
  }

 private:
  /// Writes the added tokens in `text` and gives what lies between them to `use`.
  template <class Use>
  void around(std::string_view text, bool normalized, Use&& use) {
    std::size_t at = 0;
    for (const AddedTokens::Found& f :
         parts_.added.find(text, normalized, options_.parse_special)) {
      if (f.range.begin > at) use(text.substr(at, f.range.begin - at), at == 0);
      out_.push_back(f.id);
      at = f.range.end;
    }
    if (at < text.size()) use(text.substr(at), at == 0);
  }

  void normalised(std::string_view text, bool first) {
    around(text, true, [&](std::string_view part, bool begins) { pieces(part, first && begins); });
  }

  void pieces(std::string_view text, bool first) {
    Pieces pieces = Pieces::of(std::string(text), first);
    for (const PieceStep& step : parts_.splitters) step(pieces);
    KeptPieces kept;
    for (std::size_t i = 0; i < pieces.count(); ++i) {
      if (!pieces.at(i).empty()) kept.encode(*parts_.model, pieces.at(i), out_);
    }
  }

  const TokenizerParts& parts_;
  const EncodeOptions& options_;
  std::vector<TokenId> out_;
};

void check_id(const TokenizerParts& parts, TokenId id, std::string_view what) {
  if (id < -1 || (id >= 0 && !parts.vocabulary->has(id) && parts.added.by_id(id) == nullptr)) {
    throw Error(Fault::corrupt,
                cat("the ", what, " token is number ", id, ", which the vocabulary does not have"));
  }
}

}  // namespace

TokenId TokenizerParts::find(std::string_view text) const {
  const AddedToken* token = added.by_content(text);
  return token != nullptr ? token->id : vocabulary->find(text);
}

std::unique_ptr<TokenizerParts> new_parts(std::string kind, Vocabulary vocabulary) {
  auto parts = std::make_unique<TokenizerParts>();
  parts->kind = std::move(kind);
  parts->vocabulary = std::make_unique<Vocabulary>(std::move(vocabulary));
  return parts;
}

DecodeRules byte_letter_rules() {
  DecodeRules rules;
  rules.each.push_back({DecodeStep::Kind::byte_letters});
  return rules;
}

DecodeRules sentencepiece_decode_rules(std::size_t strip_first) {
  DecodeRules rules;
  rules.each.push_back({DecodeStep::Kind::replace, " ", Pattern::literal(kSpaceMark)});
  rules.each.push_back({DecodeStep::Kind::byte_tokens});
  rules.strip_first = strip_first;
  return rules;
}

Tokenizer finish(std::unique_ptr<TokenizerParts> parts) {
  require(parts->model != nullptr, "a tokenizer without a model");
  const SpecialTokens& s = parts->special;
  check_id(*parts, s.bos, "BOS");
  check_id(*parts, s.eos, "EOS");
  check_id(*parts, s.eot, "EOT");
  check_id(*parts, s.unknown, "unknown");
  check_id(*parts, s.padding, "padding");
  check_id(*parts, s.separator, "separator");
  check_id(*parts, s.mask, "mask");
  for (const auto* list : {&parts->before, &parts->behind}) {
    for (const TokenId id : *list) check_id(*parts, id < 0 ? -2 : id, "added");
  }
  return Tokenizer(std::move(parts));
}

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerParts> parts) : parts_(std::move(parts)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::vector<TokenId> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  if (text.size() > kLargestText) {
    throw Error(Fault::resource, cat("a text of ", human_bytes(text.size()), "; ",
                                     human_bytes(kLargestText), " is the limit"));
  }
  return Encoding(*parts_, options).run(valid_utf8(text));
}

std::string Tokenizer::decode(const std::vector<TokenId>& ids, const DecodeOptions& options) const {
  StreamDecoder stream(*this, options);
  std::string out;
  for (const TokenId id : ids) out += stream.push(id);
  return out + stream.finish();
}

std::int64_t Tokenizer::size() const noexcept {
  std::int64_t n = parts_->vocabulary->size();
  for (const AddedToken& t : parts_->added.all()) n = std::max<std::int64_t>(n, t.id + 1);
  return n;
}

const std::string& Tokenizer::text(TokenId id) const {
  const AddedToken* token = parts_->added.by_id(id);
  if (token != nullptr) return token->content;
  static const std::string none;
  if (id >= parts_->vocabulary->size() && id < size()) return none;
  return parts_->vocabulary->text(id);
}

TokenId Tokenizer::find(std::string_view text) const { return parts_->find(text); }

bool Tokenizer::is_special(TokenId id) const {
  const AddedToken* token = parts_->added.by_id(id);
  return token != nullptr && token->special;
}

const SpecialTokens& Tokenizer::special() const noexcept { return parts_->special; }
const std::vector<TokenId>& Tokenizer::before() const noexcept { return parts_->before; }
const std::vector<TokenId>& Tokenizer::behind() const noexcept { return parts_->behind; }
const std::string& Tokenizer::kind() const noexcept { return parts_->kind; }
const std::string& Tokenizer::chat_template() const noexcept { return parts_->chat_template; }

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options)
    : tokenizer_(tokenizer),
      options_(options),
      state_(std::make_unique<DecodeState>(tokenizer.parts_->decode)) {}

StreamDecoder::~StreamDecoder() = default;

std::string StreamDecoder::push(TokenId id) {
  const std::string& text = tokenizer_.text(id);
  if (!options_.special && tokenizer_.is_special(id)) return {};
  return state_->push(text);
}

std::string StreamDecoder::finish() { return state_->finish(); }

}  // namespace pare
