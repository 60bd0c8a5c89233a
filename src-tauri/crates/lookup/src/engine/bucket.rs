//! How many questions a resolver gets in a second: a token bucket.

use std::time::Duration;

use tokio::time::Instant;

/// Tokens of one resolver.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: Option<f64>,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// `rate` questions a second, no burst above a tenth of a second's worth; none is no limit.
    pub(super) fn new(rate: Option<u32>, now: Instant) -> Self {
        Self { rate: rate.map(|rate| f64::from(rate.max(1))), tokens: 1.0, filled: now }
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        let came = (now - self.filled).as_secs_f64() * rate;
        self.tokens = (self.tokens + came).min((rate / 10.0).max(1.0));
        self.filled = now;
        let is_there = self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }

    /// When there will be a token again.
    pub(super) fn next(&self) -> Option<Instant> {
        let rate = self.rate?;
        let missing = (1.0 - self.tokens).max(0.0);
        Some(self.filled + Duration::from_secs_f64(missing / rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_gets_more_than_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Some(50), start);
        let mut sent = Vec::new();
        for ms in 0..4000 {
            let now = start + Duration::from_millis(ms);
            while bucket.take(now) {
                sent.push(ms);
            }
        }
        assert!((195..=206).contains(&sent.len()), "{} in four seconds", sent.len());
        for ms in 0..3000 {
            let within = sent.iter().filter(|at| (ms..ms + 1000).contains(*at)).count();
            assert!(within <= 56, "{within} in a second");
        }
    }

    #[test]
    fn without_a_rate_there_is_always_one() {
        let now = Instant::now();
        let mut bucket = Bucket::new(None, now);
        assert!((0..10_000).all(|_| bucket.take(now)));
        assert!(bucket.next().is_none());
    }
}
