//! `farolctl` in a folder of its own.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use farol_model::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "lamp oil and salt water";
pub(crate) const INVESTIGATOR: &str = "Ines Farrow";

/// The number of this year's case `n`.
#[expect(
    clippy::disallowed_methods,
    reason = "the built programs take the year from the same clock"
)]
pub(crate) fn case_number(n: u32) -> &'static str {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let year = Timestamp::from_ms(i64::try_from(since_1970.as_millis()).unwrap()).year();
    String::leak(format!("ESC-{year}-{n:04}"))
}

/// A program that `cargo build --workspace` made.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built; run `make test`", path.display());
    path
}

pub(crate) struct Ctl {
    pub(crate) dir: TempDir,
}

impl Ctl {
    /// An empty folder and a passphrase file.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        Self { dir }
    }

    /// A folder with a vault.
    pub(crate) fn with_vault() -> Self {
        let ctl = Self::empty();
        ctl.ok(&["vault", "create", "--name", INVESTIGATOR]);
        ctl
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.dir.path().join("vault")
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.dir.path().join(name), bytes).unwrap();
        self.path(name)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(program("farolctl"));
        command.env("FAROL_CHEAP_KEYS", "1").arg("--data-dir").arg(self.vault());
        command.arg("--passphrase-file").arg(self.dir.path().join("passphrase"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).stdin(Stdio::null()).output().unwrap()
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses early closes its end; that is its right.
        drop(child.stdin.take().unwrap().write_all(input));
        child.wait_with_output().unwrap()
    }

    /// Runs and returns the JSON objects it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> Vec<Value> {
        let output = self.run(&[&["--json"], args].concat());
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        lines(&output)
    }

    /// Runs and returns the one object it printed.
    pub(crate) fn one(&self, args: &[&str]) -> Value {
        let mut lines = self.ok(args);
        assert_eq!(lines.len(), 1, "{args:?}");
        lines.remove(0)
    }

    /// Runs what must be refused with exit code 1 and returns the one line on stderr.
    /// Checks the record in every way there is, once without Farol; gives the journal as it was exported.
    pub(crate) fn verified(&self) -> String {
        self.ok(&["journal", "verify"]);
        self.ok(&["vault", "rebuild", "--check"]);
        let journal = self.path("journal.jsonl");
        self.ok(&["journal", "export", &journal]);
        let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/verify_journal.py");
        let said = Command::new("python3").args([verifier, &journal]).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
        std::fs::read_to_string(journal).unwrap()
    }

    pub(crate) fn refused(&self, args: &[&str]) -> String {
        refusal(args, &self.run(args))
    }
}

pub(crate) fn refusal(args: &[&str], output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "one plain line: {stderr}");
    assert!(stderr.starts_with("farolctl: ") && !stderr.contains("panicked"), "{stderr}");
    stderr
}

pub(crate) fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8(output.stdout.clone())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

/// A mail of the samples.
pub(crate) fn mail(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/mails").join(name).display().to_string()
}
