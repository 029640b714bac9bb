#include "data/batches.hpp"

#include <algorithm>
#include <cstring>
#include <future>

namespace pare {

struct Batches::State {
  std::shared_ptr<const Dataset> data;
  Preprocess settings;
  std::vector<InputSpec> inputs;
  std::vector<std::size_t> array_of;  ///< for each input, its place in Sample::inputs
  std::int64_t batch_size = 1;
  bool prefetch = true;
  std::int64_t next = -1;  ///< what `coming` prepares
  std::future<Batch> coming;

  [[nodiscard]] std::int64_t count() const { return (data->size() + batch_size - 1) / batch_size; }
  [[nodiscard]] Batch prepare(std::int64_t i) const;
  void add_sample(std::int64_t sample, std::int64_t row, Batch& batch) const;
  void put(const Tensor& value, std::size_t input, std::int64_t row, Batch& batch) const;
};

namespace {

std::int64_t fixed_batch(const std::vector<InputSpec>& inputs) {
  std::int64_t fixed = 0;
  for (const InputSpec& input : inputs) {
    if (input.shape.empty() || input.shape[0] <= 0) continue;
    if (fixed != 0 && fixed != input.shape[0]) {
      throw Error(Fault::usage, cat("input '", input.name, "' wants batches of ", input.shape[0],
                                    ", another input of ", fixed));
    }
    fixed = input.shape[0];
  }
  return fixed;
}

std::string shape_list(const Sample& sample, const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
    text += cat(i == 0 ? "" : ", ", i < names.size() ? names[i] : std::string("array"), " ",
                sample.inputs[i].type().name(), to_string(sample.inputs[i].shape()));
  }
  return text;
}

/// Which stored array feeds which input: by name when every input has one of that name, else by
/// order when there are equally many.
std::vector<std::size_t> match_inputs(const std::vector<InputSpec>& inputs, const Dataset& data) {
  const auto& names = data.input_names();
  std::vector<std::size_t> by_name;
  for (const InputSpec& input : inputs) {
    const auto found = std::find(names.begin(), names.end(), input.name);
    if (found == names.end()) break;
    by_name.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  if (by_name.size() == inputs.size()) return by_name;
  const Sample first = data.get(0);
  if (first.inputs.size() != inputs.size()) {
    std::string wanted;
    for (const InputSpec& input : inputs) {
      wanted += cat(wanted.empty() ? "" : ", ", input.name, " ", to_string(input.shape));
    }
    throw Error(Fault::usage, cat("the data have ", first.inputs.size(), " arrays per sample (",
                                  shape_list(first, names), "), the model has ", inputs.size(),
                                  " inputs (", wanted, ")"));
  }
  std::vector<std::size_t> in_order(inputs.size());
  for (std::size_t i = 0; i < in_order.size(); ++i) in_order[i] = i;
  return in_order;
}

Box moved(Box box, const Placement& to) {
  box.cx = box.cx * to.scale_x + to.shift_x;
  box.cy = box.cy * to.scale_y + to.shift_y;
  box.w *= to.scale_x;
  box.h *= to.scale_y;
  return box;
}

}  // namespace

void Batches::State::put(const Tensor& value, std::size_t input, std::int64_t row,
                         Batch& batch) const {
  Tensor& whole = batch.inputs[input];
  if (!whole.valid()) {
    Shape shape = value.shape();
    shape.insert(shape.begin(), batch_size);
    if (inputs[input].shape.empty() || inputs[input].shape[0] < 0) shape[0] = batch.count;
    whole = Tensor(value.type(), std::move(shape));
  }
  const auto target = whole.mutable_bytes();
  const std::size_t bytes = value.bytes().size();
  const bool same =
      whole.kind() == value.kind() && whole.rank() == value.rank() + 1 &&
      std::equal(value.shape().begin(), value.shape().end(), whole.shape().begin() + 1);
  if (!same) {
    throw Error(Fault::usage,
                cat("samples of different shapes cannot share a batch: ", to_string(value.shape()),
                    " after ", to_string(whole.shape()), "; resize them or use batches of 1"));
  }
  if (bytes > 0) {
    std::memcpy(target.data() + static_cast<std::size_t>(row) * bytes, value.bytes().data(), bytes);
  }
}

void Batches::State::add_sample(std::int64_t sample, std::int64_t row, Batch& batch) const {
  const Sample stored = data->get(sample);
  Placement placement;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const PreparedInput prepared =
        apply_preprocess(settings, stored.inputs.at(array_of[i]), inputs[i]);
    if (i == 0) placement = prepared.placement;
    put(prepared.value, i, row, batch);
    if (row + 1 == batch.count) {
      const std::int64_t rows = batch.inputs[i].dim(0);
      for (std::int64_t extra = batch.count; extra < rows; ++extra) {
        put(prepared.value, i, extra, batch);
      }
    }
  }
  if (stored.label) batch.labels.push_back(*stored.label);
  if (!data->has_boxes()) return;
  batch.boxes.emplace_back();
  for (const Box& box : stored.boxes) batch.boxes.back().push_back(moved(box, placement));
}

Batch Batches::State::prepare(std::int64_t i) const {
  Batch batch;
  batch.first = i * batch_size;
  batch.count = std::min(batch_size, data->size() - batch.first);
  batch.inputs.resize(inputs.size());
  for (std::int64_t row = 0; row < batch.count; ++row) {
    const std::int64_t sample = batch.first + row;
    during([&] { return cat("preparing sample ", sample, " (", data->name(sample), ")"); },
           [&] { add_sample(sample, row, batch); });
  }
  return batch;
}

Batches::Batches(std::shared_ptr<const Dataset> data, Preprocess settings,
                 std::vector<InputSpec> inputs, const BatchOptions& options)
    : state_(std::make_unique<State>()) {
  require(data != nullptr && options.batch_size > 0, "Batches: no data or no batch size");
  if (data->size() == 0) throw Error(Fault::usage, "the data set is empty");
  if (inputs.empty()) throw Error(Fault::usage, "the model has no inputs to feed");
  const std::int64_t fixed = fixed_batch(inputs);
  state_->batch_size = fixed > 0 ? fixed : options.batch_size;
  state_->array_of = match_inputs(inputs, *data);
  state_->data = std::move(data);
  state_->settings = std::move(settings);
  state_->inputs = std::move(inputs);
  state_->prefetch = options.prefetch;
}

Batches::~Batches() = default;  // the future of std::async waits for its thread

std::int64_t Batches::count() const noexcept { return state_->count(); }
std::int64_t Batches::batch_size() const noexcept { return state_->batch_size; }
const Dataset& Batches::data() const noexcept { return *state_->data; }

Batch Batches::get(std::int64_t i) {
  State& state = *state_;
  require(i >= 0 && i < state.count(), "Batches: index outside");
  const bool ready = state.coming.valid() && state.next == i;
  std::future<Batch> coming = std::move(state.coming);
  Batch batch;
  if (ready) {
    batch = coming.get();
  } else {
    if (coming.valid()) coming.wait();  // another batch was expected: drop it
    coming = {};
    batch = state.prepare(i);
  }
  if (state.prefetch && i + 1 < state.count()) {
    state.next = i + 1;
    state.coming =
        std::async(std::launch::async, [&state, next = i + 1] { return state.prepare(next); });
  }
  return batch;
}

}  // namespace pare
