# The rooms of the house and who may look into which: the only copy of docs' "may include" column.
#
#   pare_layer(<name> <folder below src> [SEES <direct neighbours below>...] [TESTS_ALSO <layers>...])
#
# "and below" is derived: what a neighbour sees is seen too. The rows stand in build order, so a
# row may only name rows above itself, and a circle cannot be written down.
#
# TESTS_ALSO: layers that only the tests of a layer may use besides its own (an oracle, say).
#
# This file has no project commands: the build and the test that reads every include share it.

set(PARE_LAYERS "")

macro(pare_layer name folder)
  cmake_parse_arguments(_row "" "" "SEES;TESTS_ALSO" ${ARGN})
  set(_all "")
  foreach(_neighbour IN LISTS _row_SEES)
    if(NOT _neighbour IN_LIST PARE_LAYERS)
      message(FATAL_ERROR "layer ${name} sees ${_neighbour}, which is not below it in the table")
    endif()
    list(APPEND _all ${_neighbour} ${PARE_SEES_${_neighbour}})
  endforeach()
  list(REMOVE_DUPLICATES _all)
  set(PARE_SEES_${name} "${_all}")
  set(PARE_FOLDER_${name} "${folder}")
  set(PARE_TESTS_ALSO_${name} "${_row_TESTS_ALSO}")
  list(APPEND PARE_LAYERS ${name})
endmacro()

pare_layer(base     base)
pare_layer(numerics numerics        SEES base)
pare_layer(dtypes   numerics/dtypes SEES numerics)
pare_layer(tensor   tensor          SEES dtypes)
pare_layer(ir       ir              SEES tensor)
pare_layer(kernels  kernels         SEES tensor)
pare_layer(media    media           SEES tensor)
pare_layer(ops      ops             SEES ir media)
pare_layer(passes   passes          SEES ir                          TESTS_ALSO ops)
pare_layer(autodiff autodiff        SEES ir                          TESTS_ALSO ops)
pare_layer(architectures architectures SEES ir                       TESTS_ALSO ops)
pare_layer(formats  formats         SEES architectures               TESTS_ALSO ops)
pare_layer(data     data            SEES tensor media)
pare_layer(runtime  runtime         SEES ir kernels                  TESTS_ALSO ops passes)
pare_layer(targets  targets         SEES runtime                     TESTS_ALSO ops formats)
pare_layer(train    train           SEES runtime autodiff data       TESTS_ALSO ops passes)
pare_layer(evaluate evaluate        SEES targets data                TESTS_ALSO ops passes)
pare_layer(compress compress        SEES train evaluate passes       TESTS_ALSO ops formats)
pare_layer(search   search          SEES compress                    TESTS_ALSO ops formats)
pare_layer(report   report          SEES search                      TESTS_ALSO ops formats)
# The public face (include/pare) is implemented in api/; it and the two programs see everything.
pare_layer(api      api             SEES report ops formats)
pare_layer(serve    serve           SEES report ops formats)
pare_layer(cli      cli             SEES serve api)

# The layer that a path relative to src/ (or tests/) belongs to: the longest folder wins, so that
# numerics/dtypes is not numerics. Empty when there is none.
function(pare_layer_of path result)
  set(best "")
  set(best_length -1)
  foreach(layer IN LISTS PARE_LAYERS)
    set(folder "${PARE_FOLDER_${layer}}/")
    string(LENGTH "${folder}" length)
    string(FIND "${path}" "${folder}" at)
    if(at EQUAL 0 AND length GREATER best_length)
      set(best ${layer})
      set(best_length ${length})
    endif()
  endforeach()
  set(${result} "${best}" PARENT_SCOPE)
endfunction()
