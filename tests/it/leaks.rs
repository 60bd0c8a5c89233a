//! Offline, no packet leaves: a whole session in a network of its own, whose every packet is counted.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::ctl::{Ctl, case_number, program};

/// Packets that were sent, of all devices: every address leads to the loopback of this network, so
/// that a packet to anywhere is counted and none goes farther.
const COUNT: &str = r#"count() { awk 'NR > 2 { n += $11 } END { print n + 0 }' /proc/net/dev; }"#;

/// Runs a script as root of a network namespace of its own; none when this system does not allow it.
fn in_a_network_of_its_own(script: &str) -> Option<String> {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--net", "sh", "-eu", "-c", script]);
    let output = command.stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() || !said.contains("begun"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.status.success().then_some(said)
}

#[test]
fn offline_no_packet_leaves_in_a_whole_session() {
    let ctl = Ctl::with_vault();
    let mail = ctl.file(
        "report.eml",
        "From: reporter@bank.example\r\nSubject: Phishing\r\nMessage-ID: <1@bank.example>\r\n\r\n\
         hxxps://login[.]harbour-bank[.]example/verify\r\n",
    );
    let script = ctl.file(
        "session.sh",
        format!(
            r#"
{COUNT}
ip link set lo up
ip route add local default dev lo
farol() {{ {farolctl} --data-dir {vault} --passphrase-file {passphrase} "$@" > {out} 2>&1; }}
# Something sends while nobody looks (router solicitations, for one), or not: both are told apart.
echo begun
farol lookup login.harbour-bank.example --resolver 192.0.2.53 || true
echo "online $(count)"
farol offline on
before=$(count)
farol import {mail}
farol case open --title Phish --category phishing --severity high --target login.harbour-bank.example
farol lookup login.harbour-bank.example --case {case} --resolver 192.0.2.53 || true
farol lookup login.harbour-bank.example 192.0.2.7 AS64496 ns:ns1.harbour.example
farol lookup waiting
! farol lookup send-waiting
farol registries on
farol case show {case} || true
farol case list
farol search harbour
farol network ours cloudflare
farol lookup ledger
farol offline show
farol journal verify
echo "offline $(( $(count) - before ))"
farol offline off
farol lookup send-waiting || true
echo "again $(( $(count) - before ))"
"#,
            case = case_number(1),
            farolctl = program("farolctl").display(),
            vault = ctl.vault().display(),
            passphrase = ctl.path("passphrase"),
            out = ctl.path("out"),
        ),
    );
    let Some(said) = in_a_network_of_its_own(&fs::read_to_string(script).unwrap()) else {
        eprintln!("not tried: this system does not let a test have a network of its own (unshare)");
        return;
    };
    let number = |word: &str| -> u64 {
        let line = said.lines().find_map(|it| it.strip_prefix(word)).unwrap();
        line.trim().parse().unwrap()
    };
    assert!(number("online ") > 0, "the counter sees a look-up that leaves: {said}");
    assert_eq!(number("offline "), 0, "{said}");
    assert!(number("again ") > 0, "what waited leaves when the desk is online: {said}");
}
