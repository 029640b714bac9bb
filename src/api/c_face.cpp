// The C functions: a thin cover over the C++ face that lets no exception through.

#include <algorithm>
#include <cstring>

#include "api/failure.hpp"
#include "pare/pare.h"
#include "pare/pare.hpp"

struct pare_model {
  pare::Engine engine;
  pare::ModelInfo info;  // of the model as it is, so that names and shapes have an owner
};

struct pare_results {
  std::vector<pare::Array> arrays;
};

namespace {

using pare::Failure;
using pare::FailureKind;

std::string& last_error() noexcept {
  thread_local std::string message;
  return message;
}

pare_status fail(pare_status status, const char* message) noexcept {
  try {
    last_error() = message;
  } catch (...) {  // no memory for the message: keep what fits
    last_error().clear();
  }
  return status;
}

/// Runs `body`, which returns a status, and turns whatever it throws into one.
template <class Body>
pare_status guarded(Body&& body) noexcept {
  try {
    return std::forward<Body>(body)();
  } catch (const Failure& e) {
    return fail(static_cast<pare_status>(e.exit_code()), e.what());
  } catch (const std::bad_alloc&) {
    return fail(PARE_RESOURCE, "out of memory");
  } catch (const std::exception& e) {
    return fail(PARE_INTERNAL, e.what());
  } catch (...) {
    return fail(PARE_INTERNAL, "an exception of unknown type");
  }
}

void want(const void* pointer, const char* name) {
  if (pointer != nullptr) return;
  throw Failure(FailureKind::usage, pare::cat(name, " must not be null"));
}

void want_index(std::size_t i, std::size_t count, const char* what) {
  if (i < count) return;
  throw Failure(FailureKind::usage, pare::cat("there are ", count, " ", what, ", asked for ", i));
}

std::string text_or(const char* text, const char* otherwise) {
  return text != nullptr ? text : otherwise;
}

pare::InputArray lend(const pare_array& array) {
  want(array.name, "the name of an array");
  if (array.rank > 0) want(array.shape, "the shape of an array");
  if (array.size_bytes > 0) want(array.data, "the data of an array");
  if (array.type == PARE_STRING) {
    throw Failure(FailureKind::unsupported, "the C functions take no strings");
  }
  pare::InputArray out;
  out.name = array.name;
  out.type = static_cast<pare::ElementType>(array.type);
  if (array.rank > 0) out.shape.assign(array.shape, array.shape + array.rank);
  out.bytes = {static_cast<const std::byte*>(array.data), array.size_bytes};
  return out;
}

std::vector<pare::InputArray> lend_all(const pare_array* arrays, std::size_t count) {
  if (count > 0) want(arrays, "inputs");
  std::vector<pare::InputArray> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.push_back(lend(arrays[i]));
  return out;
}

void show(const pare::Port& port, pare_port& out) {
  out.name = port.name.c_str();
  out.type = static_cast<pare_type>(port.type);
  out.has_rank = port.has_rank ? 1 : 0;
  out.rank = port.shape.size();
  out.shape = port.shape.data();
}

pare_status show_port(const pare_model* model, std::vector<pare::Port> pare::ModelInfo::*which,
                      std::size_t i, pare_port* out) {
  want(model, "model");
  want(out, "out");
  const std::vector<pare::Port>& ports = model->info.*which;
  want_index(i, ports.size(), "ports");
  show(ports[i], *out);
  return PARE_OK;
}

template <class T>
std::optional<T> limit_of(T value) {
  return value < T{} ? std::nullopt : std::optional<T>(value);
}

std::optional<std::uint64_t> bytes_limit(std::int64_t value) {
  return value < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(value));
}

