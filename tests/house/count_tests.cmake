# tools/count-tests.sh on a made-up build: what GoogleTest and ctest report is added up right, and
# nothing that failed, was skipped or crashed counts as passed.

cmake_minimum_required(VERSION 3.25)

function(write_gtest name total failures cases)
  file(WRITE "${WORK}/${name}.in"
    "{\n  \"tests\": ${total},\n  \"failures\": ${failures},\n  \"disabled\": 0,\n  \"testsuites\": [\n"
    "    { \"name\": \"S\", \"tests\": ${total}, \"failures\": ${failures},\n${cases} }\n  ]\n}\n")
endfunction()

function(expect last_line status)
  file(WRITE "${WORK}/CTestTestfile.cmake" "${ARGN}")
  execute_process(COMMAND bash "${ROOT}/tools/count-tests.sh" "${WORK}"
    RESULT_VARIABLE got_status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  string(REGEX MATCH "[^\n]*\n$" last "${out}")
  string(STRIP "${last}" last)
  if(NOT last STREQUAL last_line)
    message(SEND_ERROR "want '${last_line}', got '${last}'\n${out}${err}")
  endif()
  if((got_status EQUAL 0 AND NOT status EQUAL 0) OR (status EQUAL 0 AND NOT got_status EQUAL 0))
    message(SEND_ERROR "'${last_line}': want status ${status}, got ${got_status}")
  endif()
endfunction()

# A stand-in for a test program: leaves a result file where GoogleTest would, then exits.
file(REMOVE_RECURSE "${WORK}")
file(WRITE "${WORK}/fake.sh" [=[
into=${GTEST_OUTPUT#json:}
if [ -f "$(dirname "$0")/$1.in" ]; then cp "$(dirname "$0")/$1.in" "${into}test_$1.json"; fi
exit "$2"
]=])
set(fake "bash \"${WORK}/fake.sh\"")
write_gtest(good 12 0 "      { \"name\": \"A\", \"result\": \"COMPLETED\" }")
write_gtest(bad 5 2 "      { \"name\": \"A\", \"result\": \"COMPLETED\" }")
write_gtest(skips 3 0 "      { \"name\": \"A\",\n \"result\": \"SKIPPED\" }")

expect("13 passed, 0 failed" 0 "add_test(good ${fake} good 0)\nadd_test(house.x ${fake} none 0)\n")
expect("15 passed, 2 failed" 1 "add_test(good ${fake} good 0)\nadd_test(bad ${fake} bad 1)\n")
expect("12 passed, 1 failed" 1 "add_test(good ${fake} good 0)\nadd_test(crash ${fake} none 139)\n")
expect("12 passed, 1 failed" 1 "add_test(good ${fake} good 7)\n")
expect("2 passed, 1 failed" 1 "add_test(skips ${fake} skips 0)\n")
set(skip "set_tests_properties(page PROPERTIES SKIP_RETURN_CODE 77)\n")
expect("12 passed, 0 failed" 0 "add_test(good ${fake} good 0)\nadd_test(page ${fake} none 77)\n${skip}")
expect("0 passed, 0 failed" 1 "add_test(page ${fake} none 77)\n${skip}")
expect("0 passed, 1 failed" 1 "add_test(page no_such_program)\n")
expect("0 passed, 0 failed" 1 "")
