#include "tensor/plan_file.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "base/checksum.hpp"
#include "base/cursor.hpp"
#include "base/text.hpp"
#include "base/warning.hpp"

namespace pare {
namespace {

constexpr std::string_view kMagic = "PAREPLAN";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kLine = 64;
constexpr std::size_t kHeader = 40;
constexpr std::size_t kSummed = 32;  // of the header, before the checksum
constexpr std::size_t kLeastPiece = 4 + 4 + 4 + 4 + 24;
constexpr std::size_t kLeastFact = 8;

std::uint64_t aligned(std::uint64_t n) {
  return checked_add<std::uint64_t>(n, kLine - 1) / kLine * kLine;
}

/// The index as bytes.
class IndexWriter {
 public:
  template <class T>
  void number(T value) {
    const std::size_t at = out_.size();
    out_.resize(at + sizeof value);
    store_le(std::span(out_).subspan(at), value);
  }
  void text(std::string_view t) {
    number(checked_cast<std::uint32_t>(t.size()));
    const auto bytes = std::as_bytes(std::span(t.data(), t.size()));
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return out_; }

 private:
  std::vector<std::byte> out_;
};

std::vector<std::byte> index_of(const std::map<std::string, std::string>& facts,
                                const std::vector<PlanPiece>& pieces,
                                const std::vector<std::uint64_t>& offsets) {
  IndexWriter w;
  w.number(checked_cast<std::uint32_t>(facts.size()));
  for (const auto& [name, value] : facts) {
    w.text(name);
    w.text(value);
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const PlanPiece& p = pieces[i];
    w.number(static_cast<std::uint32_t>(p.kind));
    w.text(p.name);
    w.text(p.data.type().name());
    w.number(checked_cast<std::uint32_t>(p.data.rank()));
    for (const std::int64_t size : p.data.shape()) w.number(size);
    w.number(offsets[i]);
    w.number(std::uint64_t{p.data.bytes().size()});
    w.number(checksum64(p.data.bytes()));
  }
  return {w.bytes().begin(), w.bytes().end()};
}

std::uint64_t sum_of(std::span<const std::byte> header, std::span<const std::byte> index) {
  std::vector<std::byte> all(header.begin(), header.begin() + kSummed);
  all.insert(all.end(), index.begin(), index.end());
  return checksum64(all);
}

std::string read_text(Cursor& in) { return in.text(in.read<std::uint32_t>()); }

/// One entry of the index; `end` is where the pieces before it end, and becomes its own end.
PlanPiece read_piece(Cursor& in, std::span<const std::byte> all,
                     const std::shared_ptr<const void>& owner, std::uint64_t& end,
                     std::uint64_t& checksum) {
  PlanPiece piece;
  const auto kind = in.read<std::uint32_t>();
  if (kind > static_cast<std::uint32_t>(PieceKind::packed)) {
    throw Error(Fault::corrupt, cat("a piece of kind ", kind));
  }
  piece.kind = static_cast<PieceKind>(kind);
  piece.name = read_text(in);
  const std::string type_name = read_text(in);
  const DType type = dtype_by_name(type_name);
  if (!type.valid() || type.kind() == ElementKind::string) {
    throw Error(Fault::corrupt, cat("element type '", escape_terminal(type_name), "'"));
  }
  Shape shape(in.count(in.read<std::uint32_t>(), sizeof(std::int64_t)));
  if (shape.size() > kMaxRank) throw Error(Fault::corrupt, cat("rank ", shape.size()));
  for (std::int64_t& size : shape) size = in.read<std::int64_t>();
  const auto offset = in.read<std::uint64_t>();
  const auto bytes = in.read<std::uint64_t>();
  checksum = in.read<std::uint64_t>();
  const std::uint64_t wanted = aligned(end);
  if (offset != wanted || offset > all.size() || bytes > all.size() - offset) {
    throw Error(Fault::corrupt, cat("want a piece at ", wanted, ", got ", bytes, " bytes at ",
                                    offset, " of ", all.size()));
  }
  const auto gap = all.subspan(end, offset - end);
  if (std::any_of(gap.begin(), gap.end(), [](std::byte b) { return b != std::byte{0}; })) {
    throw Error(Fault::corrupt, cat("bytes between pieces at ", end));
  }
  piece.data = Tensor(type, std::move(shape), all.subspan(offset, bytes), owner);
  end = offset + bytes;
  return piece;
}

}  // namespace

bool PlanFile::begins(std::span<const std::byte> head) {
  return head.size() >= kMagic.size() &&
         std::memcmp(head.data(), kMagic.data(), kMagic.size()) == 0;
}

std::shared_ptr<const PlanFile> PlanFile::open(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  return parse(file->bytes(), file);
}

std::shared_ptr<const PlanFile> PlanFile::parse(std::span<const std::byte> all,
                                                const std::shared_ptr<const void>& owner) {
  if (!begins(all)) throw Error(Fault::corrupt, "no plan file of pare");
  Cursor in(all);
  in.seek(kMagic.size());
  const auto version = in.read<std::uint32_t>();
  if (version != kVersion) {
    throw Error(Fault::unsupported,
                cat("version ", version, " of the plan format; this pare reads ", kVersion));
  }
  const auto pieces = in.read<std::uint32_t>();
  const auto size = in.read<std::uint64_t>();
  if (size != all.size()) {
    throw Error(Fault::corrupt, cat("want ", size, " bytes, got ", all.size()));
  }
  const auto index_bytes = in.read<std::uint64_t>();
  const auto sum = in.read<std::uint64_t>();
  const auto index = in.take(index_bytes);
  if (sum != sum_of(all, index)) throw Error(Fault::corrupt, "the index has another checksum");

  auto plan = std::make_shared<PlanFile>();
  Cursor at(index);
  const std::size_t facts = at.count(at.read<std::uint32_t>(), kLeastFact);
  for (std::size_t i = 0; i < facts; ++i) {
    std::string name = read_text(at);
    plan->facts_[std::move(name)] = read_text(at);
  }
  std::uint64_t end = kHeader + index_bytes;
  const std::size_t count = at.count(pieces, kLeastPiece);
  for (std::size_t i = 0; i < count; ++i) {
    plan->checksums_.emplace_back();
    plan->pieces_.push_back(read_piece(at, all, owner, end, plan->checksums_.back()));
  }
  if (!at.done() || end != all.size()) throw Error(Fault::corrupt, "bytes behind the last piece");
  return plan;
}

std::string PlanFile::fact(const std::string& name) const {
  const auto it = facts_.find(name);
  return it == facts_.end() ? std::string() : it->second;
}

void PlanFile::check(std::size_t piece) const {
  if (checksum64(pieces_.at(piece).data.bytes()) != checksums_.at(piece)) {
    throw Error(Fault::corrupt,
                cat("piece '", escape_terminal(pieces_[piece].name), "' has another checksum"));
  }
}

std::string PlanFile::refusal(const std::string& machine) const {
  if (fact(plan_fact::kPare) != PARE_VERSION) {
    return cat("it was made by pare ", escape_terminal(fact(plan_fact::kPare)), ", this is ",
               PARE_VERSION);
  }
  if (fact(plan_fact::kMachine) != machine) {
    return cat("it was made for ", escape_terminal(fact(plan_fact::kMachine)), ", this is ",
               machine);
  }
  return {};
}

void write_plan_file(AtomicFile& file, const std::map<std::string, std::string>& facts,
                     const std::vector<PlanPiece>& pieces) {
  // The index takes as many bytes whatever the offsets are.
  std::vector<std::uint64_t> offsets(pieces.size());
  const std::uint64_t index_bytes = index_of(facts, pieces, offsets).size();
  std::uint64_t end = kHeader + index_bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    offsets[i] = aligned(end);
    end = checked_add<std::uint64_t>(offsets[i], pieces[i].data.bytes().size());
  }
  const std::vector<std::byte> index = index_of(facts, pieces, offsets);
  IndexWriter header;
  for (const char c : kMagic) header.number(c);
  header.number(kVersion);
  header.number(checked_cast<std::uint32_t>(pieces.size()));
  header.number(end);
  header.number(index_bytes);
  header.number(sum_of(header.bytes(), index));
  file.write(header.bytes());
  file.write(index);
  for (const PlanPiece& p : pieces) {
    file.align(kLine);
    file.write(p.data.bytes());
  }
  require(file.size() == end, "the plan file has another size than planned");
}

PlanFileStore::PlanFileStore(std::shared_ptr<const PlanFile> file) : file_(std::move(file)) {
  for (std::size_t i = 0; i < file_->pieces().size(); ++i) {
    const PlanPiece& p = file_->pieces()[i];
    if (p.kind == PieceKind::packed) packed_.emplace(p.name, i);
  }
}

Tensor PlanFileStore::find(const std::string& key, std::size_t bytes) {
  const auto it = packed_.find(key);
  if (it == packed_.end()) return {};
  const Tensor& data = file_->pieces()[it->second].data;
  if (bytes != kAnySize && data.bytes().size() != bytes) return {};
  try {
    file_->check(it->second);
  } catch (const Error& error) {
    warn(cat("packed weights of the plan file are packed again: ", error.message()));
    packed_.erase(it);
    return {};
  }
  return data;
}

}  // namespace pare
