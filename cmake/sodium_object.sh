#!/bin/sh
# sodium_object.sh ARCHIVE OBJECT OBJCOPY: libsodium.a as one object, as Debian built it but for two names: argon2 calls
# cardea_argon2_map and cardea_argon2_unmap (src/crypto/work_memory.cc) in place of mmap and munmap. Only libsodium's
# public names stay visible: inside it has an argon2_ctx, as libargon2 has, and they are not the same.
set -eu
archive=$(realpath "$1") object=$(realpath -m "$2") objcopy=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ar x "$archive"
core=$(echo ./*argon2-core.o)
nm "$core" | grep -qw 'U mmap' || { echo "sodium_object.sh: argon2 does not map its memory in $archive" >&2; exit 1; }
"$objcopy" --redefine-sym mmap=cardea_argon2_map --redefine-sym munmap=cardea_argon2_unmap "$core"
ld -r -o all.o ./*.o
"$objcopy" -w --keep-global-symbol='crypto_*' --keep-global-symbol='sodium_*' --keep-global-symbol='randombytes*' all.o "$object"
