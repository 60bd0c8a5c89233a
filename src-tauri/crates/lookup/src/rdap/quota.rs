//! How often a registry may be asked.
//!
//! One bucket for each server, shared by all cases and kept over restarts. A question takes a token
//! or is told when one will be there; what a server itself asks for (`Retry-After`) comes first.
//! Pure: the clock is handed in. Rates: 1 a second, 3 at once, as RDAP servers are said to bear;
//! LACNIC allows 10 a minute and locks out who asks more.

use std::collections::BTreeMap;

use farol_model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How long a server may ask us to stay away, at most.
const MAX_STAY_AWAY_S: i64 = 24 * 3600;
/// How many servers are remembered; those not asked for longest go first.
const MAX_SERVERS: usize = 2000;

/// The rate that a server bears.
#[derive(Debug, Clone, Copy)]
struct Rate {
    /// Milliseconds until a token is back.
    token_ms: i64,
    /// How many may be spent at once.
    burst: i64,
}

fn rate(server: &str) -> Rate {
    match server {
        "rdap.lacnic.net" => Rate { token_ms: 6000, burst: 3 },
        _ => Rate { token_ms: 1000, burst: 3 },
    }
}

/// Milliseconds between two questions that a server bears for long.
pub fn token_ms(server: &str) -> i64 {
    rate(server).token_ms
}

/// What is left with each server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotas {
    servers: BTreeMap<String, Bucket>,
}

/// One server's bucket, as the time at which it would be empty of debts: each question moves it one
/// token further, and it may lie at most a burst ahead of the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    paid_until: Timestamp,
    #[serde(default)]
    stay_away_until: Option<Timestamp>,
    #[serde(default)]
    n_asked: u32,
}

/// A server and what it still allows, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The server.
    pub server: String,
    /// How many questions it bears now.
    pub n_left: u32,
    /// When the next one may go; none when at once.
    pub free_at: Option<Timestamp>,
    /// Whether the server itself asked us to wait.
    pub asked_to_wait: bool,
    /// How many questions it was asked so far.
    pub n_asked: u32,
}

impl Quotas {
    /// Takes a token and says how many milliseconds to wait before using it.
    ///
    /// # Errors
    /// When that would be longer than `patience_ms`: the time from which on it can be asked. Nothing
    /// is taken then.
    pub(crate) fn take(
        &mut self,
        server: &str,
        now: Timestamp,
        patience_ms: i64,
    ) -> Result<i64, Timestamp> {
        let rate = rate(server);
        let bucket = self.servers.entry(server.to_owned()).or_insert(Bucket {
            paid_until: Timestamp::from_ms(now.ms() - rate.token_ms * rate.burst),
            stay_away_until: None,
            n_asked: 0,
        });
        bucket.mend(now, rate);
        let free_at = bucket.free_at(now, rate);
        let wait_ms = (free_at.ms() - now.ms()).max(0);
        if wait_ms > patience_ms {
            return Err(free_at);
        }
        let full = now.ms() - rate.token_ms * rate.burst;
        let paid = bucket.paid_until.ms().max(full) + rate.token_ms;
        bucket.paid_until = Timestamp::from_ms(paid);
        bucket.n_asked = bucket.n_asked.saturating_add(1);
        self.forget_oldest();
        Ok(wait_ms)
    }

    /// Remembers that a server asked not to be asked for a while; at least a second, at most a day.
    pub(crate) fn stay_away(&mut self, server: &str, now: Timestamp, seconds: i64) -> Timestamp {
        let until = now.plus_s(seconds.clamp(1, MAX_STAY_AWAY_S));
        if let Some(bucket) = self.servers.get_mut(server) {
            bucket.stay_away_until = bucket.stay_away_until.max(Some(until));
        }
        until
    }

    /// What each server that was asked still allows.
    pub fn all(&self, now: Timestamp) -> Vec<Quota> {
        self.servers.iter().map(|(server, bucket)| bucket.quota(server, now)).collect()
    }

    /// What one server still allows.
    pub fn of(&self, server: &str, now: Timestamp) -> Option<Quota> {
        self.servers.get(server).map(|bucket| bucket.quota(server, now))
    }

