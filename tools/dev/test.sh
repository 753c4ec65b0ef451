# Tests. Each stage leaves its count in build/reports/STAGE.count as "passed failed skipped".

reports=build/reports

# ctest_stage STAGE PRESET CTEST-ARGUMENTS...: runs test programs and counts their cases.
ctest_stage() {
  local stage=$1 preset=$2
  shift 2
  local folder=$PWD/$reports/$stage
  rm -rf "$folder"
  mkdir -p "$folder"
  say "testing $stage"
  GTEST_BRIEF=1 GTEST_OUTPUT="xml:$folder/" ctest --test-dir "build/$preset" -j "$cores" --output-on-failure --no-tests=error \
    --output-junit "$folder/programs.junit" "$@" >&2 || true  # what failed is in the files that are counted
  python3 tools/dev/count.py gtest "$folder" >"$reports/$stage.count"
}

# script_stage STAGE COMMAND...: a program that says "N passed, N failed" at its end.
script_stage() {
  local stage=$1 status=0
  shift
  say "testing $stage"
  "$@" 2>&1 | tee "$reports/$stage.log" >&2 || status=$?
  python3 tools/dev/count.py text "$reports/$stage.log" "$status" >"$reports/$stage.count"
}

# The tests of our own scripts.
python_tests() {
  local folder status=0
  for folder in tools/*/; do
    compgen -G "$folder*_test.py" >/dev/null || continue
    python3 -m unittest discover -b -s "$folder" -p '*_test.py' || status=1
  done
  return $status
}

# summary STAGE...: one table, and the plain line at the end. Fails when anything failed or nothing ran.
summary() {
  python3 tools/dev/count.py summary "$reports" "$@"
}

release_stages() {
  mkdir -p "$reports"
  rm -f "$reports"/*.count
  build release
  ctest_stage release release
  script_stage scripts python_tests
  stages=(release scripts)
  if [ -x tests/e2e/run ]; then
    need_node_modules tests/e2e
    script_stage e2e env CARDEA="$PWD/build/release/cardea" tests/e2e/run
    stages+=(e2e)
  fi
}

# asan_stage: the address and undefined-behaviour checks on everything that runs in process.
asan_stage() {
  build asan
  UBSAN_OPTIONS=print_stacktrace=1 ctest_stage asan asan -L 'unit|protocol'
  stages+=(asan)
}

dev_test() {
  # shellcheck disable=SC2086
  need $packages_build $packages_test
  mkdir -p build
  release_stages
  summary "${stages[@]}"
}

# What continuous integration runs: everything once, then once more under the sanitizers where it is in process.
dev_ci() {
  # shellcheck disable=SC2086
  need $packages_build $packages_test $packages_sanitize
  mkdir -p build
  release_stages
  asan_stage
  summary "${stages[@]}"
}
