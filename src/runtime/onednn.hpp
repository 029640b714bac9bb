#pragma once

#include <array>
#include <oneapi/dnnl/dnnl.hpp>
#include <vector>

#include "runtime/kernel.hpp"

namespace pare::onednn {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

const dnnl::engine& engine();

/// Runs `body`; what the library cannot do becomes Error(Fault::unsupported).
template <class Body>
decltype(auto) guarded(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const dnnl::error& error) {
    throw Error(Fault::unsupported, cat("oneDNN: ", error.what()));
  }
}

/// f32, s32, s8, u8, bf16, f16; Fault::unsupported otherwise.
Type type_of(DType type);
/// Strides of a value of that shape in memory.
Desc desc_of(Type type, const Shape& shape, Layout layout);
/// Dense row-major.
Desc plain(Type type, const Dims& dims);
/// The description without order, for the library to choose one.
Desc any(Type type, const Dims& dims);

/// A copy of dense row-major `data` in the order that a primitive wants.
dnnl::memory packed(Type type, const Dims& dims, const void* data, const Desc& wanted);

/// Appends an activation: y = scale * f(x). Fault::unsupported when the library lacks it.
void append(dnnl::post_ops& ops, const Activation& f, float scale = 1);
/// The algorithm for a single activation; false when there is none.
bool algorithm_of(const Activation& f, dnnl::algorithm& algorithm, float& alpha, float& beta);

/// Executes one primitive: its arguments are bound once, their addresses at each run.
class PrimitiveKernel final : public Kernel {
 public:
  explicit PrimitiveKernel(dnnl::primitive primitive) : primitive_(std::move(primitive)) {}
  void bind_input(int argument, const Desc& desc, std::size_t index);
  void bind_output(int argument, const Desc& desc, std::size_t index = 0);
  void bind_scratch(const Desc& desc);
  void bind_constant(int argument, dnnl::memory memory);
  /// An input that the primitive wants in another order than it has: brought into it before each
  /// run, in scratch memory from `offset` on.
  void bind_reordered(int argument, const Desc& given, const Desc& wanted, std::size_t index,
                      std::size_t offset);
  void run(const KernelArgs& args) override;

 private:
  enum class Source : std::uint8_t { input, output, scratch };
  struct Binding {
    Source source = Source::input;
    std::size_t index = 0;  ///< of scratch: bytes in front of it
    dnnl::memory memory;
    std::byte* at = nullptr;  ///< where it points to
  };
  struct Reorder {
    dnnl::reorder primitive;
    dnnl::memory from, to;
    std::array<dnnl_exec_arg_t, 2> arguments;
  };
  dnnl::memory bind(int argument, const Desc& desc, Source source, std::size_t index);

  dnnl::primitive primitive_;
  std::vector<Binding> bindings_;
  std::vector<Reorder> reorders_;           // before the primitive
  std::vector<dnnl::memory> kept_;          // what arguments_ points to
  std::vector<dnnl_exec_arg_t> arguments_;  // as the library's C interface takes them
};

/// Asks for scratch memory for a value of that description behind what is asked for already;
/// returns where it begins.
std::size_t add_scratch(Prepared& made, const Desc& desc);

/// Attributes that every primitive of ours has: scratch memory comes from the arena.
dnnl::primitive_attr attributes();

/// Whether 8-bit products add up without 16-bit saturation in between (VNNI). Without it the
/// library would clip sums of u8 times s8 silently, so quantized products then run as floats.
bool exact_int8();
/// Whether the CPU multiplies pairs of bfloat16 numbers, and the library knows.
bool has_bf16();
/// Whether the library uses AMX (matrix tiles) on this CPU.
bool has_amx();

}  // namespace pare::onednn
