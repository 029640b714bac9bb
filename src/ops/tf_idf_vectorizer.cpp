#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

/// Bounds what a few bytes can make a model ask for.
constexpr std::int64_t kMostColumns = std::int64_t{1} << 26;

enum class Weighting : std::uint8_t { tf, idf, tf_idf };

/// Place of the greatest of ngram_indexes behind all others.
std::int64_t output_columns(const AttributeReader& a) {
  std::int64_t columns = 0;
  for (const std::int64_t i : a.attr_ints("ngram_indexes")) {
    if (i < 0 || i >= kMostColumns) a.fail(cat("n-gram index ", i, " is out of range"));
    columns = std::max(columns, i + 1);
  }
  if (columns == 0) a.fail("there are no n-grams");
  return columns;
}

/// Tokens as numbers: those of the pool from 0 on, -1 for all others.
struct Tokens {
  std::vector<std::int64_t> pool;
  std::vector<std::int64_t> text;
};

template <class Key>
Tokens number_tokens(const std::vector<Key>& pool, const std::vector<Key>& text) {
  std::unordered_map<Key, std::int64_t> ids;
  Tokens out;
  for (const Key& token : pool) {
    out.pool.push_back(ids.emplace(token, static_cast<std::int64_t>(ids.size())).first->second);
  }
  for (const Key& token : text) {
    const auto at = ids.find(token);
    out.text.push_back(at == ids.end() ? -1 : at->second);
  }
  return out;
}

Tokens read_tokens(const OpCall& call) {
  const Tensor& x = call.input(0);
  const std::vector<std::int64_t> numbers = call.attr_ints("pool_int64s");
  const std::vector<std::string> words = call.attr_strings("pool_strings");
  if (numbers.empty() == words.empty()) {
    call.fail("one of pool_int64s and pool_strings must hold the n-grams");
  }
  if (words.empty() == (x.kind() == ElementKind::string)) {
    call.fail(cat("the input is ", x.type().name(), ", the n-grams are ",
                  words.empty() ? "integers" : "text"));
  }
  if (words.empty()) return number_tokens(numbers, x.to_ints());
  const auto text = x.data<std::string>();
  return number_tokens(words, {text.begin(), text.end()});
}

/// n-grams as paths of a tree from the root, node 0.
class Ngrams {
 public:
  /// Those of lengths `least` to `most`. ngram_counts says where in the pool each length begins.
  Ngrams(const AttributeReader& a, const std::vector<std::int64_t>& pool, std::int64_t least,
         std::int64_t most) {
    const std::vector<std::int64_t> starts = a.attr_ints("ngram_counts");
    const auto total = static_cast<std::int64_t>(pool.size());
    const std::size_t known = a.attr_ints("ngram_indexes").size();
    std::size_t ngram = 0;
    for (std::size_t k = 0; k < starts.size(); ++k) {
      const auto length = static_cast<std::int64_t>(k) + 1;
      const std::int64_t end = k + 1 < starts.size() ? starts[k + 1] : total;
      if (starts[k] < 0 || end < starts[k] || end > total || (end - starts[k]) % length != 0) {
        a.fail(cat("the pool has no ", length, "-grams from ", starts[k], " to ", end));
      }
      for (std::int64_t at = starts[k]; at < end; at += length, ++ngram) {
        if (ngram >= known) a.fail("there are more n-grams than ngram_indexes");
        if (length >= least && length <= most) add(pool, at, length, ngram);
      }
    }
  }
  /// Node below `node` by one token; nothing when no n-gram goes on with it.
  [[nodiscard]] std::optional<std::size_t> step(std::size_t node, std::int64_t token) const {
    const auto at = steps_.find({node, token});
    return at == steps_.end() ? std::nullopt : std::optional(at->second);
  }
  /// The n-gram that ends at a node.
  [[nodiscard]] std::optional<std::size_t> at(std::size_t node) const { return ends_[node]; }

 private:
  void add(const std::vector<std::int64_t>& pool, std::int64_t at, std::int64_t length,
           std::size_t ngram) {
    std::size_t node = 0;
    for (std::int64_t i = at; i < at + length; ++i) {
      const auto [step, fresh] =
          steps_.emplace(std::pair(node, pool[static_cast<std::size_t>(i)]), ends_.size());
      if (fresh) ends_.emplace_back();
      node = step->second;
    }
    ends_[node] = ngram;
  }
  std::map<std::pair<std::size_t, std::int64_t>, std::size_t> steps_;
  std::vector<std::optional<std::size_t>> ends_ = std::vector<std::optional<std::size_t>>(1);
};

struct Scan {
  std::int64_t least;  ///< lengths of n-grams
  std::int64_t most;
  std::int64_t skips;  ///< tokens left out between two of an n-gram, at most
};

