# The compiler, its flags, and how compiled objects are kept (ccache) and linked (mold).

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} cannot build Joiner: before GCC 13, a temporary made with braces "
    "(or a lambda with captures) in a statement that contains co_await is destroyed twice, so correct "
    "coroutines crash without one warning. Use clang 19 (`cmake --preset dev`) or GCC 13 and newer. "
    "See docs/decisions/0001-compiler.md.")
endif()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Debug CACHE STRING "Debug or Release" FORCE)
endif()
set(JOINER_SANITIZE "" CACHE STRING "sanitizers, as for -fsanitize=: address,undefined or thread")

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

# What every source of ours is compiled with. -ffp-contract=off makes floating point agree between machines.
add_library(joiner_flags INTERFACE)
target_compile_options(joiner_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -ffp-contract=off -fno-omit-frame-pointer)
target_include_directories(joiner_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)

option(JOINER_FUZZ "programs of libFuzzer for tests/fuzz" OFF)
if(JOINER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

if(JOINER_SANITIZE)
  add_compile_options(-fsanitize=${JOINER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${JOINER_SANITIZE})
endif()

find_program(JOINER_MOLD mold)
if(JOINER_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# ccache shares objects between build folders: the folder's name is no part of the key. Inside the source
# tree (build/<preset>) paths are made relative as well, so that clones share too.
find_program(JOINER_CCACHE ccache)
if(JOINER_CCACHE)
  set(JOINER_CCACHE_SETTINGS CCACHE_NOHASHDIR=1 CCACHE_ABSSTDERR=1)
  cmake_path(IS_PREFIX CMAKE_SOURCE_DIR ${CMAKE_BINARY_DIR} NORMALIZE JOINER_BUILD_IS_INSIDE)
  if(JOINER_BUILD_IS_INSIDE)
    list(APPEND JOINER_CCACHE_SETTINGS CCACHE_BASEDIR=${CMAKE_SOURCE_DIR})
    # What std::source_location says in a message: src/base/x.cc
    target_compile_options(joiner_flags INTERFACE -fmacro-prefix-map=../../=)
  else()
    target_compile_options(joiner_flags INTERFACE -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${JOINER_CCACHE_SETTINGS} ${JOINER_CCACHE})
endif()
