# Toolchain: Debian's cross-compiler for 64-bit ARM, the libraries that tools/get-arm-root.sh fetched,
# and qemu for what is run while building and testing.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(PARE_ARM_ROOT "${CMAKE_CURRENT_LIST_DIR}/../build/arm-root" CACHE PATH "root of an ARM system")
set(PARE_ARM_CPU max CACHE STRING "what qemu pretends to be: max, neoverse-n1, cortex-a72 ...")
# Files that only try out a compiler are told too.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PARE_ARM_ROOT PARE_ARM_CPU)
get_filename_component(root "${PARE_ARM_ROOT}" ABSOLUTE)
set(CMAKE_SYSROOT "${root}")
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR "qemu-aarch64;-cpu;${PARE_ARM_CPU};-L;${root}")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${root}")
set(ENV{PKG_CONFIG_LIBDIR} "${root}/usr/lib/aarch64-linux-gnu/pkgconfig:${root}/usr/share/pkgconfig")

# The generator of the ONNX schema runs here.
find_program(Protobuf_PROTOC_EXECUTABLE protoc)
# The cross-compiler finds no linkers but its own.
set(PARE_LLD OFF CACHE FILEPATH "linker that takes less time")