/// How often each n-gram is in a row of tokens. With equal numbers of tokens left out between its
/// tokens; one of a single token counts once.
std::vector<double> count(const Ngrams& ngrams, std::size_t known,
                          std::span<const std::int64_t> row, const Scan& scan) {
  std::vector<double> counts(known, 0.0);
  const auto size = static_cast<std::int64_t>(row.size());
  const std::int64_t widest = std::min(scan.skips, size) + 1;
  for (std::int64_t stride = 1; stride <= widest; ++stride) {
    for (std::int64_t start = 0; start < size; ++start) {
      std::optional<std::size_t> node = 0;
      std::int64_t length = 0;
      for (std::int64_t i = start; i < size && length < scan.most; i += stride) {
        node = ngrams.step(*node, row[static_cast<std::size_t>(i)]);
        if (!node) break;
        ++length;
        const auto found = ngrams.at(*node);
        if (found && length >= scan.least && (length > 1 || stride == 1)) counts[*found] += 1;
      }
    }
    if (scan.most == 1) break;
  }
  return counts;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    y = x->size() == 2 ? SymShape{x->front(), {}} : SymShape{{}};
    y->back() = output_columns(c);
  }
  c.set_output(0, dtype_of(ElementKind::f32), y);
}

Scan read_scan(const OpCall& call) {
  const Scan scan{call.attr_int("min_gram_length"), call.attr_int("max_gram_length"),
                  call.attr_int("max_skip_count")};
  if (scan.least < 1 || scan.most < scan.least || scan.skips < 0) {
    call.fail(cat("n-grams of ", scan.least, " to ", scan.most, " tokens with up to ", scan.skips,
                  " left out"));
  }
  return scan;
}

void reference(OpCall& call) {
  constexpr std::array<std::string_view, 3> kWords = {"TF", "IDF", "TFIDF"};
  const auto weighting = static_cast<Weighting>(ops::attr_word(call, "mode", kWords));
  const Tensor& x = call.input(0);
  if (x.rank() > 2) call.fail(cat("want tokens of shape [C] or [N,C], got ", to_string(x.shape())));
  const Scan scan = read_scan(call);
  const Tokens tokens = read_tokens(call);
  const Ngrams ngrams(call, tokens.pool, scan.least, scan.most);
  const std::vector<std::int64_t> places = call.attr_ints("ngram_indexes");
  std::vector<float> weights = call.attr_floats("weights");
  if (weights.empty()) weights.assign(places.size(), 1);
  if (weights.size() != places.size()) {
    call.fail(cat(weights.size(), " weights for ", places.size(), " n-grams"));
  }
  const bool batch = x.rank() == 2;
  const std::int64_t rows = batch ? x.dim(0) : 1;
  const std::int64_t columns = output_columns(call);
  const auto width = static_cast<std::size_t>(batch ? x.dim(1) : x.size());
  std::vector<double> y(static_cast<std::size_t>(element_count({rows, columns})), 0.0);
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto row = std::span(tokens.text).subspan(static_cast<std::size_t>(i) * width, width);
    const std::vector<double> counts = count(ngrams, places.size(), row, scan);
    for (std::size_t k = 0; k < counts.size(); ++k) {
      const double times = weighting == Weighting::idf ? std::min(counts[k], 1.0) : counts[k];
      const double weight = weighting == Weighting::tf ? 1.0 : static_cast<double>(weights[k]);
      y[static_cast<std::size_t>(i * columns + places[k])] += times * weight;
    }
  }
  const Shape shape = batch ? Shape{rows, columns} : Shape{columns};
  call.set_output(0, ops::from_doubles(y, shape, dtype_of(ElementKind::f32)));
}

}  // namespace

/// y[ngram_indexes[k]] = how often the k-th n-gram of the pool is in the sequence (TF), times its
/// weight (TFIDF), or its weight when it is there at all (IDF). Between the tokens of an n-gram the
/// same number of tokens, 0 to max_skip_count, may be left out. Shapes: x [C] or [N, C] -> y [M] or
/// [N, M], M one more than the greatest of ngram_indexes. Errors: Fault::corrupt when pool, counts,
/// indexes and weights do not fit. Source: ONNX TfIdfVectorizer, version 9.
OpDefs op_tf_idf_vectorizer() {
  using enum AttributeKind;
  return OpDef("TfIdfVectorizer", 9)
      .input("X", types::kString | types::kIndex, "T")
      .output("Y", ops::kF32, "T1")
      .required_attribute("max_gram_length", integer, "tokens of an n-gram at most")
      .required_attribute("max_skip_count", integer, "tokens left out at most")
      .required_attribute("min_gram_length", integer, "tokens of an n-gram at least")
      .required_attribute("mode", text, "TF, IDF or TFIDF")
      .required_attribute("ngram_counts", integers, "where each length begins in the pool")
      .required_attribute("ngram_indexes", integers, "output place of each n-gram")
      .optional_attribute("pool_int64s", integers, "the n-grams")
      .optional_attribute("pool_strings", texts, "the n-grams")
      .optional_attribute("weights", reals, "of each n-gram; 1 when absent")
      .define(infer, reference, [](const ShapeContext& c) { return ops::per_input(c, 8); });
}

}  // namespace pare
