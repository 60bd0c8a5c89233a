//! What a vault survives: `make soak` prints one table and fails when a promise was broken.
//!
//! A writer in a process of its own says `ack` after each commit that returned. It is killed, its disk
//! refuses, or its files are damaged; then everything that it acknowledged has to be there, the record
//! has to hold, and whoever is refused has to be told what to do. `soak --short` is in `make test`;
//! `--seed N` repeats a run, `--only WORDS` runs the lines whose name has these words.
#![expect(clippy::unwrap_used, reason = "a soak that cannot go on should say where")]

/// Bits, pages and ends of files that are not what they were.
mod damage;
/// A disk that refuses.
mod faults;
/// Processes that are killed.
mod kills;
/// The process that writes, and what has to be there afterwards.
mod writer;

use std::{env, process::ExitCode};

/// What one kind of mistreatment did.
#[derive(Default)]
pub(crate) struct Tally {
    n_tried: u32,
    n_acknowledged: u32,
    n_refused: u32,
    broken: Vec<String>,
}

/// A small generator, so that a run can be repeated (xorshift64*, <https://doi.org/10.1145/2845077>).
pub(crate) struct Dice(u64);

impl Dice {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % end.max(1)
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [mode, dir, work, n_notes] = args.as_slice()
        && mode == "writer"
    {
        let n_notes = n_notes.parse().expect("a number of notes");
        return writer::run(dir.as_ref(), work, n_notes);
    }
    let short = args.iter().any(|it| it == "--short");
    let only = args.iter().skip_while(|it| *it != "--only").nth(1);
    let is_wanted = |what: &str| only.is_none_or(|it| what.contains(it.as_str()));
    let seed = args.iter().skip_while(|it| *it != "--seed").nth(1);
    let seed = seed.map_or(20_261_124, |it| it.parse().expect("--seed is a number"));
    println!("seed {seed}");
    println!("{:<44} {:>6} {:>8} {:>8} {:>7}", "what", "tried", "acked", "refused", "broken");
    let mut all_held = true;
    let mut report = |what: &str, tally: &Tally| {
        println!(
            "{what:<44} {:>6} {:>8} {:>8} {:>7}",
            tally.n_tried,
            tally.n_acknowledged,
            tally.n_refused,
            tally.broken.len()
        );
        for broken in &tally.broken {
            println!("  {broken}");
        }
        all_held &= tally.broken.is_empty() && tally.n_tried > 0;
    };
    let mut dice = Dice(seed);
    for (work, n_full) in kills::WORK {
        let (what, n) = (format!("killed while: {work}"), if short { 4 } else { n_full });
        if is_wanted(&what) {
            report(&what, &kills::run(work, n, &mut dice));
        }
    }
    for (fault, n_full) in faults::FAULTS {
        let (what, n) = (format!("disk: {fault}"), if short { 3 } else { n_full });
        if is_wanted(&what) {
            report(&what, &faults::run(fault, n, &mut dice));
        }
    }
    for (file, n_full) in damage::FILES {
        let (what, n) = (format!("damaged: {file}"), if short { 6 } else { n_full });
        if is_wanted(&what) {
            report(&what, &damage::run(file, n, &mut dice));
        }
    }
    if all_held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
