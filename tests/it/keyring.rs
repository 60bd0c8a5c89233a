//! The eight start states {database, vault.json, key in the system keyring} under each condition
//! that a keyring can be in. Every condition has a session bus and a home of its own.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::ctl::{INVESTIGATOR, PASSPHRASE, program};

/// How a session begins, and the home it has.
struct Condition {
    name: &'static str,
    home: &'static str,
    begins: &'static str,
    /// What opening with the keyring says of a whole vault.
    says: &'static str,
}

const UNLOCKED: &str = "printf right | gnome-keyring-daemon --unlock --components=secrets";

const CONDITIONS: [Condition; 5] = [
    Condition {
        name: "no bus",
        home: "fresh-1",
        begins: "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
        says: "No system keyring answers",
    },
    Condition {
        name: "never unlocked",
        home: "fresh-2",
        begins: "true",
        says: "has no key for this vault",
    },
    Condition {
        name: "wrong password",
        home: "with-key",
        begins: "printf wrong | gnome-keyring-daemon --unlock --components=secrets",
        says: "stayed locked",
    },
    Condition { name: "unlocked", home: "with-key", begins: UNLOCKED, says: "" },
    Condition {
        name: "entry gone",
        home: "fresh-3",
        begins: UNLOCKED,
        says: "has no key for this vault",
    },
];

/// Which files are there, and what opening says when it is not both.
const FILES: [(&[&str], &str); 4] = [
    (&["farol.vault", "vault.json"], ""),
    (&["farol.vault"], "vault.json is missing"),
    (&["vault.json"], "farol.vault is missing"),
    (&[], "There is no vault in this folder"),
];

/// Runs a script in a session of its own, without a display, so that no prompt can wait for anybody.
fn session(home: &Path, script: &str) -> String {
    fs::create_dir_all(home.join("run")).unwrap();
    let output = Command::new("timeout")
        .args(["60", "dbus-run-session", "--", "bash", "-c", script])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every file of a folder, but for the lock that says who looked.
fn content(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    files
        .filter(|it| !it.ends_with("vault.lock"))
        .map(|it| (it.clone(), fs::read(it).unwrap()))
        .collect()
}

#[test]
fn every_start_state_says_what_is_known_and_changes_nothing() {
    let root = TempDir::new().unwrap();
    let at = |name: &str| root.path().join(name);
    let farolctl = program("farolctl").display().to_string();
    fs::write(at("passphrase"), PASSPHRASE).unwrap();
    let made = at("made").display().to_string();
    session(
        &at("with-key"),
        &format!(
            "{UNLOCKED} >/dev/null 2>&1; {farolctl} --data-dir {made} --passphrase-file {} vault create --name '{INVESTIGATOR}' --keyring",
            at("passphrase").display()
        ),
    );
    for condition in CONDITIONS {
        for (n, (files, missing)) in FILES.into_iter().enumerate() {
            let what = format!("{}, {files:?}", condition.name);
            let dir = at(&format!("{}-{n}", condition.name.replace(' ', "-")));
            fs::create_dir(&dir).unwrap();
            for file in files {
                fs::copy(at("made").join(file), dir.join(file)).unwrap();
            }
            let before = content(&dir);
            let said = session(
                &at(condition.home),
                &format!(
                    "{{ {}; }} >/dev/null 2>&1
                     {farolctl} --data-dir {dir} vault status
                     {farolctl} --data-dir {dir} case list 2>&1; echo \"code $?\"",
                    condition.begins,
                    dir = dir.display()
                ),
            );
            let expected = if missing.is_empty() { condition.says } else { missing };
            assert!(said.contains(expected), "{what}: {said}");
            if expected.is_empty() {
                assert!(said.ends_with("code 0\n"), "{what}: {said}");
                continue;
            }
            assert!(!said.contains("code 0"), "{what}: {said}");
            assert_eq!(content(&dir), before, "{what}");
            if missing.is_empty() {
                // Whatever the keyring says, the passphrase opens.
                assert!(said.contains("Use the passphrase"), "{what}: {said}");
                let passphrase = at("passphrase").display().to_string();
                session(
                    &at(condition.home),
                    &format!(
                        "{farolctl} --data-dir {} --passphrase-file {passphrase} case list",
                        dir.display()
                    ),
                );
            }
        }
    }
}
