# Everything before a change is handed over. A stage that fails does not stop the next.

dev_check() {
  # shellcheck disable=SC2086
  need $packages_build $packages_test $packages_sanitize $packages_lint $packages_tidy $packages_gcc
  mkdir -p build
  release_stages
  asan_stage
  tsan_stage
  steps=()
  step "g++ 12" build gcc cardea
  step "clang-tidy" tidy "${1:-}"
  step "fuzz smoke" dev_fuzz 10
  if [ "${1:-}" = --all ]; then step "mutants" dev_mutants; fi
  step "lint" lint_all
  say "done"
  printf '%s\n' "${steps[@]}"
  local failed=0
  [[ "${steps[*]}" == *failed* ]] && failed=1
  summary "${stages[@]}" || failed=1
  return $failed
}

# step NAME COMMAND...: runs it and notes the result.
step() {
  local name=$1
  shift
  say "$name"
  if ("$@") >&2; then steps+=("$(printf '%-12s ok' "$name")"); else steps+=("$(printf '%-12s failed' "$name")"); fi
}

# The thread checker, where threads meet: the server, the store and its writer.
tsan_stage() {
  build tsan http_test db_test store_test store_suite core_test
  TSAN_OPTIONS=halt_on_error=1 ctest_stage tsan tsan -R '^(http_test|db_test|store_test|store_suite.*|core_test)$'
  stages+=(tsan)
}

# tidy [--all]: sources that differ from the main branch, committed or not, and where none does, those of the last commits;
# or all of them, which takes half an hour.
tidy_commits=10
tidy() {
  local base files
  if [ "${1:-}" = --all ]; then
    files=$(git ls-files 'src/*.cc')
  else
    base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || echo HEAD)
    files=$(git diff --name-only --diff-filter=d "$base" -- 'src/*.cc')
    if [ -z "$files" ]; then
      base=$(git rev-list --max-count=$((tidy_commits + 1)) HEAD | tail -n 1)
      echo "no source differs from the main branch: looking at what its last $tidy_commits commits changed"
      files=$(git diff --name-only --diff-filter=d "$base" -- 'src/*.cc')
    fi
  fi
  files=$(grep -v '_test.cc$\|_bench.cc$\|_fuzz.cc$' <<<"$files" || true)
  [ -n "$files" ] || { echo "there is no source to look at; ./dev check --all looks at every one"; return 0; }
  build release
  echo "$(wc -l <<<"$files") files"
  xargs -P "$cores" -n 1 clang-tidy-19 --quiet -p build/release <<<"$files"
}

# dev_mutants [CLASS...]: in build/mutants, where what was built once stays.
dev_mutants() {
  # shellcheck disable=SC2086
  need $packages_build $packages_test
  mkdir -p build
  python3 tools/mutants/mutants.py "$@"
}

lint_all() {
  local status=0
  python3 tools/lint/lint.py "$@" || status=1
  if [ $# -eq 0 ]; then
    build release cardea || return 1
    check_generated || status=1
  fi
  return $status
}

dev_lint() {
  # shellcheck disable=SC2086
  need $packages_lint
  mkdir -p build
  if [ $# -eq 0 ]; then need $packages_build; fi
  lint_all "$@"
}
