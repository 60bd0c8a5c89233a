//! `farolctl`: the same actions as the window, for scripts and for people without one.
//!
//! Everything happens in this one process. Exit codes: 0 done, 1 refused or failed with one plain
//! line on stderr, 2 wrong usage.

/// One function a command.
mod commands;
/// What the command line says.
mod options;
/// How results are printed.
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::{options::Options, output::Output};

fn main() -> ExitCode {
    farol_app::core_dumps::forbid();
    let options = Options::parse();
    let mut output = Output::new(options.json);
    let done = commands::run(options, &mut output);
    // What was found before a failure is printed too.
    let printed = output.finish();
    match done.and(printed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("farolctl: {failure}");
            ExitCode::FAILURE
        }
    }
}
