# How every file is compiled: language, warnings, reproducibility, instruction sets.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(PARE_CCACHE ccache)
if(PARE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Files with precompiled headers are cached only if ccache may look past __TIME__ and #define.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${PARE_CCACHE}")
endif()

# Linking some twenty static libraries per test takes lld a fraction of the time.
find_program(PARE_LLD ld.lld)
if(PARE_LLD)
  add_link_options(-fuse-ld=lld)
endif()

option(PARE_CLANG_TOOLS "leave out options that only GCC knows: clang-tidy reads how files are compiled" OFF)

add_library(pare_options INTERFACE)
target_compile_definitions(pare_options INTERFACE "PARE_VERSION=\"${PROJECT_VERSION}\"")
target_compile_options(pare_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast> -Wdate-time -Werror
  # Designated initialisers leave out members on purpose.
  -Wno-missing-field-initializers
  # Clang says so when it cannot vectorise a loop marked `omp simd`, as it cannot with sanitizers.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>
  # GCC 12 may leave an empty cold part of a function with an unwind entry of no length, which lld
  # takes for that of the next function: an exception that passes through it would end the program.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<BOOL:${PARE_CLANG_TOOLS}>>>:-fno-reorder-blocks-and-partition>
  # The same source gives the same bits whether or not the instruction set has a fused multiply-add:
  # kernels that want one say so.
  -ffp-contract=off)

# Reproducible builds: no path of the building machine in the program. (Coverage reports need it.)
if(NOT PARE_COVERAGE)
  add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
endif()

set(PARE_SANITIZE "" CACHE STRING "value of -fsanitize for everything that is built")
if(PARE_SANITIZE)
  add_compile_options(-fsanitize=${PARE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PARE_SANITIZE})
endif()

# Most of a build with sanitizers is optimising what they added. Tests, layers that only connect
# others and kernels with many unrolled variants do without: their checks are the same.
option(PARE_QUICK "do not optimise tests and layers without long loops" OFF)
set(PARE_OPTIMIZE_TESTS -O1)
set(PARE_OPTIMIZE_PROGRAMS "")
set(PARE_GLUE_LAYERS cli)
set(PARE_OPTIMIZE_GLUE -O1)
set(PARE_LONG_TESTS "")
if(PARE_QUICK)
  set(PARE_OPTIMIZE_TESTS -O0)
  set(PARE_OPTIMIZE_PROGRAMS -O0)
  set(PARE_GLUE_LAYERS targets evaluate search api serve cli)
  set(PARE_OPTIMIZE_GLUE -O0)
  set(PARE_LONG_TESTS kernels report)  # longer than it takes to optimise them
endif()

# What libFuzzer counts: in the parsers, and behind the graph unless the runs are too short for it.
option(PARE_FUZZ_GRAPH "let libFuzzer see into the layers above the graph too" ON)
set(PARE_PARSER_COUNTERS "")
set(PARE_GRAPH_COUNTERS "")
if(PARE_FUZZ)
  set(PARE_PARSER_COUNTERS -fsanitize=fuzzer-no-link)
  if(PARE_FUZZ_GRAPH)
    set(PARE_GRAPH_COUNTERS ${PARE_PARSER_COUNTERS})
  endif()
endif()

if(PARE_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

set(PARE_AVX512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mf16c)
set(PARE_ISA_avx2 -mavx2 -mfma -mf16c)
set(PARE_ISA_avx512 ${PARE_AVX512})
set(PARE_ISA_vnni ${PARE_AVX512} -mavx512vnni)
set(PARE_ISA_bf16 ${PARE_AVX512} -mavx512bf16)
# Every 64-bit ARM has NEON. GCC schedules for ARM before it knows the registers: loads that it moves
# up push the sums of a tile out of theirs.
set(PARE_ISA_neon $<$<CXX_COMPILER_ID:GNU>:-fno-schedule-insns>)
set(PARE_ISA_neon_dot ${PARE_ISA_neon} -march=armv8.2-a+dotprod)
set(PARE_ISA_neon_i8mm ${PARE_ISA_neon} -march=armv8.2-a+dotprod+i8mm)

# Takes a list of sources, leaves out those of other machines and gives the rest the flags that
# their file name asks for: nothing else in the program may use more than the base instruction set.
function(pare_instruction_sets list_name)
  set(kept "")
  foreach(source IN LISTS ${list_name})
    if(PARE_QUICK AND source MATCHES "/kernels/(lowbit|depthwise|winograd|window8)/[a-z0-9_]*_(base|avx2|avx512|vnni)\\.cpp$")
      set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_OPTIONS -O0)
      set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
    if(source MATCHES "_(avx2|avx512|vnni|bf16)\\.cpp$")
      set(isa ${CMAKE_MATCH_1})
      if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
        set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_OPTIONS ${PARE_ISA_${isa}})
        set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
        list(APPEND kept "${source}")
      endif()
    elseif(source MATCHES "_(neon|neon_dot|neon_i8mm)\\.cpp$")
      set(isa ${CMAKE_MATCH_1})
      if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_OPTIONS ${PARE_ISA_${isa}})
        set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
        list(APPEND kept "${source}")
      endif()
    else()
      list(APPEND kept "${source}")
    endif()
  endforeach()
  set(${list_name} "${kept}" PARENT_SCOPE)
endfunction()
