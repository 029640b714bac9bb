# Tests mirror src/: tests/<folder>/**/*_test.cpp become one program test_<layer> and one ctest.
# (*_test.c too: what C programs may do with the public header is written in C99.) Other .cpp files
# there are what the tests of a layer share, with those of the layers that TESTS_ALSO names it in.

find_package(GTest QUIET)
if(NOT TARGET GTest::gtest_main)
  message(STATUS "Tests are not built: GoogleTest is missing (tools/install-deps.sh test)")
  return()
endif()
enable_testing()

# What tests include everywhere: below the graph, above it, and in the hundreds of tests of operators.
set(PARE_TEST_HEADERS <gmock/gmock.h> <gtest/gtest.h>)
set(PARE_OP_TEST_HEADERS "${PROJECT_SOURCE_DIR}/tests/ops/elementwise.hpp"
  "${PROJECT_SOURCE_DIR}/tests/ops/gradient_test.hpp")
foreach(kind IN ITEMS tests graph_tests op_tests)
  set(headers ${PARE_TEST_HEADERS})
  if(kind STREQUAL "graph_tests")
    list(APPEND headers ${PARE_GRAPH_HEADERS})
  elseif(kind STREQUAL "op_tests")
    list(APPEND headers ${PARE_OP_TEST_HEADERS})
  endif()
  pare_precompile_library(pare_precompiled_${kind} HEADERS ${headers} OPTIONS ${PARE_OPTIMIZE_TESTS} -fPIE
    LINK GTest::gtest_main GTest::gmock)
  if(TARGET pare_precompiled_${kind})
    # As programs are compiled, which the headers are for.
    set_target_properties(pare_precompiled_${kind} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  endif()
endforeach()

# pare_test_program(<target> <layer>)
function(pare_test_program target layer)
  # Tests run briefly and take long to optimise.
  set(optimize ${PARE_OPTIMIZE_TESTS})
  if(layer IN_LIST PARE_LONG_TESTS)
    set(optimize -O1)
  elseif(layer STREQUAL "ops")
    pare_precompile(${target} pare_precompiled_op_tests)
  elseif("ir" IN_LIST PARE_SEES_${layer})
    pare_precompile(${target} pare_precompiled_graph_tests)
  else()
    pare_precompile(${target} pare_precompiled_tests)
  endif()
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/include")
  target_compile_definitions(${target} PRIVATE
    "PARE_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"" "PARE_BINARY_DIR=\"${CMAKE_BINARY_DIR}\"")
  target_link_libraries(${target} PRIVATE pare_options GTest::gtest_main GTest::gmock)
  target_compile_options(${target} PRIVATE ${optimize})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests"
    C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
endfunction()

# The files in tests/ of a layer that match the patterns, without those of layers inside its folder.
function(pare_test_files layer result)
  list(TRANSFORM ARGN PREPEND "${PROJECT_SOURCE_DIR}/tests/${PARE_FOLDER_${layer}}/" OUTPUT_VARIABLE globs)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS ${globs})
  set(sources "")
  foreach(path IN LISTS found)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests" OUTPUT_VARIABLE relative)
    pare_layer_of("${relative}" owner)
    if(owner STREQUAL layer)
      list(APPEND sources "${path}")
    endif()
  endforeach()
  set(${result} "${sources}" PARENT_SCOPE)
endfunction()

foreach(layer IN LISTS PARE_LAYERS)
  pare_test_files(${layer} sources "*.cpp" "*.c")
  set(shared ${sources})
  list(FILTER shared EXCLUDE REGEX "_test\\.c(pp)?$")
  list(FILTER sources INCLUDE REGEX "_test\\.c(pp)?$")
  if(NOT sources OR NOT TARGET pare_${layer})
    continue()
  endif()
  if(shared)
    add_library(test_support_${layer} STATIC ${shared})
    pare_test_program(test_support_${layer} ${layer})
    set_target_properties(test_support_${layer} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(test_support_${layer} PRIVATE -fPIE)
    target_link_libraries(test_support_${layer} PUBLIC pare_${layer})
  endif()
  pare_instruction_sets(sources)
  if(layer STREQUAL "ops")
    pare_join(sources test_${layer})
  endif()
  add_executable(test_${layer} ${sources})
  pare_test_program(test_${layer} ${layer})
  foreach(also IN LISTS layer PARE_TESTS_ALSO_${layer})
    if(TARGET test_support_${also})
      target_link_libraries(test_${layer} PRIVATE test_support_${also})
    endif()
    if(TARGET pare_${also})
      target_link_libraries(test_${layer} PRIVATE pare_${also})
    endif()
  endforeach()
  target_link_libraries(test_${layer} PRIVATE ${PARE_DEPENDENCIES_${layer}})
  if(layer STREQUAL "formats" AND TARGET pare_onnx_schema)
    target_link_libraries(test_${layer} PRIVATE pare_onnx_schema)
  endif()
  add_test(NAME ${layer} COMMAND test_${layer})
endforeach()
# The longest first, so that none is left at the end.
set_tests_properties(compress runtime PROPERTIES COST 1000)

# Checks against models and data outside the repository: built and run by tools/check-shared.sh.
file(GLOB shared_checks CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/shared/*.cpp")
if(shared_checks)
  add_executable(pare_shared_checks EXCLUDE_FROM_ALL ${shared_checks})
  pare_test_program(pare_shared_checks cli)
  target_link_libraries(pare_shared_checks PRIVATE ${PARE_LIBRARIES})
endif()

# Verbs are tested from outside as well: scripts get the program's path.
if(TARGET pare)
  file(GLOB scripts CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/cli/*_test.sh")
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    add_test(NAME cli.${name} COMMAND bash "${script}" "$<TARGET_FILE:pare>")
    set_tests_properties(cli.${name} PROPERTIES ENVIRONMENT "PARE=$<TARGET_FILE:pare>;PARE_SOURCE_DIR=${PROJECT_SOURCE_DIR}"
      SKIP_RETURN_CODE 77)  # not run, and shown as such: what the script needs is not here
  endforeach()
  file(GLOB scripts CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/cli/*_test.cmake")
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    add_test(NAME cli.${name} COMMAND "${CMAKE_COMMAND}" "-DPARE=$<TARGET_FILE:pare>"
      "-DPARE_SOURCE_DIR=${PROJECT_SOURCE_DIR}" "-DPARE_BINARY_DIR=${CMAKE_BINARY_DIR}" -P "${script}")
  endforeach()
endif()

# The conformance runner on a suite of its own, and on the ONNX backend cases that Debian packages.
if(TARGET pare_conformance)
  add_test(NAME conformance.runner COMMAND bash "${PROJECT_SOURCE_DIR}/tests/conformance/runner_test.sh"
    "$<TARGET_FILE:pare_conformance>")
  find_path(PARE_DEBIAN_SUITE node/test_abs/model.onnx PATHS /usr/share/libonnx-testdata/data NO_DEFAULT_PATH)
  if(PARE_DEBIAN_SUITE)
    add_test(NAME conformance.debian COMMAND pare_conformance "${PARE_DEBIAN_SUITE}"
      --expect "${PROJECT_SOURCE_DIR}/tests/conformance/known_failures.txt")
  else()
    message(STATUS "conformance.debian is not run: the package libonnx-testdata is missing")
  endif()
endif()

add_subdirectory(tests/house)
