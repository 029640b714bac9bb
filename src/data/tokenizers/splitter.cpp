#include "data/tokenizers/splitter.hpp"

#include <algorithm>

#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

struct Segment {
  TextRange range;
  bool match = false;
};

/// Matches and what lies between them, in order.
void segments_of(std::size_t size, const std::vector<TextRange>& matches, bool inverted,
                 std::vector<Segment>& out) {
  out.clear();
  std::size_t at = 0;
  for (const TextRange& m : matches) {
    if (m.begin > at) out.push_back({{at, m.begin}, inverted});
    out.push_back({m, !inverted});
    at = m.end;
  }
  if (at < size) out.push_back({{at, size}, inverted});
}

/// Joins segments by the rule; what is to go keeps match == true only for Split::removed.
void join_segments(std::vector<Segment>& s, Split how) {
  std::vector<Segment> out;
  bool before = false;
  const auto forward = [&](const Segment& x, bool joins) {
    if (joins && !out.empty()) {
      out.back().range.end = x.range.end;
    } else {
      out.push_back(x);
    }
    before = x.match;
  };
  if (how == Split::with_previous) {
    for (const Segment& x : s) forward(x, x.match && !before);
  } else if (how == Split::contiguous) {
    for (const Segment& x : s) forward(x, x.match == before);
  } else if (how == Split::with_next) {
    for (auto x = s.rbegin(); x != s.rend(); ++x) {
      if (x->match && !before && !out.empty()) {
        out.back().range.begin = x->range.begin;
      } else {
        out.push_back(*x);
      }
      before = x->match;
    }
    std::reverse(out.begin(), out.end());
  } else {
    return;
  }
  s = std::move(out);
}

/// Cuts every piece at what `find(text, matches)` finds.
template <class Find>
void cut(Pieces& pieces, Split how, bool inverted, Find&& find) {
  std::vector<TextRange> matches;
  std::vector<Segment> segments;
  const auto segments_at = [&](std::size_t i) {
    find(pieces.at(i), matches);
    segments_of(pieces.at(i).size(), matches, inverted, segments);
    join_segments(segments, how);
  };
  if (how == Split::removed) {
    Pieces out;
    out.first = pieces.first;
    for (std::size_t i = 0; i < pieces.count(); ++i) {
      segments_at(i);
      if (i == 0 && !segments.empty() && segments[0].match) out.first = false;
      for (const Segment& s : segments) {
        if (!s.match) out.append(pieces.at(i).substr(s.range.begin, s.range.end - s.range.begin));
      }
    }
    pieces = std::move(out);
    return;
  }
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < pieces.count(); ++i) {
    segments_at(i);
    const std::size_t begin = pieces.ends[i] - pieces.at(i).size();
    for (const Segment& s : segments) ends.push_back(begin + s.range.end);
  }
  pieces.ends = std::move(ends);
}

/// Every piece changed by `change(piece, index, text)`, which appends to the text.
template <class Change>
void rewrite(Pieces& pieces, Change&& change) {
  Pieces out;
  out.first = pieces.first;
  out.text.reserve(pieces.text.size() + pieces.text.size() / 4);
  out.ends.reserve(pieces.count());
  for (std::size_t i = 0; i < pieces.count(); ++i) {
    change(pieces.at(i), i, out.text);
    out.ends.push_back(out.text.size());
  }
  pieces = std::move(out);
}

}  // namespace

Pieces Pieces::of(std::string whole, bool first) {
  Pieces p;
  p.text = std::move(whole);
  p.first = first;
  if (!p.text.empty()) p.ends.push_back(p.text.size());
  return p;
}

void Pieces::append(std::string_view piece) {
  if (piece.empty()) return;
  text += piece;
  ends.push_back(text.size());
}

PieceStep split_at(Pattern pattern, Split how, bool inverted) {
  return [pattern = std::move(pattern), how, inverted](Pieces& pieces) {
    Pattern::Finder finder(pattern);
    cut(pieces, how, inverted,
        [&](std::string_view text, std::vector<TextRange>& out) { finder.find(text, out); });
  };
}

PieceStep split_at_characters(bool (*is_match)(char32_t), Split how) {
  return [is_match, how](Pieces& pieces) {
    cut(pieces, how, false, [&](std::string_view text, std::vector<TextRange>& out) {
      out.clear();
      for (std::size_t at = 0; at < text.size();) {
        const Utf8Char c = utf8_at(text, at);
        if (is_match(c.value)) out.push_back({at, at + c.size});
        at += c.size;
      }
    });
  };
}

PieceStep split_before(std::string mark) {
  return [mark = std::move(mark)](Pieces& pieces) {
    std::vector<std::size_t> ends;
    std::size_t begin = 0;
    for (const std::size_t end : pieces.ends) {
      std::size_t behind = begin;  // the end of the mark before
      for (std::size_t at = pieces.text.find(mark, begin); at < end;
           at = pieces.text.find(mark, behind)) {
        if (at > behind) ends.push_back(at);
        behind = at + mark.size();
      }
      ends.push_back(end);
      begin = end;
    }
    pieces.ends = std::move(ends);
  };
}

PieceStep prefix_space() {
  return [](Pieces& pieces) {
    rewrite(pieces, [](std::string_view piece, std::size_t, std::string& out) {
      if (!piece.starts_with(' ')) out += ' ';
      out += piece;
    });
  };
}

PieceStep byte_letters_step() {
  return [](Pieces& pieces) {
    const auto& letters = byte_letters();
    rewrite(pieces, [&](std::string_view piece, std::size_t, std::string& out) {
      for (const char c : piece) out += letters[static_cast<unsigned char>(c)];
    });
  };
}

PieceStep mark_spaces(std::string mark, Prefix prefix) {
  return [mark = std::move(mark), prefix](Pieces& pieces) {
    const bool first = pieces.first;
    rewrite(pieces, [&](std::string_view piece, std::size_t i, std::string& out) {
      const bool there = piece.starts_with(' ') || piece.starts_with(mark);
      const bool wanted = prefix == Prefix::always || (prefix == Prefix::first && first && i == 0);
      if (wanted && !there) out += mark;
      for (const char c : piece) {
        if (c == ' ') {
          out += mark;
        } else {
          out += c;
        }
      }
    });
  };
}

}  // namespace pare
