#!/bin/sh
# Write tests/native/libgsampler.abi anew, which tests compare the library with. A change of it that is not an addition
# needs another SONAME (ABI in native/build.py).
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CFLAGS=-g python native/build.py --prefix "$work"
abidw --type-id-style hash --no-corpus-path --no-comp-dir-path --no-show-locs "$work/lib/libgsampler.so.1" >tests/native/libgsampler.abi
