# The standard library is parsed once per build, not once per file: a third of a small file's time.
# So is the graph, in the hundreds of files that need all of it.
#
# No other header of the project goes in here, so an edited header rebuilds what includes it
# and nothing else. `cmake -DPARE_PRECOMPILE=OFF` shows a file that forgot an include; lint does so.

option(PARE_PRECOMPILE "precompile the headers of the standard library, GoogleTest and the graph" ON)

set(PARE_STANDARD_HEADERS
  <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cmath> <cstdint> <cstring> <filesystem>
  <fstream> <functional> <initializer_list> <iterator> <limits> <map> <memory> <mutex> <numeric>
  <optional> <set> <span> <sstream> <stdexcept> <string> <string_view> <tuple> <unordered_map>
  <unordered_set> <utility> <variant> <vector>)

# pare_precompile_library(<name> [HEADERS <header>...] [OPTIONS <flag>...] [LINK <target>...]): a set
# of headers that targets with the same compile options share by pare_precompile(<target> <name>).
function(pare_precompile_library name)
  cmake_parse_arguments(arg "" "" "HEADERS;OPTIONS;LINK" ${ARGN})
  if(NOT PARE_PRECOMPILE)
    return()
  endif()
  set(stub "${CMAKE_BINARY_DIR}/generated/${name}.cpp")
  file(CONFIGURE OUTPUT "${stub}" CONTENT "// Its headers are what counts.\n" @ONLY)
  add_library(${name} OBJECT "${stub}")
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_link_libraries(${name} PRIVATE pare_options Threads::Threads OpenMP::OpenMP_CXX ${arg_LINK})
  target_precompile_headers(${name} PRIVATE ${PARE_STANDARD_HEADERS} ${arg_HEADERS})
endfunction()

function(pare_precompile target name)
  if(TARGET ${name})
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "\\.c$")
    set_source_files_properties(${sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

set(PARE_GRAPH_HEADERS "${PROJECT_SOURCE_DIR}/src/ir/op.hpp")
pare_precompile_library(pare_precompiled OPTIONS ${PARE_PARSER_COUNTERS})
pare_precompile_library(pare_precompiled_graph HEADERS ${PARE_GRAPH_HEADERS} OPTIONS ${PARE_GRAPH_COUNTERS})
pare_precompile_library(pare_precompiled_glue OPTIONS ${PARE_OPTIMIZE_GLUE}
  HEADERS ${PARE_GRAPH_HEADERS} <CLI/CLI.hpp> <nlohmann/json.hpp> LINK CLI11::CLI11 ${PARE_JSON})

# How a layer is optimised, and what libFuzzer is told about it. (Files of models are parsed in
# `formats`, which sees the graph.)
function(pare_compile_layer library layer)
  if(layer IN_LIST PARE_GLUE_LAYERS)
    target_compile_options(${library} PRIVATE ${PARE_OPTIMIZE_GLUE})
    pare_precompile(${library} pare_precompiled_glue)
  elseif("ir" IN_LIST PARE_SEES_${layer} AND NOT layer STREQUAL "formats")
    target_compile_options(${library} PRIVATE ${PARE_GRAPH_COUNTERS})
    pare_precompile(${library} pare_precompiled_graph)
  else()
    target_compile_options(${library} PRIVATE ${PARE_PARSER_COUNTERS})
    pare_precompile(${library} pare_precompiled)
  endif()
endfunction()
