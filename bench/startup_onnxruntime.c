/* The least program that runs a model once with ONNX Runtime's C interface: what bench/startup.sh
   compares the start of pare with. The npm package has no header; positions in the table of
   functions are those of onnxruntime_c_api.h (struct OrtApi), which only grows at its end.

   usage: startup_onnxruntime LIBRARY MODEL THREADS SIZE... (of the one float input) */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef void* P;
typedef P (*Call1)(P);
typedef P (*Call2)(P, P);
typedef P (*CallInt)(P, int);
typedef P (*CallName)(P, size_t, P, char**);

struct Base {
  const P* (*get_api)(unsigned version);
  const char* (*get_version)(void);
};

static const P* api;

static void check(P status) {
  if (status == NULL) return;
  fprintf(stderr, "%s\n", ((const char* (*)(P))api[2])(status));
  exit(1);
}

int main(int argc, char** argv) {
  if (argc < 5) return 64;
  P library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 66;
  struct Base* (*get_base)(void);
  *(P*)&get_base = dlsym(library, "OrtGetApiBase");
  api = get_base()->get_api(11);
  P env = NULL, options = NULL, session = NULL, memory = NULL, input = NULL, output = NULL;
  P allocator = NULL;
  check(((P(*)(int, const char*, P*))api[3])(4, "startup", &env));
  check(((Call1)api[10])(&options));
  check(((CallInt)api[23])(options, 99));
  check(((CallInt)api[24])(options, atoi(argv[3])));
  check(((P(*)(P, const char*, P, P*))api[7])(env, argv[2], options, &session));
  long long shape[16];
  size_t rank = 0, count = 1;
  for (int i = 4; i < argc && rank < 16; ++i) count *= (size_t)(shape[rank++] = atoll(argv[i]));
  float* values = malloc(count * sizeof *values);
  for (size_t i = 0; i < count; ++i) values[i] = 0.5F;
  check(((P(*)(int, int, P*))api[69])(1, 0, &memory));
  check(((P(*)(P, P, size_t, const long long*, size_t, int, P*))api[49])(
      memory, values, count * sizeof *values, shape, rank, 1, &input));
  check(((Call1)api[78])(&allocator));
  char *input_name = NULL, *output_name = NULL;
  check(((CallName)api[36])(session, 0, allocator, &input_name));
  check(((CallName)api[37])(session, 0, allocator, &output_name));
  const char* inputs[] = {input_name};
  const char* outputs[] = {output_name};
  check(((P(*)(P, P, const char* const*, const P*, size_t, const char* const*, size_t, P*))api[9])(
      session, NULL, inputs, &input, 1, outputs, 1, &output));
  float* result = NULL;
  check(((Call2)api[51])(output, &result));
  printf("%g\n", (double)result[0]);
  fflush(stdout);
  _Exit(0);
}
