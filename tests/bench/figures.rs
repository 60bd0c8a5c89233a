//! Times, and how they are printed.

use std::time::{Duration, Instant};

/// The head of the table.
pub(crate) fn head() {
    println!("{:<66} {:>10} {:>10}", "what", "p50", "p95");
}

/// Measures `n` times and prints a row; gives the median.
pub(crate) fn measure(what: &str, n: usize, mut f: impl FnMut()) -> Duration {
    let times = (0..n).map(|_| time(&mut f));
    report(what, times.collect())
}

/// How long something takes.
pub(crate) fn time(f: impl FnOnce()) -> Duration {
    let started = Instant::now();
    f();
    started.elapsed()
}

/// Prints one row of the table; gives the median.
pub(crate) fn report(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort();
    let p50 = times[times.len() / 2];
    let p95 = times[(times.len() * 95 / 100).min(times.len() - 1)];
    println!("{what:<66} {:>7.1} ms {:>7.1} ms", ms(p50), ms(p95));
    p50
}

/// Prints one figure.
pub(crate) fn say(what: &str, figure: &str) {
    println!("{what:<66} {figure:>10}");
}

pub(crate) fn ratio(ours: Duration, theirs: Duration) -> String {
    format!("{:.2} ×", ours.as_secs_f64() / theirs.as_secs_f64())
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
