# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0

# regcred_precompile(TARGET [FROM]): the target's files begin with precompiled.hpp, compiled once in the target FROM.
function(regcred_precompile target)
  if(REGCRED_PRECOMPILE)
    set(from regcred_precompiled)
    if(ARGC GREATER 1)
      set(from ${ARGV1})
    endif()
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# regcred_precompiled(TARGET HEADER): compiles a header once for the targets that reuse it.
function(regcred_precompiled target header)
  if(REGCRED_PRECOMPILE)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp CONTENT "")
    add_library(${target} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp)
    # So that ccache takes two of the same content for the same.
    target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)
    target_link_libraries(${target} PRIVATE regcred_options ${ARGN})
    target_precompile_headers(${target} PRIVATE ${header})
  endif()
endfunction()

# regcred_library(FOLDER [BELOW FOLDER...] [LIBRARIES ...] [PRIVATE_LIBRARIES ...])
# The library of one folder. It may include files of its own folder, of those named in BELOW, and of those that they
# may include.
function(regcred_library folder)
  cmake_parse_arguments(LIBRARY "" "" "BELOW;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.hpp)

  set(visible ${folder})
  set(below)
  foreach(lower ${LIBRARY_BELOW})
    string(REPLACE / _ target regcred_${lower})
    list(APPEND below ${target})
    get_target_property(seen ${target} REGCRED_VISIBLE)
    list(APPEND visible ${seen})
  endforeach()
  list(REMOVE_DUPLICATES visible)

  string(REPLACE / _ name regcred_${folder})
  set(checked ${CMAKE_CURRENT_BINARY_DIR}/${name}.checked)
  string(REPLACE ";" "," visible_text "${visible}")
  add_custom_command(OUTPUT ${checked}
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_SOURCE_DIR} -DFOLDER=${folder}
      -DVISIBLE=${visible_text} -P ${CMAKE_CURRENT_SOURCE_DIR}/check_includes.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${checked}
    DEPENDS ${sources} ${headers} ${CMAKE_CURRENT_SOURCE_DIR}/check_includes.cmake
    COMMENT "Checking what ${folder} includes")

  if(sources)
    set(visibility PUBLIC)
    add_library(${name} STATIC ${sources} ${checked})
    target_link_libraries(${name} PRIVATE regcred_options)
    regcred_precompile(${name})
  else()
    set(visibility INTERFACE)
    add_library(${name} INTERFACE)
    target_sources(${name} PRIVATE ${checked})
  endif()
  set_target_properties(${name} PROPERTIES REGCRED_VISIBLE "${visible}")
  target_include_directories(${name} ${visibility} ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} ${visibility} ${below} ${LIBRARY_LIBRARIES})
  if(LIBRARY_PRIVATE_LIBRARIES)
    target_link_libraries(${name} PRIVATE ${LIBRARY_PRIVATE_LIBRARIES})
  endif()
endfunction()
