# Installs the build, then configures, builds and runs a project of a stranger against it.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK}")
set(prefix "${WORK}/prefix")

function(step name)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${name} failed (${status})\n${out}\n${err}")
  endif()
endfunction()

step(install "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")
step(configure "${CMAKE_COMMAND}" -G Ninja -S "${ROOT}/tests/install_consumer" -B "${WORK}/build"
  "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
  "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_C_FLAGS=${FLAGS}")
step(build "${CMAKE_COMMAND}" --build "${WORK}/build")
step(run "${WORK}/build/consumer" "${WORK}")
step(run_c "${WORK}/build/c_consumer" "${WORK}")
if(EXISTS "${BUILD}/pare")
  step(program "${prefix}/bin/pare" --help)
endif()

# An installed header that reaches into src/ would compile here and nowhere else.
file(GLOB_RECURSE headers "${prefix}/include/*")
foreach(header IN LISTS headers)
  file(STRINGS "${header}" includes REGEX "#[ \t]*include[ \t]*\"")
  foreach(line IN LISTS includes)
    if(NOT line MATCHES "\"pare/")
      message(SEND_ERROR "${header}: ${line}")
    endif()
  endforeach()
endforeach()
