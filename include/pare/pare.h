#ifndef PARE_PARE_H
#define PARE_PARE_H

/* The public C face of pare (C99).
 *
 *   pare_model* model = NULL;
 *   if (pare_model_load("model.onnx", &model) != PARE_OK) {
 *     fprintf(stderr, "%s\n", pare_last_error());
 *   }
 *
 * Functions that can fail return a pare_status; the message of the latest failure in the calling
 * thread is pare_last_error(). Null where a pointer is wanted is PARE_USAGE, except in the free
 * functions, which take null and do nothing. No C++ exception leaves these functions. Handles must
 * not be used by two threads at once. Text is UTF-8. */

/* NOLINTBEGIN(modernize-deprecated-headers,modernize-use-using): this is C. */

#include <stddef.h>
#include <stdint.h>

#include "pare/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The values are the exit codes of the program `pare`. */
typedef enum pare_status {
  PARE_OK = 0,
  PARE_LIMITS_NOT_MET = 1, /* pare_tune: the closest candidate was written */
  PARE_USAGE = 64,         /* the request itself makes no sense */
  PARE_CORRUPT = 65,       /* input bytes break their format's rules */
  PARE_MISSING = 66,       /* an input does not exist or cannot be opened */
  PARE_UNSUPPORTED = 69,   /* valid input that asks for something pare cannot do */
  PARE_INTERNAL = 70,      /* a bug in pare */
  PARE_RESOURCE = 71,      /* out of memory, threads or a budget */
  PARE_CANNOT_CREATE = 73, /* an output cannot be created */
  PARE_IO = 74,            /* reading or writing failed */
  PARE_INTERRUPTED = 75,   /* stopped early; running again resumes */
  PARE_PERMISSION = 77,    /* the system refused access */
  PARE_CONFIG = 78         /* a recipe or settings file is wrong */
} pare_status;

/* Element types, by the numbers that ONNX gives them. Types below eight bits are packed, first
 * element in the low bits. Strings have no buffers here: pare.hpp has them. */
typedef enum pare_type {
  PARE_UNDEFINED = 0,
  PARE_FLOAT32 = 1,
  PARE_UINT8 = 2,
  PARE_INT8 = 3,
  PARE_UINT16 = 4,
  PARE_INT16 = 5,
  PARE_INT32 = 6,
  PARE_INT64 = 7,
  PARE_STRING = 8,
  PARE_BOOL = 9, /* one byte, 0 or 1 */
  PARE_FLOAT16 = 10,
  PARE_FLOAT64 = 11,
  PARE_UINT32 = 12,
  PARE_UINT64 = 13,
  PARE_COMPLEX64 = 14,
  PARE_COMPLEX128 = 15,
  PARE_BFLOAT16 = 16,
  PARE_FLOAT8E4M3FN = 17,
  PARE_FLOAT8E4M3FNUZ = 18,
  PARE_FLOAT8E5M2 = 19,
  PARE_FLOAT8E5M2FNUZ = 20,
  PARE_UINT4 = 21,
  PARE_INT4 = 22,
  PARE_FLOAT4E2M1 = 23,
  PARE_FLOAT8E8M0 = 24,
  PARE_UINT2 = 25,
  PARE_INT2 = 26,
  PARE_OTHER = 255 /* a block format of pare's own */
} pare_type;

typedef struct pare_model pare_model;     /* a model in memory */
typedef struct pare_results pare_results; /* what one run gave */

/* A dense, row-major array. */
typedef struct pare_array {
  const char* name;
  pare_type type;
  size_t rank;
  const int64_t* shape; /* rank sizes, outermost first */
  const void* data;
  size_t size_bytes;
} pare_array;

/* A graph input or output. */
typedef struct pare_port {
  const char* name;
  pare_type type;
  int has_rank;         /* whether the number of dimensions is known */
  size_t rank;          /* 0 when it is not */
  const int64_t* shape; /* -1 for a size that is not fixed */
} pare_port;

