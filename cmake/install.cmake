# `cmake --install` gives the program, the public headers and a package that find_package(pare)
# finds. Headers of src/ are not installed: they may change without notice.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/pare")

set(exported pare_public ${PARE_LIBRARIES})
if(TARGET pare_onnx_schema)
  list(APPEND exported pare_onnx_schema)
endif()
install(TARGETS ${exported} EXPORT pareTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}/pare")
install(EXPORT pareTargets NAMESPACE pare:: DESTINATION "${package_dir}")
if(TARGET pare)
  install(TARGETS pare RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/include/pare")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/pare" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/pareConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/pareConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/pareConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/pareConfig.cmake" "${CMAKE_BINARY_DIR}/pareConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/dependencies.cmake" DESTINATION "${package_dir}")