pare::TuneRequest to_request(const pare_tune_request& r) {
  want(r.model, "the model of the request");
  want(r.output, "the output of the request");
  want(r.data, "the data of the request");
  pare::TuneRequest out;
  out.model = r.model;
  out.output = r.output;
  out.replace = r.replace != 0;
  out.data = r.data;
  out.calibration = text_or(r.calibration, "");
  out.preprocess = text_or(r.preprocess, "raw");
  out.target = text_or(r.target, "native");
  out.min_accuracy = limit_of(r.min_accuracy);
  out.max_drop = limit_of(r.max_drop);
  out.max_latency_ms = limit_of(r.max_latency_ms);
  out.max_size_share = limit_of(r.max_size_share);
  out.max_size_bytes = bytes_limit(r.max_size_bytes);
  out.max_memory_bytes = bytes_limit(r.max_memory_bytes);
  out.data_limit = r.data_limit;
  out.calibration_limit = r.calibration_limit;
  out.max_seconds = r.max_seconds;
  out.measure_seconds = r.measure_seconds;
  out.threads = r.threads;
  out.seed = r.seed;
  out.measuring_program = text_or(r.measuring_program, "");
  return out;
}

/// A copy to be freed by pare_text_free.
char* new_text(const std::string& text) {
  auto copy = std::make_unique<char[]>(text.size() + 1);
  std::copy(text.begin(), text.end(), copy.get());
  return copy.release();
}

}  // namespace

