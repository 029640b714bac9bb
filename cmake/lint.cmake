# `lint` is a target so that the workflow preset can name it.
add_custom_target(lint
  COMMAND "${PROJECT_SOURCE_DIR}/tools/lint.sh" "${CMAKE_BINARY_DIR}"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
  USES_TERMINAL VERBATIM)
if(TARGET pare_onnx_schema)
  add_dependencies(lint pare_onnx_schema)
endif()
