# The checks of the tree itself, as tests: tools/tidy and the test that plants violations for it.
function(joiner_checks)
endfunction()
