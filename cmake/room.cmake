# joiner_room(<name> [LINK rooms…] [PUBLIC_LINK libraries…] [PRIVATE_LINK libraries…] [TEST_LINK rooms…])
#
# A room is the folder src/<name>. What lies there decides what is built; no list of files is kept:
#   *.cc, *.h      the static library <name> (an INTERFACE library while there is no .cc)
#   *_test.cc      the executable <name>_test, linked with GoogleTest, RapidCheck, tests/support and TEST_LINK
#   *.proto        compiled by protoc, included as "<name>/x.pb.h"
#   data/*         but README.md, embedded in the library: std::string_view <name>::embedded_file(std::string_view name),
#                  which the room declares in a header of its own; unknown names give an empty view with
#                  data() == nullptr
# main.cc belongs to joiner_program(), not to the library.
function(joiner_room name)
  cmake_parse_arguments(ROOM "" "" "LINK;PUBLIC_LINK;PRIVATE_LINK;TEST_LINK" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  file(GLOB protos CONFIGURE_DEPENDS ${folder}/*.proto)
  file(GLOB data CONFIGURE_DEPENDS ${folder}/data/*)
  list(FILTER data EXCLUDE REGEX "/README\\.md$")
  list(FILTER data EXCLUDE REGEX "\\.md$")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  if(data)
    joiner_embed(embedded ${name} ${data})
    list(APPEND sources ${embedded})
  endif()

  if(sources OR protos)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name}
      PUBLIC joiner_flags ${ROOM_LINK} ${ROOM_PUBLIC_LINK} PRIVATE ${ROOM_PRIVATE_LINK})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE joiner_flags ${ROOM_LINK} ${ROOM_PUBLIC_LINK})
  endif()
  if(protos)
    joiner_protobuf(${name} ${protos})
  endif()
  if(tests)
    joiner_test(${name}_test LABEL unit PREFIX ${name}. SOURCES ${tests}
      LINK ${name} ${ROOM_PRIVATE_LINK} ${ROOM_TEST_LINK} test_support)
  endif()
endfunction()

# joiner_program(<name> <main> LINK rooms…): an executable, as soon as its main exists.
function(joiner_program name main)
  cmake_parse_arguments(PROGRAM "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${main})
  if(sources)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE ${PROGRAM_LINK})
  endif()
endfunction()

function(joiner_test_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE joiner_flags GTest::gmock_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  # Optimising the tests themselves takes half of a sanitized build, and they spend their time in the rooms.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
endfunction()

# joiner_test(<name> SOURCES files… LINK targets… LABEL label PREFIX prefix): a GoogleTest executable; each of
# its tests is one of ctest's, as <prefix>Suite.name. Tests run in the root of the source tree (so
# "tests/cases" is a path) and find the program to drive in the environment variable JOINER_PROGRAM: no path
# is compiled in, so that ccache can share.
set(JOINER_PROGRAM ${CMAKE_BINARY_DIR}/joiner CACHE STRING "the program that tests drive")
function(joiner_test name)
  cmake_parse_arguments(TEST "" "LABEL;PREFIX" "SOURCES;LINK" ${ARGN})
  joiner_test_program(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_LINK} rapidcheck_gtest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    TEST_PREFIX "${TEST_PREFIX}" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES LABELS "${TEST_LABEL}" TIMEOUT 120 ENVIRONMENT "JOINER_PROGRAM=${JOINER_PROGRAM}")
endfunction()

# joiner_embed(<variable> <room> files…): writes a source that holds the bytes of the files; sets variable to it.
function(joiner_embed variable room)
  set(output ${CMAKE_BINARY_DIR}/generated/${room}/embedded_file.cc)
  set(assembly "")
  set(declarations "")
  set(rows "")
  set(index 0)
  foreach(file ${ARGN})
    cmake_path(GET file FILENAME file_name)
    set(symbol embedded_${room}_${index})
    string(APPEND assembly
      "    \".balign 64\\n${symbol}_begin:\\n.incbin \\\"${file}\\\"\\n${symbol}_end:\\n.zero 64\\n\"\n")
    string(APPEND declarations "extern \"C\" const char ${symbol}_begin[], ${symbol}_end[];\n")
    string(APPEND rows "    {\"${file_name}\", ${symbol}_begin, ${symbol}_end},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [=[
// Made by cmake/room.cmake from src/@room@/data.
#include <string_view>

asm(".section .rodata\n"
@assembly@    ".text\n");

@declarations@
namespace @room@ {
std::string_view embedded_file(std::string_view name);
std::string_view embedded_file(std::string_view name) {
  struct File {
    std::string_view name;
    const char* begin;
    const char* end;
  };
  static const File files[] = {
@rows@  };
  for (const File& file : files) {
    if (file.name == name) return {file.begin, file.end};
  }
  return {};
}
}  // namespace @room@
]=])
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${ARGN}")
  set(${variable} ${output} PARENT_SCOPE)
endfunction()

# joiner_protobuf(<room> protos…): compiles the protos into the room's library, without our warnings.
function(joiner_protobuf room)
  set(folder ${CMAKE_BINARY_DIR}/generated)
  foreach(proto ${ARGN})
    cmake_path(GET proto STEM stem)
    set(output ${folder}/${room}/${stem}.pb.cc)
    add_custom_command(OUTPUT ${output} ${folder}/${room}/${stem}.pb.h
      COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}/${room}
      COMMAND protobuf::protoc --cpp_out=${folder} -I ${CMAKE_SOURCE_DIR}/src ${proto}
      DEPENDS ${proto})
    set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -w)
    target_sources(${room} PRIVATE ${output} ${folder}/${room}/${stem}.pb.h)
  endforeach()
  target_include_directories(${room} SYSTEM PRIVATE ${folder})
endfunction()

# tests/support: builders and verbs that tests share (include as "support/x.h").
file(GLOB joiner_support CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.cc)
if(joiner_support)
  add_library(test_support STATIC ${joiner_support})
  target_link_libraries(test_support PUBLIC model base GTest::gmock)
  target_include_directories(test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
else()
  add_library(test_support INTERFACE)
endif()

# Every folder tests/<x> with *_test.cc becomes, with all its *.cc, the executable <x>_test (tests/cases: the runner of
# tests/cases/*.case) linked with all rooms; its tests carry the label <x>. tests/support and tests/bench are not such
# folders.
function(joiner_test_folders)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*/*_test.cc)
  set(folders "")
  foreach(source ${sources})
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(GET folder FILENAME folder)
    list(APPEND folders ${folder})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  list(REMOVE_ITEM folders control_plane)
  foreach(folder ${folders})
    file(GLOB sources_of_${folder} CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*.cc)
    joiner_test(${folder}_test LABEL ${folder} PREFIX ${folder}. SOURCES ${sources_of_${folder}} LINK app test_support)
    if(TARGET joiner)
      add_dependencies(${folder}_test joiner)
    endif()
  endforeach()
endfunction()

# tests/control_plane: `joiner controller` on a real control plane (`make e2e`), which is started once for all tests
# of the executable; so ctest has one entry for them.
function(joiner_control_plane_test)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/control_plane/*.cc)
  joiner_test_program(control_plane_test ${sources})
  target_link_libraries(control_plane_test PRIVATE app test_support)
  add_dependencies(control_plane_test joiner)
  add_test(NAME control_plane COMMAND control_plane_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(control_plane PROPERTIES LABELS control_plane TIMEOUT 1800
    ENVIRONMENT "JOINER_PROGRAM=${JOINER_PROGRAM}")
endfunction()

# tests/planted: the engine with faults that a switch turns on. Objects of the executable stand before those of
# libraries, so the planted sources take the places of the right ones.
function(joiner_planted_faults)
  find_program(JOINER_PYTHON python3 REQUIRED)
  set(planter ${CMAKE_SOURCE_DIR}/tests/planted/plant.py)
  foreach(name limits relax topology)
    set(source ${CMAKE_SOURCE_DIR}/src/engine/${name}.cc)
    set(planted ${CMAKE_BINARY_DIR}/generated/planted/${name}.cc)
    add_custom_command(OUTPUT ${planted} COMMAND ${JOINER_PYTHON} ${planter} ${source} ${planted}
      DEPENDS ${planter} ${source})
    target_sources(planted_test PRIVATE ${planted})
  endforeach()
  foreach(name generator judge_engine judging)
    target_sources(planted_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/properties/${name}.cc)
  endforeach()
endfunction()

# tests/bench/*.cc: one executable of Google Benchmark.
function(joiner_benchmarks)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bench/*.cc)
  if(sources)
    add_executable(joiner_bench ${sources})
    target_link_libraries(joiner_bench PRIVATE joiner_flags app test_support benchmark::benchmark_main)
    target_include_directories(joiner_bench PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  endif()
endfunction()
