# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0

# A toolchain file: clang builds for linux/arm64, with the libraries that sysroot.sh unpacked. The same compiler and
# linker as for the machine's own.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
get_filename_component(CMAKE_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../../build/sysroot/arm64 ABSOLUTE)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
foreach(tool AR RANLIB STRIP)
  string(TOLOWER ${tool} name)
  set(CMAKE_${tool} /usr/bin/llvm-${name}-19)
endforeach()
# The linker, also of CMake's own checks.
set(CMAKE_EXE_LINKER_FLAGS_INIT -fuse-ld=lld)
# The names of headers that end up in the binary are those that they have on a machine of that architecture.
set(CMAKE_CXX_FLAGS_INIT -ffile-prefix-map=${CMAKE_SYSROOT}=)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Runs the unit tests.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L ${CMAKE_SYSROOT})
