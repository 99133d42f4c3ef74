# The checks of the tree itself, as tests: tools/tidy, and the test that plants violations for it.
function(joiner_checks)
  find_program(JOINER_PYTHON python3 REQUIRED)
  add_test(NAME tidy COMMAND ${JOINER_PYTHON} ${CMAKE_SOURCE_DIR}/tools/tidy/tidy.py)
  add_test(NAME tidy_catches_planted_violations
    COMMAND ${JOINER_PYTHON} -B ${CMAKE_SOURCE_DIR}/tools/tidy/tidy_test.py)
  set_tests_properties(tidy tidy_catches_planted_violations PROPERTIES LABELS tree)
endfunction()