typedef struct pare_model_info {
  size_t inputs;
  size_t outputs;
  int64_t nodes;
  int64_t parameters;
  uint64_t constant_bytes;
  size_t unsupported; /* kinds of operators that pare cannot run */
} pare_model_info;

/* Version of the library, "0.1.0". */
const char* pare_version(void);
/* Message of the latest failure in this thread; "" when there was none. Valid until the next call
 * that fails in this thread. */
const char* pare_last_error(void);
/* "corrupt" and so on; "unknown" for other values. */
const char* pare_status_name(pare_status status);

/* Reads a model of any file format that pare knows, told by content. *out is null on failure. */
pare_status pare_model_load(const char* path, pare_model** out);
void pare_model_free(pare_model* model);

pare_status pare_model_inspect(const pare_model* model, pare_model_info* out);
/* Input or output i. What *out points at lives until the model is changed or freed. */
pare_status pare_model_input(const pare_model* model, size_t i, pare_port* out);
pare_status pare_model_output(const pare_model* model, size_t i, pare_port* out);

/* Rewrites the graph without changing what it computes. */
pare_status pare_model_optimize(pare_model* model);
/* Applies a recipe (YAML). `batches` holds batch_count runs of all model inputs, one after the
 * other, for recipes that calibrate; may be null when batch_count is 0. On failure the model is as
 * it was. */
pare_status pare_model_compress(pare_model* model, const char* recipe, const pare_array* batches,
                                size_t batch_count);
/* Writes the model; the file appears whole or not at all. `replace` != 0 replaces a file. */
pare_status pare_model_write(const pare_model* model, const char* path, int replace);

/* Runs the model once: `count` inputs in any order, by name. *out is null on failure. */
pare_status pare_model_run(pare_model* model, const pare_array* inputs, size_t count,
                           pare_results** out);
size_t pare_results_count(const pare_results* results);
/* Output i in the order of the model's. What *out points at lives until the results are freed. */
pare_status pare_results_get(const pare_results* results, size_t i, pare_array* out);
void pare_results_free(pare_results* results);

/* A search for the least aggressive compression that meets the limits. Fill with
 * pare_tune_request_init(), then set what is wanted: members of later versions come last. */
typedef struct pare_tune_request {
  size_t struct_size;
  const char* model;
  const char* output;
  int replace;             /* may replace an existing output */
  const char* data;        /* judged on these samples */
  const char* calibration; /* null: drawn from `data` */
  const char* preprocess;  /* "raw" */
  const char* target;      /* "native" */
  /* The limits; negative = none. At least one must be set. */
  double min_accuracy; /* share, 0..1 */
  double max_drop;     /* share, 0..1 */
  double max_latency_ms;
  double max_size_share; /* of the original file, 0..1 */
  int64_t max_size_bytes;
  int64_t max_memory_bytes;
  int64_t data_limit;        /* at most that many samples; 0 = all */
  int64_t calibration_limit; /* 128 */
  double max_seconds;        /* no new candidate after that; 0 = no limit */
  double measure_seconds;    /* timed runs per candidate; 2 */
  int threads;               /* 0 = all cores */
  uint64_t seed;
  /* An installed `pare`; null = this program, whose main must begin with pare_measuring_child. */
  const char* measuring_program;
} pare_tune_request;

void pare_tune_request_init(pare_tune_request* request);
/* PARE_OK, PARE_LIMITS_NOT_MET or a failure. *record_json (may be null when not wanted) gets the
 * record of the run, to be freed with pare_text_free(). */
pare_status pare_tune(const pare_tune_request* request, char** record_json);
void pare_text_free(char* text);
/* See measuring_child() in pare.hpp: 1 when main must return *exit_code, else 0. */
int pare_measuring_child(int argc, char** argv, int* exit_code);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers,modernize-use-using) */

#endif
