# joiner_fuzz(): every tests/fuzz/<name>_fuzz.cc holds one target (tests/support/fuzz_target.h).
#
# In every build all targets are part of fuzz_test, which runs each for a moment over its corpus and seeded
# changes of it. With JOINER_FUZZ (the preset `fuzz`) each becomes the program fuzz_<name> of libFuzzer as well,
# and the rooms are compiled so that it sees which of their branches it reaches. It links the rooms that its line
# `// Links: base model` names, or app.
function(joiner_fuzz)
  file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
  if(NOT JOINER_FUZZ)
    return()
  endif()
  add_custom_target(fuzz_all)
  foreach(target ${targets})
    cmake_path(GET target STEM name)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${target} ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzzer.cc)
    file(STRINGS ${target} rooms REGEX "^// Links: ")
    string(REGEX REPLACE "^// Links: " "" rooms "${rooms}")
    separate_arguments(rooms)
    if(NOT rooms)
      set(rooms app)
    endif()
    target_link_libraries(fuzz_${name} PRIVATE joiner_flags ${rooms})
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_all fuzz_${name})
  endforeach()
endfunction()
