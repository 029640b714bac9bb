# Everything from outside: where it is found and, in one table, which layer uses it.
# The installed package (pareConfig.cmake) includes this file too, so a fact stands here once.

include_guard(GLOBAL)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
# The module, not the config package: Debian's protobuf ships no config files.
find_package(Protobuf REQUIRED)
find_package(dnnl REQUIRED CONFIG)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(PARE_OPENBLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(PARE_LAPACKE REQUIRED IMPORTED_TARGET lapacke)
pkg_check_modules(PARE_XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(PARE_RE2 REQUIRED IMPORTED_TARGET re2)
# It asks for -pthread, which needs nothing any more and which clang does not let into a file whose
# precompiled headers were made without it.
set_property(TARGET PkgConfig::PARE_RE2 PROPERTY INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(PARE_ICU REQUIRED IMPORTED_TARGET icu-uc)
pkg_check_modules(PARE_PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(PARE_TIFF REQUIRED IMPORTED_TARGET libtiff-4)
pkg_check_modules(PARE_WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(PARE_OPENJPEG REQUIRED IMPORTED_TARGET libopenjp2)

# yaml-cpp 0.7 exports a bare target name, later versions a namespaced one.
if(TARGET yaml-cpp::yaml-cpp)
  set(PARE_YAML yaml-cpp::yaml-cpp)
else()
  set(PARE_YAML yaml-cpp)
endif()

set(PARE_JSON nlohmann_json::nlohmann_json)
set(PARE_LINEAR_ALGEBRA PkgConfig::PARE_OPENBLAS PkgConfig::PARE_LAPACKE)

# OpenMP is public in base: every layer above is compiled with it, as `#pragma omp simd` is used
# in headers.
set(PARE_PUBLIC_DEPENDENCIES_base Threads::Threads OpenMP::OpenMP_CXX)

set(PARE_DEPENDENCIES_base     ${CMAKE_DL_LIBS} OpenSSL::Crypto PkgConfig::PARE_XXHASH ${PARE_JSON})
set(PARE_DEPENDENCIES_kernels  DNNL::dnnl ${PARE_LINEAR_ALGEBRA})
set(PARE_DEPENDENCIES_media    JPEG::JPEG PNG::PNG PkgConfig::PARE_TIFF PkgConfig::PARE_WEBP
    PkgConfig::PARE_OPENJPEG ZLIB::ZLIB)
set(PARE_DEPENDENCIES_ops      PkgConfig::PARE_RE2 PkgConfig::PARE_ICU)
set(PARE_DEPENDENCIES_formats  protobuf::libprotobuf ZLIB::ZLIB ${PARE_JSON})
set(PARE_DEPENDENCIES_data     ${PARE_YAML} ZLIB::ZLIB ${PARE_JSON} PkgConfig::PARE_ICU PkgConfig::PARE_PCRE2)
set(PARE_DEPENDENCIES_runtime  DNNL::dnnl ${PARE_LINEAR_ALGEBRA} ${PARE_JSON})
set(PARE_DEPENDENCIES_targets  ${CMAKE_DL_LIBS} ${PARE_JSON})
set(PARE_DEPENDENCIES_train    ${PARE_JSON})
set(PARE_DEPENDENCIES_evaluate ${PARE_JSON})
set(PARE_DEPENDENCIES_compress ${PARE_YAML} ${PARE_LINEAR_ALGEBRA} ${PARE_JSON})
set(PARE_DEPENDENCIES_search   SQLite::SQLite3 ${PARE_JSON})
set(PARE_DEPENDENCIES_report   ${PARE_JSON})
set(PARE_DEPENDENCIES_api      ${PARE_JSON})
set(PARE_DEPENDENCIES_serve    ${PARE_JSON})
set(PARE_DEPENDENCIES_cli      CLI11::CLI11 fmt::fmt spdlog::spdlog ${PARE_JSON} ${PARE_YAML})
