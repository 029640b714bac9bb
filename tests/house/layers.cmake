# No file includes a layer that its own may not see.

cmake_minimum_required(VERSION 3.25)

include("${CMAKE_CURRENT_LIST_DIR}/check_layers.cmake")
pare_check_includes("${ROOT}" wrong)
if(wrong)
  list(JOIN wrong "\n  " wrong)
  message(FATAL_ERROR "includes against the layers:\n  ${wrong}")
endif()
