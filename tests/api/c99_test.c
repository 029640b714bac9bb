/* Uses every function of pare.h from C99. Returns the line of the first broken expectation, 0 when
 * all hold. The numbers: see product_file() in tiny_model.hpp. */

#include <pare/pare.h>
#include <string.h>

int pare_c99_check(const char* model_path, const char* output_path);

#define EXPECT(condition) \
  do {                    \
    if (!(condition)) {   \
      line = __LINE__;    \
      goto done;          \
    }                     \
  } while (0)

static int nulls_are_refused(void) {
  int line = 0;
  pare_model* model = NULL;
  pare_results* results = NULL;
  pare_model_info info;
  pare_port port;
  pare_array array;
  EXPECT(pare_model_load(NULL, &model) == PARE_USAGE);
  EXPECT(strstr(pare_last_error(), "path") != NULL);
  EXPECT(pare_model_load("x.onnx", NULL) == PARE_USAGE);
  EXPECT(pare_model_inspect(NULL, &info) == PARE_USAGE);
  EXPECT(pare_model_input(NULL, 0, &port) == PARE_USAGE);
  EXPECT(pare_model_output(NULL, 0, &port) == PARE_USAGE);
  EXPECT(pare_model_optimize(NULL) == PARE_USAGE);
  EXPECT(pare_model_compress(NULL, "steps: []", NULL, 0) == PARE_USAGE);
  EXPECT(pare_model_write(NULL, "x.onnx", 0) == PARE_USAGE);
  EXPECT(pare_model_run(NULL, NULL, 0, &results) == PARE_USAGE);
  EXPECT(results == NULL);
  EXPECT(pare_results_count(NULL) == 0);
  EXPECT(pare_results_get(NULL, 0, &array) == PARE_USAGE);
  EXPECT(pare_tune(NULL, NULL) == PARE_USAGE);
  EXPECT(pare_measuring_child(0, NULL, NULL) == 0);
  pare_model_free(NULL);
  pare_results_free(NULL);
  pare_text_free(NULL);
  pare_tune_request_init(NULL);
done:
  return line;
}

static int same_floats(const float* a, const float* b, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (a[i] != b[i]) return 0;
  }
  return 1;
}

static int run_gives_the_product(pare_model* model) {
  const float x[] = {1, 2, 0, -1};
  const float y[] = {9.5F, 8, 0, 0, 0, 5};
  const int64_t k[] = {7, -9};
  const int64_t x_shape[] = {2, 2};
  const int64_t k_shape[] = {2};
  pare_array inputs[2];
  pare_array output;
  pare_results* results = NULL;
  int line = 0;
  inputs[0] = (pare_array){"k", PARE_INT64, 1, k_shape, k, sizeof k};
  inputs[1] = (pare_array){"x", PARE_FLOAT32, 2, x_shape, x, sizeof x};
  EXPECT(pare_model_run(model, inputs, 1, &results) == PARE_USAGE);
  EXPECT(results == NULL);
  EXPECT(pare_model_run(model, NULL, 2, &results) == PARE_USAGE);
  EXPECT(pare_model_run(model, inputs, 2, &results) == PARE_OK);
  EXPECT(pare_results_count(results) == 2);
  EXPECT(pare_results_get(results, 2, &output) == PARE_USAGE);
  EXPECT(pare_results_get(results, 0, &output) == PARE_OK);
  EXPECT(strcmp(output.name, "y") == 0 && output.type == PARE_FLOAT32);
  EXPECT(output.rank == 2 && output.shape[0] == 2 && output.shape[1] == 3);
  EXPECT(output.size_bytes == sizeof y && same_floats(output.data, y, sizeof y / sizeof *y));
  EXPECT(pare_results_get(results, 1, &output) == PARE_OK);
  EXPECT(output.type == PARE_INT64 && ((const int64_t*)output.data)[1] == 9);
done:
  pare_results_free(results);
  return line;
}

static int inspect_says_what_is_there(const pare_model* model) {
  pare_model_info info;
  pare_port port;
  int line = 0;
  EXPECT(pare_model_inspect(model, &info) == PARE_OK);
  EXPECT(info.inputs == 2 && info.outputs == 2 && info.nodes == 5);
  EXPECT(info.parameters == 9 && info.constant_bytes == 36 && info.unsupported == 0);
  EXPECT(pare_model_input(model, 0, &port) == PARE_OK);
  EXPECT(strcmp(port.name, "x") == 0 && port.type == PARE_FLOAT32 && port.has_rank);
  EXPECT(port.rank == 2 && port.shape[0] == -1 && port.shape[1] == 2);
  EXPECT(pare_model_output(model, 1, &port) == PARE_OK);
  EXPECT(strcmp(port.name, "minus_k") == 0 && port.type == PARE_INT64);
  EXPECT(pare_model_output(model, 2, &port) == PARE_USAGE);
  EXPECT(pare_model_inspect(model, NULL) == PARE_USAGE);
done:
  return line;
}

int pare_c99_check(const char* model_path, const char* output_path) {
  pare_model* model = NULL;
  pare_model* again = NULL;
  int line = nulls_are_refused();
  if (line != 0) return line;
  EXPECT(strcmp(pare_version(), PARE_VERSION_STRING) == 0);
  EXPECT(strcmp(pare_status_name(PARE_CORRUPT), "corrupt") == 0);
  EXPECT(pare_model_load("there/is/no/such.onnx", &model) == PARE_MISSING);
  EXPECT(model == NULL && strlen(pare_last_error()) > 0);
  EXPECT(pare_model_load(model_path, &model) == PARE_OK);
  line = inspect_says_what_is_there(model);
  if (line == 0) line = run_gives_the_product(model);
  if (line != 0) goto done;
  EXPECT(pare_model_compress(model, "steps: [{nonsense: {}}]", NULL, 0) == PARE_CONFIG);
  EXPECT(pare_model_optimize(model) == PARE_OK);
  line = run_gives_the_product(model);
  if (line != 0) goto done;
  EXPECT(pare_model_compress(model, "steps: [{quantize: {scheme: fp16, least_elements: 1}}]", NULL,
                             0) == PARE_OK);
  EXPECT(pare_model_write(model, output_path, 0) == PARE_OK);
  EXPECT(pare_model_write(model, output_path, 0) == PARE_CANNOT_CREATE);
  EXPECT(pare_model_write(model, output_path, 1) == PARE_OK);
  EXPECT(pare_model_load(output_path, &again) == PARE_OK);
  line = run_gives_the_product(again);
done:
  pare_model_free(again);
  pare_model_free(model);
  return line;
}
