# The network of examples/meals: small enough for the repository, and natively as good as PyTorch
# found it on the same pictures.

cmake_minimum_required(VERSION 3.25)

set(model "${ROOT}/examples/meals/meals.onnx")
# From examples/meals/train.py --export-only: right answers of PyTorch 1.13 on these pictures.
set(count 200)
set(right_in_pytorch 190)
set(one_point 2)  # of 200

file(SIZE "${model}" bytes)
if(bytes GREATER 3000000)
  message(SEND_ERROR "meals.onnx has ${bytes} bytes; 3 MB is the limit")
endif()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
function(step result)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: exit ${status}\n${out}${err}")
  endif()
  set(${result} "${out}" PARENT_SCOPE)
endfunction()

step(_ "${GENERATE}" --out "${WORK}/test" --split test --seed 1 --count ${count})
step(answer "${PARE}" evaluate "${model}" --data "${WORK}/test" --preprocess minus-one-one --json)
string(JSON samples GET "${answer}" accuracy samples)
string(JSON value GET "${answer}" accuracy value)
if(NOT samples EQUAL count)
  message(SEND_ERROR "${samples} of ${count} pictures were looked at")
endif()
# CMake compares real numbers but counts in whole ones, so the bounds are written with a point.
math(EXPR low "(${right_in_pytorch} - ${one_point}) * 10000 / ${count}")
math(EXPR high "(${right_in_pytorch} + ${one_point}) * 10000 / ${count}")
if(value LESS "0.${low}" OR value GREATER "0.${high}1")
  message(SEND_ERROR "pare finds ${value} right, PyTorch ${right_in_pytorch} of ${count}")
endif()
