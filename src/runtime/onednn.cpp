#include "runtime/onednn.hpp"

#include <cmath>
#include <span>
#include <string>

#include "kernels/cpu.hpp"
#include "tensor/packed_store.hpp"

namespace pare::onednn {

const dnnl::engine& engine() {
  static const dnnl::engine kEngine(dnnl::engine::kind::cpu, 0);
  return kEngine;
}

namespace {

dnnl::stream& stream() {
  thread_local dnnl::stream s(engine());
  return s;
}

}  // namespace

Type type_of(DType type) {
  switch (type.kind()) {
    case ElementKind::f32: return Type::f32;
    case ElementKind::i32: return Type::s32;
    case ElementKind::i8: return Type::s8;
    case ElementKind::u8: return Type::u8;
    case ElementKind::bf16: return Type::bf16;
    default: throw Error(Fault::unsupported, cat("oneDNN has no ", type.name(), " here"));
  }
}

Desc desc_of(Type type, const Shape& shape, Layout layout) {
  Dims strides(shape.size(), 1);
  std::int64_t stride = 1;
  const bool last = layout == Layout::channels_last && shape.size() >= 3;
  if (last) {
    strides[1] = 1;
    stride = shape[1];
  }
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (last && i == 1) continue;
    strides[i] = stride;
    stride *= shape[i];
  }
  if (shape.empty()) return Desc({1}, type, Dims{1});
  return Desc(shape, type, strides);
}

Desc plain(Type type, const Dims& dims) { return desc_of(type, dims, Layout::plain); }

Desc any(Type type, const Dims& dims) { return Desc(dims, type, Tag::any); }

namespace {

/// Everything that an order of elements is made of; empty for orders that only the library knows.
std::string text_of(const Desc& desc) {
  const dnnl_memory_desc_t& d = desc.data;
  if (d.format_kind != dnnl_blocked) return {};
  std::string text = cat("onednn ", static_cast<int>(d.data_type), " ", d.offset0);
  const auto add = [&](const dnnl_dim_t* numbers, int count) {
    text += ' ';
    for (int i = 0; i < count; ++i) text += cat(i > 0 ? "," : "", numbers[i]);
  };
  const dnnl_blocking_desc_t& b = d.format_desc.blocking;
  add(d.dims, d.ndims);
  add(d.padded_dims, d.ndims);
  add(d.padded_offsets, d.ndims);
  add(b.strides, d.ndims);
  add(b.inner_blks, b.inner_nblks);
  add(b.inner_idxs, b.inner_nblks);
  return text + cat(" ", d.extra.flags, " ", d.extra.compensation_mask, " ", d.extra.scale_adjust,
                    " ", d.extra.asymm_compensation_mask);
}

dnnl::memory pack(Type type, const Dims& dims, const void* data, const Desc& wanted) {
  dnnl::memory from(plain(type, dims), engine(), const_cast<void*>(data));  // only read
  dnnl::memory to(wanted, engine());
  dnnl::reorder(from, to).execute(stream(), from, to);
  stream().wait();
  return to;
}

}  // namespace

dnnl::memory packed(Type type, const Dims& dims, const void* data, const Desc& wanted) {
  const std::string order = has_packed_store() ? text_of(wanted) : std::string();
  if (order.empty()) return pack(type, dims, data, wanted);
  const PackedPiece piece(order, wanted.get_size());
  if (piece.found().valid()) {
    const std::byte* there = piece.found().bytes().data();
    return dnnl::memory(wanted, engine(), const_cast<std::byte*>(there));  // only read
  }
  dnnl::memory to = pack(type, dims, data, wanted);
  piece.made({static_cast<const std::byte*>(to.get_data_handle()), wanted.get_size()});
  return to;
}

bool algorithm_of(const Activation& f, dnnl::algorithm& out, float& alpha, float& beta) {
  using dnnl::algorithm;
  alpha = f.alpha;
  beta = f.beta;
  const auto is = [&](dnnl::algorithm a, float new_alpha = 0, float new_beta = 0) {
    out = a;
    alpha = new_alpha;
    beta = new_beta;
    return true;
  };
  switch (f.act) {
    case Act::relu: return is(algorithm::eltwise_relu);
    case Act::leaky_relu: return is(algorithm::eltwise_relu, f.alpha);
    case Act::clip: return is(algorithm::eltwise_clip, f.alpha, f.beta);
    case Act::sigmoid: return is(algorithm::eltwise_logistic);
    case Act::tanh: return is(algorithm::eltwise_tanh);
    case Act::hard_swish: return is(algorithm::eltwise_hardswish);
    case Act::swish: return is(algorithm::eltwise_swish, f.alpha);
    case Act::gelu_erf: return is(algorithm::eltwise_gelu_erf);
    case Act::gelu_tanh: return is(algorithm::eltwise_gelu_tanh);
    case Act::elu: return is(algorithm::eltwise_elu, f.alpha);
    case Act::softplus: return is(algorithm::eltwise_soft_relu);
    case Act::mish: return is(algorithm::eltwise_mish);
    case Act::abs: return is(algorithm::eltwise_abs);
    case Act::neg: return is(algorithm::eltwise_linear, -1);
    case Act::sqrt: return is(algorithm::eltwise_sqrt);
    case Act::exp: return is(algorithm::eltwise_exp);
    case Act::log: return is(algorithm::eltwise_log);
    case Act::linear: return is(algorithm::eltwise_linear, f.alpha, f.beta);
    default: return false;
  }
}

