# The standard library is parsed once per build, not once per file: a third of a small file's time.
#
# Only headers from outside the project go in here, so an edited header rebuilds what includes it
# and nothing else. `cmake -DPARE_PRECOMPILE=OFF` shows a file that forgot an include; lint does so.

option(PARE_PRECOMPILE "precompile the headers of the standard library and GoogleTest" ON)

set(PARE_STANDARD_HEADERS
  <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cmath> <cstdint> <cstring> <filesystem>
  <fstream> <functional> <initializer_list> <iterator> <limits> <map> <memory> <mutex> <numeric>
  <optional> <set> <span> <sstream> <stdexcept> <string> <string_view> <tuple> <unordered_map>
  <unordered_set> <utility> <variant> <vector>)

# pare_precompile_library(<name> [HEADERS <header>...] [LINK <target>...]): a set of headers that
# targets with the same compile options share by pare_precompile(<target> <name>).
function(pare_precompile_library name)
  cmake_parse_arguments(arg "" "" "HEADERS;LINK" ${ARGN})
  if(NOT PARE_PRECOMPILE)
    return()
  endif()
  set(stub "${CMAKE_BINARY_DIR}/generated/${name}.cpp")
  file(CONFIGURE OUTPUT "${stub}" CONTENT "// Its headers are what counts.\n" @ONLY)
  add_library(${name} OBJECT "${stub}")
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

pare_precompile_library(pare_precompiled)
