/* Reads and runs a model with the installed C face. usage: c_consumer WORK_FOLDER */

#include <stdio.h>

#include "c_headers.inc"
#include "relu_model.h"

static int fail(const char* what) {
  fprintf(stderr, "c_consumer: %s: %s\n", what, pare_last_error());
  return 1;
}

int main(int argc, char** argv) {
  const float x[] = {-1.0F, 0.0F, 2.5F};
  const int64_t shape[] = {3};
  const pare_array input = {"x", PARE_FLOAT32, 1, shape, x, sizeof x};
  char path[4096];
  pare_model* model = NULL;
  pare_results* results = NULL;
  pare_array output;
  const float* y;
  FILE* file;
  if (argc != 2) return fail("usage: c_consumer WORK_FOLDER");
  snprintf(path, sizeof path, "%s/relu_c.onnx", argv[1]);
  file = fopen(path, "wb");
  if (file == NULL) return fail("cannot write");
  fwrite(kReluModel, 1, sizeof kReluModel, file);
  fclose(file);
  if (pare_model_load(path, &model) != PARE_OK) return fail("load");
  if (pare_model_run(model, &input, 1, &results) != PARE_OK) return fail("run");
  if (pare_results_get(results, 0, &output) != PARE_OK) return fail("result");
  if (output.type != PARE_FLOAT32 || output.size_bytes != sizeof x) return fail("type and size");
  y = (const float*)output.data;
  if (y[0] != 0.0F || y[1] != 0.0F || y[2] != 2.5F) return fail("values");
  pare_results_free(results);
  pare_model_free(model);
  if (pare_model_load(NULL, &model) != PARE_USAGE) return fail("null was taken");
  printf("pare %s is installed for C\n", pare_version());
  return 0;
}
