# Tests that python3 runs: tools/tidy, the test that plants violations for it, and the comparison of plans
# with those of tests/oracle.
function(joiner_checks)
  find_program(JOINER_PYTHON python3 REQUIRED)
  add_test(NAME tidy COMMAND ${JOINER_PYTHON} ${CMAKE_SOURCE_DIR}/tools/tidy/tidy.py)
  add_test(NAME rules COMMAND ${JOINER_PYTHON} -B ${CMAKE_SOURCE_DIR}/tools/rules.py)
  add_test(NAME tidy_catches_planted_violations
    COMMAND ${JOINER_PYTHON} -B ${CMAKE_SOURCE_DIR}/tools/tidy/tidy_test.py)
  set_tests_properties(tidy rules tidy_catches_planted_violations PROPERTIES LABELS tree)
  add_test(NAME oracle
    COMMAND ${JOINER_PYTHON} -B ${CMAKE_SOURCE_DIR}/tests/oracle/oracle_test.py ${JOINER_PROGRAM})
  set_tests_properties(oracle PROPERTIES LABELS oracle TIMEOUT 300)
endfunction()
