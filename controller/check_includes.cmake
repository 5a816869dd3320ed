# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0

# Fails if a file of ROOT/FOLDER includes a file of a folder that is not among VISIBLE (separated by commas).
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" visible "${VISIBLE}")
file(GLOB files ${ROOT}/${FOLDER}/*.cpp ${ROOT}/${FOLDER}/*.hpp)
foreach(file ${files})
  file(STRINGS ${file} includes REGEX "^#include \"")
  foreach(line ${includes})
    string(REGEX REPLACE "^#include \"(.*)/[^/]*\"$" "\\1" folder "${line}")
    if(NOT folder IN_LIST visible)
      file(RELATIVE_PATH shown ${ROOT} ${file})
      message(SEND_ERROR "${shown}: ${line}: ${FOLDER} may not include ${folder}; see controller/CMakeLists.txt")
    endif()
  endforeach()
endforeach()
