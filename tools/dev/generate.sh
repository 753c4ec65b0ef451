# docs/reference: pages made from the program and the tests. They are committed, and lint compares.

# generate FOLDER: writes every page there. Needs build/release/cardea.
generate() {
  local folder=$1
  mkdir -p "$folder"
  build/release/cardea gen options >"$folder/options.md"
  build/release/cardea gen routes >"$folder/routes.md"
  build/release/cardea gen openapi >"$folder/openapi.json"
  python3 tools/gen/scenarios.py >"$folder/scenarios.md"
  python3 tools/gen/rfc_coverage.py >"$folder/rfc-coverage.md"
  # Written by an end-to-end test, which compares it with what it saw.
  [ "$folder" = docs/reference ] || cp docs/reference/admin-client.md "$folder"
}

dev_generate() {
  need python3:python3
  dev_build
  generate "$1"
}

check_generated() {
  rm -rf build/reference
  generate build/reference
  if diff -ru docs/reference build/reference; then
    echo "lint generated: ok"
  else
    echo "lint generated: docs/reference is not what ./dev gen writes"
    return 1
  fi
}
