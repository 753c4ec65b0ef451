# Building, and what is started from a build.

cores=$(nproc)
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
export NINJA_STATUS='[%f/%t %es] '

# build PRESET TARGET...: configures when needed; without targets, everything.
build() {
  local preset=$1
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    say "configuring $preset"
    cmake --preset "$preset" >"build/$preset.log" 2>&1 || {
      tail -n 30 "build/$preset.log" >&2
      return 1
    }
  fi
  say "building $preset${*:+: $*}"
  ninja -C "build/$preset" -j "$cores" "$@" >&2
}

dev_build() {
  # shellcheck disable=SC2086
  need $packages_build
  mkdir -p build
  build release cardea
}

dev_run() {
  dev_build
  say "starting; stop with Ctrl-C"
  exec build/release/cardea start-dev --data-dir data "$@"
}

dev_bench() {
  # shellcheck disable=SC2086
  need $packages_bench
  dev_build
  exec bench/run "$@"
}

dev_fuzz() {
  local seconds=${1:-60} only=${2:-}
  # shellcheck disable=SC2086
  need $packages_build $packages_sanitize
  mkdir -p build
  local names=() file
  while IFS= read -r file; do names+=("$(basename "$file" .cc)"); done < <(find src -name '*_fuzz.cc' | sort)
  if [ -n "$only" ]; then
    [[ " ${names[*]} " == *" $only "* ]] || { echo "dev: no fuzzer is called $only; there are: ${names[*]}" >&2; return 2; }
    names=("$only")
  fi
  [ ${#names[@]} -gt 0 ] || return 0
  build fuzz "${names[@]}" || return 1
  local name failed=0
  for name in "${names[@]}"; do fuzz_one "$name" "$seconds" || failed=$((failed + 1)); done
  echo "fuzz: $((${#names[@]} - failed)) passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# New inputs go to build/fuzz/corpus; tests/corpus is only read. What crashes is kept in build/fuzz/found.
fuzz_one() {
  local name=$1 seconds=$2 found=build/fuzz/found
  mkdir -p "build/fuzz/corpus/$name" "$found" "tests/corpus/$name"
  say "fuzzing $name for $seconds s"
  if "build/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
    -artifact_prefix="$found/$name-" "build/fuzz/corpus/$name" "tests/corpus/$name" >"build/fuzz/$name.log" 2>&1; then
    return 0
  fi
  tail -n 40 "build/fuzz/$name.log"
  echo "$name failed; the input is in $found. Run it again with: build/fuzz/$name FILE"
  return 1
}

dev_format() {
  # shellcheck disable=SC2086
  need $packages_lint
  find src tests bench -name '*.cc' -o -name '*.h' | grep -v node_modules | xargs clang-format-19 -i
}
