// Reads, runs, optimises and writes a model with the installed C++ face.
// usage: consumer WORK_FOLDER

#include <cstdio>
#include <fstream>

#include "all_headers.inc"
#include "relu_model.h"

namespace {

int fail(const char* what) {
  std::fprintf(stderr, "consumer: %s\n", what);
  return 1;
}

bool computes_relu(pare::Engine& engine) {
  const std::vector<float> x = {-1, 0, 2.5F};
  const auto outputs = engine.run({pare::input("x", {3}, x)});
  if (outputs.size() != 1) return false;
  const auto y = outputs[0].values<float>();
  return y.size() == 3 && y[0] == 0 && y[1] == 0 && y[2] == 2.5F;
}

int use(const std::filesystem::path& folder) {
  const auto path = folder / "relu.onnx";
  {
    std::ofstream out(path, std::ios::binary);
    for (const unsigned char byte : kReluModel) out.put(static_cast<char>(byte));
  }
  pare::Engine engine = pare::Engine::load(path);
  if (engine.inspect().operators.at("Relu") != 1) return fail("inspect");
  if (!computes_relu(engine)) return fail("run");
  (void)engine.optimize();
  engine.write(folder / "copy.onnx", {.replace = true});
  pare::Engine copy = pare::Engine::load(folder / "copy.onnx");
  if (!computes_relu(copy)) return fail("the copy");
  pare::TuneRequest request;
  request.model = path;
  request.output = folder / "small.onnx";
  request.data = folder.string();
  request.max_drop = 0.01;
  try {
    (void)pare::tune(request);
    return fail("tune ran although main() cannot measure");
  } catch (const pare::Failure& e) {
    if (e.kind() != pare::FailureKind::usage) return fail(e.what());
  }
  try {
    (void)pare::Engine::load(folder / "none.onnx");
    return fail("a file that is not there was read");
  } catch (const pare::Failure& e) {
    if (e.kind() != pare::FailureKind::missing) return fail(e.what());
  }
  std::printf("pare %s is installed\n", std::string(pare::version()).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: consumer WORK_FOLDER");
  try {
    return use(argv[1]);
  } catch (const std::exception& e) {
    return fail(e.what());
  }
}