extern "C" {

const char* pare_version(void) { return PARE_VERSION; }

const char* pare_last_error(void) { return last_error().c_str(); }

const char* pare_status_name(pare_status status) {
  switch (status) {
    case PARE_OK: return "ok";
    case PARE_LIMITS_NOT_MET: return "limits not met";
    case PARE_USAGE: return "usage";
    case PARE_CORRUPT: return "corrupt";
    case PARE_MISSING: return "missing";
    case PARE_UNSUPPORTED: return "unsupported";
    case PARE_INTERNAL: return "internal";
    case PARE_RESOURCE: return "resource";
    case PARE_CANNOT_CREATE: return "cannot create";
    case PARE_IO: return "io";
    case PARE_INTERRUPTED: return "interrupted";
    case PARE_PERMISSION: return "permission";
    case PARE_CONFIG: return "config";
  }
  return "unknown";
}

pare_status pare_model_load(const char* path, pare_model** out) {
  if (out != nullptr) *out = nullptr;
  return guarded([&] {
    want(path, "path");
    want(out, "out");
    pare::Engine engine = pare::Engine::load(path);
    pare::ModelInfo info = engine.inspect();
    *out = std::make_unique<pare_model>(pare_model{std::move(engine), std::move(info)}).release();
    return PARE_OK;
  });
}

void pare_model_free(pare_model* model) { std::unique_ptr<pare_model>(model).reset(); }

pare_status pare_model_inspect(const pare_model* model, pare_model_info* out) {
  return guarded([&] {
    want(model, "model");
    want(out, "out");
    const pare::ModelInfo& info = model->info;
    *out = {info.inputs.size(), info.outputs.size(), info.nodes,
            info.parameters,    info.constant_bytes, info.unsupported.size()};
    return PARE_OK;
  });
}

pare_status pare_model_input(const pare_model* model, size_t i, pare_port* out) {
  return guarded([&] { return show_port(model, &pare::ModelInfo::inputs, i, out); });
}

pare_status pare_model_output(const pare_model* model, size_t i, pare_port* out) {
  return guarded([&] { return show_port(model, &pare::ModelInfo::outputs, i, out); });
}

pare_status pare_model_optimize(pare_model* model) {
  return guarded([&] {
    want(model, "model");
    model->engine.optimize();
    model->info = model->engine.inspect();
    return PARE_OK;
  });
}

pare_status pare_model_compress(pare_model* model, const char* recipe, const pare_array* batches,
                                size_t batch_count) {
  return guarded([&] {
    want(model, "model");
    want(recipe, "recipe");
    if (batch_count > 0) want(batches, "batches");
    pare::CompressOptions options;
    if (batch_count > 0) options.calibration.emplace();
    const std::size_t per_batch = model->info.inputs.size();
    for (std::size_t i = 0; i < batch_count; ++i) {
      options.calibration->batches.push_back(lend_all(batches + i * per_batch, per_batch));
    }
    model->engine.compress(recipe, options);
    model->info = model->engine.inspect();
    return PARE_OK;
  });
}

pare_status pare_model_write(const pare_model* model, const char* path, int replace) {
  return guarded([&] {
    want(model, "model");
    want(path, "path");
    pare::WriteSettings settings;
    settings.replace = replace != 0;
    model->engine.write(path, settings);
    return PARE_OK;
  });
}

pare_status pare_model_run(pare_model* model, const pare_array* inputs, size_t count,
                           pare_results** out) {
  if (out != nullptr) *out = nullptr;
  return guarded([&] {
    want(model, "model");
    want(out, "out");
    auto results = std::make_unique<pare_results>();
    results->arrays = model->engine.run(lend_all(inputs, count));
    *out = results.release();
    return PARE_OK;
  });
}

size_t pare_results_count(const pare_results* results) {
  return results != nullptr ? results->arrays.size() : 0;
}

pare_status pare_results_get(const pare_results* results, size_t i, pare_array* out) {
  return guarded([&] {
    want(results, "results");
    want(out, "out");
    want_index(i, results->arrays.size(), "results");
    const pare::Array& array = results->arrays[i];
    if (array.type() == pare::ElementType::string) {
      throw Failure(FailureKind::unsupported, "the C functions give no strings");
    }
    *out = {array.name().c_str(), static_cast<pare_type>(array.type()),
            array.shape().size(), array.shape().data(),
            array.bytes().data(), array.bytes().size()};
    return PARE_OK;
  });
}

void pare_results_free(pare_results* results) { std::unique_ptr<pare_results>(results).reset(); }

void pare_tune_request_init(pare_tune_request* request) {
  if (request == nullptr) return;
  const pare::TuneRequest defaults;
  *request = {};
  request->struct_size = sizeof(pare_tune_request);
  request->preprocess = "raw";
  request->target = "native";
  request->min_accuracy = -1;
  request->max_drop = -1;
  request->max_latency_ms = -1;
  request->max_size_share = -1;
  request->max_size_bytes = -1;
  request->max_memory_bytes = -1;
  request->data_limit = defaults.data_limit;
  request->calibration_limit = defaults.calibration_limit;
  request->max_seconds = defaults.max_seconds;
  request->measure_seconds = defaults.measure_seconds;
}

pare_status pare_tune(const pare_tune_request* request, char** record_json) {
  if (record_json != nullptr) *record_json = nullptr;
  return guarded([&] {
    want(request, "request");
    if (request->struct_size != sizeof(pare_tune_request)) {
      throw Failure(FailureKind::usage,
                    pare::cat("the request has ", request->struct_size, " bytes, want ",
                              sizeof(pare_tune_request), ": call pare_tune_request_init()"));
    }
    const pare::TuneReport report = pare::tune(to_request(*request));
    if (record_json != nullptr) *record_json = new_text(report.record_json);
    return report.met ? PARE_OK : fail(PARE_LIMITS_NOT_MET, "no candidate meets every limit");
  });
}

void pare_text_free(char* text) { std::unique_ptr<char[]>(text).reset(); }

int pare_measuring_child(int argc, char** argv, int* exit_code) {
  int is_child = 0;
  const pare_status status = guarded([&] {
    want(exit_code, "exit_code");
    const std::optional<int> code = pare::measuring_child(argc, argv);
    if (!code) return PARE_OK;
    *exit_code = *code;
    is_child = 1;
    return PARE_OK;
  });
  if (status != PARE_OK && exit_code != nullptr) {
    *exit_code = status;
    return 1;
  }
  return is_child;
}

}  // extern "C"
