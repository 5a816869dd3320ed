# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0

# Writes FILE, a header that defines REGCRED_VERSION: the environment variable of this name, which 'make release' sets, or
# VERSION; and REGCRED_REVISION: the commit of SOURCE, or "" where SOURCE is not the top of a git repository. FILE keeps
# its time if it says the same already.
cmake_minimum_required(VERSION 3.25)
function(regcred_git result)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0 git -C ${SOURCE} ${ARGN}
    OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    set(output "")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

set(revision "")
# Sources that were unpacked inside another repository are not of its commit.
if(EXISTS ${SOURCE}/.git)
  regcred_git(revision rev-parse HEAD)
endif()
if(revision)
  string(SUBSTRING ${revision} 0 12 revision)
  regcred_git(changes status --porcelain)
  if(changes)
    string(APPEND revision -modified)
  endif()
endif()
if(NOT "$ENV{REGCRED_VERSION}" STREQUAL "")
  set(VERSION "$ENV{REGCRED_VERSION}")
endif()
file(CONFIGURE OUTPUT ${FILE} CONTENT "#define REGCRED_VERSION \"@VERSION@\"\n#define REGCRED_REVISION \"@revision@\"\n" @ONLY)
