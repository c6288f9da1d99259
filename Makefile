# Thin names for `cargo xtask`, which does the work.
.PHONY: run test bench lint setup fmt

run test bench lint setup fmt:
	cargo xtask $@