    fn forget_oldest(&mut self) {
        if self.servers.len() > MAX_SERVERS
            && let Some(oldest) = self
                .servers
                .iter()
                .min_by_key(|(_, bucket)| {
                    bucket.paid_until.max(bucket.stay_away_until.unwrap_or(bucket.paid_until))
                })
                .map(|(server, _)| server.clone())
        {
            self.servers.remove(&oldest);
        }
    }
}

impl Bucket {
    /// A clock that was set back, or a file that somebody wrote, must not lock a server for years.
    fn mend(&mut self, now: Timestamp, rate: Rate) {
        let most = now.ms() + rate.token_ms * 60;
        self.paid_until = Timestamp::from_ms(self.paid_until.ms().min(most));
        let furthest = now.plus_s(MAX_STAY_AWAY_S);
        self.stay_away_until = self.stay_away_until.map(|until| until.min(furthest));
    }

    fn free_at(&self, now: Timestamp, rate: Rate) -> Timestamp {
        // With a burst of three, the debt may be two tokens when the third question goes.
        let by_rate = Timestamp::from_ms(self.paid_until.ms() + rate.token_ms);
        by_rate.max(self.stay_away_until.unwrap_or(by_rate)).max(now)
    }

    fn quota(&self, server: &str, now: Timestamp) -> Quota {
        let rate = rate(server);
        let mut bucket = self.clone();
        bucket.mend(now, rate);
        let free_at = bucket.free_at(now, rate);
        let saved = (now.ms() - bucket.paid_until.ms()) / rate.token_ms;
        let waits = free_at > now;
        Quota {
            server: server.to_owned(),
            n_left: if waits { 0 } else { saved.clamp(0, rate.burst) as u32 },
            free_at: waits.then_some(free_at),
            asked_to_wait: bucket.stay_away_until.is_some_and(|until| until > now),
            n_asked: bucket.n_asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "rdap.example.com";

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_795_000_000_000 + ms)
    }

    #[test]
    fn three_go_at_once_and_then_one_a_second() {
        let mut quotas = Quotas::default();
        let waits: Vec<_> = (0..6).map(|_| quotas.take(HOST, at(0), 10_000).unwrap()).collect();
        assert_eq!(waits, [0, 0, 0, 1000, 2000, 3000]);
        assert_eq!(quotas.take(HOST, at(0), 3000), Err(at(4000)));
        assert_eq!(quotas.take(HOST, at(3500), 3000), Ok(500));
        assert_eq!(quotas.take("rdap.other.example", at(0), 0), Ok(0));
        let later = quotas.of(HOST, at(3_600_000)).unwrap();
        assert_eq!((later.n_left, later.free_at, later.n_asked), (3, None, 7));
    }

    #[test]
    fn lacnic_is_asked_ten_times_a_minute() {
        let mut quotas = Quotas::default();
        let n = (0..60)
            .filter(|second| quotas.take("rdap.lacnic.net", at(second * 1000), 0).is_ok())
            .count();
        assert!((10..=13).contains(&n), "{n}");
    }

    #[test]
    fn what_a_server_asks_for_comes_first_and_survives_a_restart() {
        let mut quotas = Quotas::default();
        quotas.take(HOST, at(0), 0).unwrap();
        assert_eq!(quotas.stay_away(HOST, at(0), 30), at(30_000));
        let written = serde_json::to_string(&quotas).unwrap();
        let mut quotas: Quotas = serde_json::from_str(&written).unwrap();
        assert_eq!(quotas.take(HOST, at(5000), 5000), Err(at(30_000)));
        let told = quotas.of(HOST, at(5000)).unwrap();
        assert_eq!((told.n_left, told.free_at, told.asked_to_wait), (0, Some(at(30_000)), true));
        assert_eq!(quotas.take(HOST, at(30_000), 0), Ok(0));
    }

    #[test]
    fn nothing_locks_a_server_for_longer_than_a_day() {
        let mut quotas = Quotas::default();
        quotas.take(HOST, at(0), 0).unwrap();
        quotas.stay_away(HOST, at(0), i64::MAX);
        assert_eq!(quotas.take(HOST, at(0), 0), Err(at(MAX_STAY_AWAY_S * 1000)));
        // The clock was a year ahead, and is right again.
        let year = 365 * 24 * 3600 * 1000;
        let mut quotas = Quotas::default();
        quotas.take(HOST, at(year), 0).unwrap();
        assert_eq!(quotas.take(HOST, at(0), 0), Err(at(61_000)));
    }
}
