#!/bin/sh
# rustdoc with its unstable options, for cargo's variable RUSTDOC. The compiler must not see the variable
# below: build scripts look for it, and half of the dependencies would compile again.
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
