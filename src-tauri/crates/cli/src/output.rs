//! How results are printed: plain lines for people, one JSON object a line for scripts.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use serde::Serialize;

use farol_app::{Code, Failure};

/// Where results go. A reader that went away (`| head`) is no failure.
pub(crate) struct Output {
    json: bool,
    out: BufWriter<Stdout>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, out: BufWriter::new(io::stdout()) }
    }

    /// Prints one result: `value` as JSON, or the plain text.
    pub(crate) fn line(&mut self, value: &impl Serialize, plain: &str) -> Result<(), Failure> {
        let written = if self.json {
            serde_json::to_writer(&mut self.out, value)
                .map_err(io::Error::from)
                .and_then(|()| self.out.write_all(b"\n"))
        } else {
            writeln!(self.out, "{plain}")
        };
        settled(written)
    }

    /// Prints a finding that people read on stderr, for scripts only.
    pub(crate) fn for_scripts(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        if self.json { self.line(value, "") } else { Ok(()) }
    }

    /// Lets whoever reads see what was printed so far.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        settled(self.out.flush())
    }

    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        settled(self.out.flush())
    }
}

/// `1 entry`, `2 entries`.
pub(crate) fn counted(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn settled(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Code::Failed,
            format!("The result could not be printed: {}.", error.kind()),
            "What was done is done; look with `case show` or `journal verify`.",
        )),
        _ => Ok(()),
    }
}
