//! What a vault survives, in short; `make soak` is the long form.

use std::process::{Command, Stdio};

use crate::ctl::program;

#[test]
fn a_vault_survives_kills_a_refusing_disk_and_damage() {
    let output =
        Command::new(program("soak")).arg("--short").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
