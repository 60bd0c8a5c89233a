# The four commands of the house. Each installs what is missing on Debian 12 or newer.
.PHONY: run test tables leaks bench soak bundle setup ui bindings pictures

export CARGO_TERM_COLOR ?= auto
# Lints run while the workspace builds; dependencies are built once for every step.
LINTED = RUSTC_WORKSPACE_WRAPPER=clippy-driver
NODE = PATH="$(HOME)/.cache/farol/node/node_modules/node/bin:$$PATH"

run: setup tables ui
	cargo build --workspace
	.ci/run-window $(ARGS)

test: setup
	cargo fmt --all --check
	$(MAKE) ui
	cd ui && $(NODE) npm run --silent check && $(NODE) npm run --silent lint && $(NODE) npm run --silent test
	$(LINTED) cargo build --workspace --all-targets --locked
	.ci/session env $(LINTED) cargo nextest run --workspace --locked --no-fail-fast

# That no packet leaves while the desk is offline: a session in a network of its own.
leaks: setup
	$(LINTED) cargo build --workspace --all-targets --locked
	$(LINTED) cargo nextest run --package farol-tests --locked --no-capture leaks

# Look-ups are compared with nsd, dnsperf, adns-tools, bind9-dnsutils and massdns where they are installed, and
# with a resolver of another house that is built here and is no part of this one.
bench: setup ui
	cargo build --release --package farol --package farol-cli --package farol-tests --features farol/automation
	cargo build --release --manifest-path tests/bench/hickory/Cargo.toml --target-dir $${CARGO_TARGET_DIR:-target}
	.ci/session $${CARGO_TARGET_DIR:-target}/release/bench

# What a vault survives: kills, a disk that refuses, damage. Half an hour.
soak: setup
	cargo build --package farol-tests
	$${CARGO_TARGET_DIR:-target}/debug/soak

bundle: setup tables ui
	cargo install tauri-cli --version '^2' --locked
	cd src-tauri && cargo tauri build --features vendored-openssl $$(../.ci/tables --for-tauri) -- --profile dist

setup:
	@.ci/setup

# The offline table of networks. Nothing waits for it but who looks addresses up.
tables:
	@$(NODE) .ci/tables

ui: ui/node_modules/.installed
	cd ui && $(NODE) npm run --silent build

ui/node_modules/.installed: ui/package-lock.json
	cd ui && $(NODE) npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

# The typed door between window and house, written anew.
bindings: setup ui
	FAROL_WRITE_BINDINGS=1 $(LINTED) cargo nextest run --package farol the_generated_bindings
