#!/usr/bin/env bash
# run_shard.sh PROGRAM INDEX TOTAL: the part INDEX (from 0) of TOTAL of a GoogleTest program's cases. A program that takes
# longer than all others together is spread over the cores by this; each part leaves its own report.
set -euo pipefail
program=$1
export GTEST_SHARD_INDEX=$2 GTEST_TOTAL_SHARDS=$3
case ${GTEST_OUTPUT:-} in
  xml:*/) export GTEST_OUTPUT="$GTEST_OUTPUT$(basename "$program").$GTEST_SHARD_INDEX.xml" ;;
esac
exec "$program"