void append(dnnl::post_ops& ops, const Activation& f, float scale) {
  if (f.act == Act::hard_sigmoid) {
    ops.append_eltwise(1, dnnl::algorithm::eltwise_linear, f.alpha, f.beta);
    ops.append_eltwise(scale, dnnl::algorithm::eltwise_clip, 0, 1);
    return;
  }
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0;
  float beta = 0;
  if (!algorithm_of(f, algorithm, alpha, beta)) {
    throw Error(Fault::unsupported, cat("oneDNN has no ", to_string(f.act)));
  }
  ops.append_eltwise(scale, algorithm, alpha, beta);
}

dnnl::memory PrimitiveKernel::bind(int argument, const Desc& desc, Source source,
                                   std::size_t index) {
  dnnl::memory memory(desc, engine(), DNNL_MEMORY_NONE);
  bindings_.push_back({source, index, memory});
  bind_constant(argument, memory);
  return memory;
}

void PrimitiveKernel::bind_input(int argument, const Desc& desc, std::size_t index) {
  bind(argument, desc, Source::input, index);
}

void PrimitiveKernel::bind_output(int argument, const Desc& desc, std::size_t index) {
  bind(argument, desc, Source::output, index);
}

void PrimitiveKernel::bind_scratch(const Desc& desc) {
  if (desc.get_size() > 0) bind(DNNL_ARG_SCRATCHPAD, desc, Source::scratch, 0);
}

void PrimitiveKernel::bind_constant(int argument, dnnl::memory memory) {
  arguments_.push_back({argument, memory.get()});
  kept_.push_back(std::move(memory));
}

void PrimitiveKernel::bind_reordered(int argument, const Desc& given, const Desc& wanted,
                                     std::size_t index, std::size_t offset) {
  if (given == wanted) {
    bind_input(argument, given, index);
    return;
  }
  const dnnl::memory to = bind(argument, wanted, Source::scratch, offset);
  const dnnl::memory from(given, engine(), DNNL_MEMORY_NONE);
  bindings_.push_back({Source::input, index, from});
  reorders_.push_back({dnnl::reorder(from, to),
                       from,
                       to,
                       {{{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}}}});
}

void PrimitiveKernel::run(const KernelArgs& args) {
  const auto execute = [](const dnnl::primitive& primitive, const auto& arguments) {
    const dnnl_status_t status = dnnl_primitive_execute(
        primitive.get(), stream().get(), static_cast<int>(arguments.size()), arguments.data());
    dnnl::error::wrap_c_api(status, "execution failed");
  };
  try {
    for (Binding& b : bindings_) {
      std::byte* at = args.scratch + (b.source == Source::scratch ? b.index : 0);
      if (b.source == Source::input) at = args.in[b.index];
      if (b.source == Source::output) at = args.out[b.index];
      if (at == b.at) continue;
      b.memory.set_data_handle(at);
      b.at = at;
    }
    for (const Reorder& r : reorders_) execute(r.primitive, r.arguments);
    execute(primitive_, arguments_);
    stream().wait();
  } catch (const dnnl::error& error) {
    throw Error(Fault::internal, cat("oneDNN: ", error.what()));
  }
}

std::size_t add_scratch(Prepared& made, const Desc& desc) {
  constexpr std::size_t kLine = 64;
  const std::size_t offset = (made.scratch_bytes + kLine - 1) / kLine * kLine;
  made.scratch_bytes = offset + desc.get_size();
  return offset;
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

bool has_amx() {
  // Of the named sets only the one with AMX has all of them.
  return dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx512_core_amx;
}

bool has_bf16() {
  const auto isa = dnnl::get_effective_cpu_isa();
  return cpu::has_avx512_bf16() && exact_int8() && isa != dnnl::cpu_isa::avx512_core_vnni &&
         isa != dnnl::cpu_isa::avx2_vnni;
}

bool exact_int8() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::all:
    case dnnl::cpu_isa::sse41:
    case dnnl::cpu_isa::avx:
    case dnnl::cpu_isa::avx2:
    case dnnl::cpu_isa::avx512_mic:
    case dnnl::cpu_isa::avx512_mic_4ops:
    case dnnl::cpu_isa::avx512_core: return false;
    default: return true;
  }
}

}  // namespace pare::onednn
