# Limits that no other tool checks: 600 lines a file (tables in .inc are exempt). The length of
# functions is clang-tidy's business.

cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/src/*.cpp" "${ROOT}/src/*.hpp"
  "${ROOT}/tests/*.cpp" "${ROOT}/tests/*.hpp" "${ROOT}/include/*.h" "${ROOT}/include/*.hpp"
  "${ROOT}/fuzz/*.cpp" "${ROOT}/bench/*.cpp")
foreach(file IN LISTS files)
  file(READ "${ROOT}/${file}" text)
  # Lists split at semicolons and brackets, so only the line ends are kept.
  string(REGEX REPLACE "[^\n]" "" ends "${text}")
  string(LENGTH "${ends}" lines)
  if(lines GREATER 600)
    message(SEND_ERROR "${file} has ${lines} lines; 600 is the limit")
  endif()
  if(text MATCHES "using namespace ")
    message(SEND_ERROR "${file} says 'using namespace'")
  endif()
endforeach()
