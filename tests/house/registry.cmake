# The registry on a made-up tree: it names every plug-in without a test and stops, goes on with
# PARE_ALLOW_UNTESTED, and lists tested plug-ins in order.

cmake_minimum_required(VERSION 3.25)

set(tree "${WORK}/tree")

function(configure result text)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${tree}" -B "${WORK}/build" ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  string(REGEX REPLACE "[ \n]+" " " all "${out} ${err}")
  set(${result} "${status}" PARENT_SCOPE)
  set(${text} "${all}" PARENT_SCOPE)
endfunction()

function(want_lines kind)
  list(JOIN ARGN "\n" wanted)
  file(READ "${WORK}/build/generated/pare_registry/${kind}.inc" got)
  if(NOT got STREQUAL "${wanted}\n")
    message(SEND_ERROR "${kind}.inc: want\n${wanted}\ngot\n${got}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(WRITE "${tree}/CMakeLists.txt" "

cmake_minimum_required(VERSION 3.25)

project(fixture LANGUAGES NONE)
set(PARE_ROOT \"${tree}\")
include(\"${ROOT}/cmake/registry.cmake\")
")
foreach(file src/ops/relu.cpp src/ops/conv.cpp src/ops/registry.cpp src/ops/_window.cpp
        src/ops/detail/helper.cpp src/passes/fold.cpp src/compress/methods/gptq.cpp
        src/cli/verbs/run.cpp src/cli/verbs/inspect.cpp src/formats/onnx/reader.cpp
        src/formats/registry.cpp src/targets/native/native.cpp src/numerics/dtypes/int8.hpp
        src/numerics/dtypes/registry.cpp tests/ops/conv_test.cpp)
  file(WRITE "${tree}/${file}" "")
endforeach()

configure(status text)
if(status EQUAL 0)
  message(SEND_ERROR "plug-ins without tests did not stop the configure step")
endif()
foreach(missing tests/ops/relu_test.cpp tests/passes/fold.txt tests/compress/methods/gptq_test.cpp
        tests/cli/run_test.cpp tests/cli/inspect_test.sh "tests/formats/onnx/\\*_test.cpp"
        tests/targets/native_test.cpp tests/numerics/dtypes/int8_test.cpp)
  if(NOT text MATCHES "${missing}")
    message(SEND_ERROR "the message does not name ${missing}: ${text}")
  endif()
endforeach()
foreach(innocent conv_test registry_test _window_test helper_test)
  if(text MATCHES "${innocent}")
    message(SEND_ERROR "the message names ${innocent}: ${text}")
  endif()
endforeach()

configure(status text -DPARE_ALLOW_UNTESTED=ON)
if(NOT status EQUAL 0 OR NOT text MATCHES "ops: relu has no test")
  message(SEND_ERROR "PARE_ALLOW_UNTESTED should warn and go on, but: ${text}")
endif()

foreach(file tests/ops/relu_test.cpp tests/passes/fold.txt tests/compress/methods/gptq_test.cpp
        tests/cli/run_test.cpp tests/cli/inspect_test.sh tests/formats/onnx/reader_test.cpp
        tests/targets/native_test.cpp tests/numerics/dtypes/int8_test.cpp)
  file(WRITE "${tree}/${file}" "")
endforeach()
configure(status text -DPARE_ALLOW_UNTESTED=OFF)
if(NOT status EQUAL 0)
  message(SEND_ERROR "all plug-ins have tests, but: ${text}")
endif()
want_lines(ops "PARE_PLUGIN(op_conv)" "PARE_PLUGIN(op_relu)")
want_lines(passes "PARE_PLUGIN(pass_fold)")
want_lines(methods "PARE_PLUGIN(method_gptq)")
want_lines(verbs "PARE_PLUGIN(verb_inspect)" "PARE_PLUGIN(verb_run)")
want_lines(formats "PARE_PLUGIN(format_onnx)")
want_lines(targets "PARE_PLUGIN(target_native)")
want_lines(dtypes "PARE_PLUGIN(dtype_int8)")
want_lines(dtypes_includes "#include \"numerics/dtypes/int8.hpp\"")

file(WRITE "${tree}/src/ops/Bad-Name.cpp" "")
configure(status text)
if(status EQUAL 0 OR NOT text MATCHES "Bad-Name")
  message(SEND_ERROR "a name that is no identifier went through: ${text}")
endif()
