# The folder is the registry: plug-ins are found by name, and one without a test stops the build.

option(PARE_ALLOW_UNTESTED "a plug-in without a test is only a warning (for work in progress)" OFF)

set(PARE_GENERATED_DIR "${CMAKE_BINARY_DIR}/generated")
define_property(GLOBAL PROPERTY PARE_UNTESTED)
define_property(GLOBAL PROPERTY PARE_PLUGINS)

# pare_registry(<kind> PREFIX <prefix> (FILES | FOLDERS) <glob below src> TESTS <globs below tests>...
#               [EXCEPT <names that the glob finds and that are no plug-ins>...])
#
# Writes generated/pare_registry/<kind>.inc: one line PARE_PLUGIN(<prefix>_<name>) per plug-in, in
# order of the alphabet. In TESTS, @NAME@ stands for the plug-in's name; one match is enough.
# Files that begin with _ and files called registry.* help plug-ins and are none themselves.
function(pare_registry kind)
  cmake_parse_arguments(arg "" "PREFIX;FILES;FOLDERS;HEADERS" "TESTS;EXCEPT" ${ARGN})
  set(names "")
  if(arg_FILES)
    file(GLOB found CONFIGURE_DEPENDS "${PARE_ROOT}/src/${arg_FILES}")
    foreach(path IN LISTS found)
      cmake_path(GET path STEM LAST_ONLY name)
      list(APPEND names "${name}")
    endforeach()
  else()
    # A folder counts once it holds code: git does not keep empty folders, editors do.
    file(GLOB found CONFIGURE_DEPENDS "${PARE_ROOT}/src/${arg_FOLDERS}/*.cpp")
    foreach(path IN LISTS found)
      cmake_path(GET path PARENT_PATH folder)
      cmake_path(GET folder FILENAME name)
      list(APPEND names "${name}")
    endforeach()
  endif()
  list(FILTER names EXCLUDE REGEX "^_|^registry$")
  list(REMOVE_DUPLICATES names)
  if(arg_EXCEPT)
    list(REMOVE_ITEM names ${arg_EXCEPT})
  endif()
  list(SORT names)

  set(lines "")
  set(includes "")
  foreach(NAME IN LISTS names)
    if(NOT NAME MATCHES "^[a-z][a-z0-9_]*$")
      message(FATAL_ERROR "${kind}: '${NAME}' is not a snake_case name, so no symbol can bear it")
    endif()
    string(APPEND lines "PARE_PLUGIN(${arg_PREFIX}_${NAME})\n")
    if(arg_HEADERS)
      string(APPEND includes "#include \"${arg_HEADERS}/${NAME}.hpp\"\n")
    endif()
    set(tested FALSE)
    set(wanted "")
    foreach(pattern IN LISTS arg_TESTS)
      string(CONFIGURE "${pattern}" pattern @ONLY)
      list(APPEND wanted "tests/${pattern}")
      file(GLOB tests CONFIGURE_DEPENDS "${PARE_ROOT}/tests/${pattern}")
      if(tests)
        set(tested TRUE)
      endif()
    endforeach()
    if(NOT tested)
      list(JOIN wanted " or " wanted)
      set_property(GLOBAL APPEND PROPERTY PARE_UNTESTED "${kind}: ${NAME} has no test ${wanted}")
    endif()
  endforeach()

  # CONFIGURE leaves an unchanged file alone, so nothing is compiled anew.
  set(dir "${PARE_GENERATED_DIR}/pare_registry")
  file(CONFIGURE OUTPUT "${dir}/${kind}.inc" CONTENT "${lines}" @ONLY)
  if(arg_HEADERS)
    file(CONFIGURE OUTPUT "${dir}/${kind}_includes.inc" CONTENT "${includes}" @ONLY)
  endif()
  list(LENGTH names count)
  set_property(GLOBAL APPEND_STRING PROPERTY PARE_PLUGINS " ${count} ${kind},")
endfunction()

pare_registry(dtypes  PREFIX dtype  FILES numerics/dtypes/*.hpp HEADERS numerics/dtypes
              TESTS numerics/dtypes/@NAME@_test.cpp)
pare_registry(ops     PREFIX op     FILES ops/*.cpp              TESTS ops/@NAME@_test.cpp)
pare_registry(passes  PREFIX pass   FILES passes/*.cpp           TESTS passes/@NAME@.txt)
pare_registry(architectures PREFIX architecture FILES architectures/models/*.cpp
              TESTS architectures/models_test.cpp)
pare_registry(formats PREFIX format FOLDERS formats/*            TESTS formats/@NAME@/*_test.cpp)
pare_registry(targets PREFIX target FOLDERS targets/*            TESTS targets/@NAME@_test.cpp
              EXCEPT rules)
pare_registry(rules   PREFIX rules  FILES targets/rules/*.cpp    TESTS targets/rules/@NAME@_test.cpp)
pare_registry(methods PREFIX method FILES compress/methods/*.cpp TESTS compress/methods/@NAME@_test.cpp)
pare_registry(verbs   PREFIX verb   FILES cli/verbs/*.cpp
              TESTS cli/@NAME@_test.cpp cli/@NAME@_test.cmake cli/@NAME@_test.sh)

# Which layer may include which table.
set(PARE_REGISTRY_LAYERS dtypes ops passes architectures formats targets compress cli)

get_property(plugins GLOBAL PROPERTY PARE_PLUGINS)
string(REGEX REPLACE ",$" "" plugins "${plugins}")
message(STATUS "Plug-ins:${plugins}")

get_property(untested GLOBAL PROPERTY PARE_UNTESTED)
if(untested)
  list(JOIN untested "\n  " untested)
  if(PARE_ALLOW_UNTESTED)
    message(WARNING "plug-ins without a test:\n  ${untested}")
  else()
    message(FATAL_ERROR "plug-ins without a test (PARE_ALLOW_UNTESTED=ON to go on for now):\n  ${untested}")
  endif()
endif()
