# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0

# Fails if a file of ROOT/FOLDER includes a file of ROOT that is in a folder not among VISIBLE (separated by commas).
# An include in quotes is always meant for a file of ROOT, and names its folder.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" visible "${VISIBLE}")
set(directive "^[ \t]*(/\\*.*\\*/[ \t]*)?(#|%:)[ \t]*(include|include_next|import)([^a-z_]|$)")
file(GLOB files ${ROOT}/${FOLDER}/*.cpp ${ROOT}/${FOLDER}/*.hpp)
foreach(file ${files})
  file(RELATIVE_PATH shown ${ROOT} ${file})
  file(STRINGS ${file} includes REGEX "${directive}")
  foreach(line ${includes})
    string(REGEX REPLACE "${directive}" "\\4" rest "${line}")
    if(NOT rest MATCHES "([\"<])([^\">]+)[\">]")
      message(SEND_ERROR "${shown}: ${line}: name the file in quotes or angle brackets")
      continue()
    endif()
    set(is_quoted OFF)
    if(CMAKE_MATCH_1 STREQUAL "\"")
      set(is_quoted ON)
    endif()
    cmake_path(SET path NORMALIZE "${CMAKE_MATCH_2}")
    if(NOT is_quoted AND NOT EXISTS ${ROOT}/${path})
      continue() # a system header
    endif()
    cmake_path(GET path PARENT_PATH folder)
    if(NOT folder IN_LIST visible)
      message(SEND_ERROR "${shown}: ${line}: ${FOLDER} may not include ${folder}; see controller/CMakeLists.txt")
    endif()
  endforeach()
endforeach()
