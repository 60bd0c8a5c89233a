//! The resolvers that are asked, and which of them is asked next.

use std::{
    ops::{Index, IndexMut},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{Pace, bucket::Bucket, encrypted::Encrypted, flight::Flight, window::Window};
use crate::resolver::Resolver;

/// The shortest wait for an answer before the question is sent again.
pub(super) const LEAST_PATIENCE: Duration = Duration::from_millis(400);
/// Silences in a row after which a resolver is mostly left alone.
const FALLEN_SILENT: u32 = 16;
/// One new question in so many goes to a resolver that fell silent. A prime, so that every one has its turn.
const ASKED_AGAIN_EVERY: usize = 61;

/// A resolver, and how it has been.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) resolver: Resolver,
    pub(super) name: String,
    bucket: Bucket,
    pub(super) window: Window,
    /// Smoothed round trip.
    pub(super) round_trip: Option<Duration>,
    pub(super) n_silent: u32,
    /// Places of its sockets.
    pub(super) lines: Vec<usize>,
    /// The way to it, when that is encrypted.
    pub(super) encrypted: Option<Arc<Encrypted>>,
}

impl Upstream {
    fn new(resolver: &Resolver, pace: Pace, now: Instant) -> Self {
        Self {
            resolver: resolver.clone(),
            name: resolver.to_string(),
            bucket: Bucket::new(pace.rate, now),
            window: Window::new(pace.in_flight, now),
            round_trip: None,
            n_silent: 0,
            lines: Vec::new(),
            encrypted: Encrypted::new(resolver).map(Arc::new),
        }
    }

    /// How long an answer is waited for at least.
    pub(super) fn patience(&self) -> Duration {
        let share = self.resolver.deadline / self.resolver.attempts.max(1);
        let usual = self.round_trip.map_or(share, |round_trip| round_trip * 4);
        usual.max(LEAST_PATIENCE).min(share)
    }

    /// It answered a packet that left then.
    pub(super) fn answered(&mut self, left: Instant, now: Instant) {
        self.n_silent = 0;
        self.window.answered(left, now);
        let took = now - left;
        let usual = self.round_trip.map_or(took, |usual| (usual * 7 + took) / 8);
        self.round_trip = Some(usual);
    }

    fn fell_silent(&self) -> bool {
        self.n_silent >= FALLEN_SILENT
    }
}

/// All resolvers, by their place.
#[derive(Debug)]
pub(super) struct Upstreams {
    all: Vec<Upstream>,
    /// How many new questions there were.
    n_chosen: usize,
}

impl Upstreams {
    pub(super) fn new(resolvers: &[Resolver], pace: Pace, now: Instant) -> Self {
        let all = resolvers.iter().map(|it| Upstream::new(it, pace, now)).collect();
        Self { all, n_chosen: 0 }
    }

    pub(super) fn places(&self) -> std::ops::Range<usize> {
        0..self.all.len()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Upstream> {
        self.all.iter_mut()
    }

    /// Whether a resolver may be asked something new, if the rate allows: it answers and has room.
    fn is_open(&self, place: usize) -> bool {
        let upstream = &self.all[place];
        upstream.window.has_room()
            && (!upstream.fell_silent()
                || self.n_chosen.is_multiple_of(ASKED_AGAIN_EVERY)
                || self.all.iter().all(Upstream::fell_silent))
    }

    /// A resolver for something new; one after the other comes first.
    pub(super) fn choose(&mut self, now: Instant) -> Option<usize> {
        let (n, first) = (self.all.len(), self.n_chosen);
        let mut order = (0..n).map(|i| (first + i) % n);
        let chosen =
            order.find(|place| self.is_open(*place) && self.all[*place].bucket.take(now))?;
        self.n_chosen += 1;
        Some(chosen)
    }

    /// Whether it is the rate alone that holds something new back.
    pub(super) fn is_short_of_tokens(&self) -> bool {
        self.places().any(|place| self.is_open(place))
    }

    /// When the rate allows something new.
    pub(super) fn next_token(&self) -> Option<Instant> {
        let open = self.places().filter(|place| self.is_open(*place));
        open.filter_map(|place| self.all[place].bucket.next()).min()
    }

    /// A resolver that may be asked now what this one was asked in vain; rather another one.
    pub(super) fn choose_after(&mut self, vain: usize, now: Instant) -> Option<usize> {
        let n = self.all.len();
        let mut order: Vec<usize> = (0..n).map(|i| (vain + 1 + i) % n).collect();
        order.sort_by_key(|place| (*place == vain, self.all[*place].fell_silent()));
        order.into_iter().find(|place| self.all[*place].bucket.take(now))
    }

    /// A resolver that was not asked this question yet and may be asked now.
    pub(super) fn untried(&mut self, flight: &Flight, now: Instant) -> Option<usize> {
        let other = self.not_asked(flight).next()?;
        self.all[other].bucket.take(now).then_some(other)
    }

    /// The resolvers that were not asked this question yet.
    pub(super) fn not_asked(&self, flight: &Flight) -> impl Iterator<Item = usize> {
        self.places().filter(|place| flight.was_not_asked_of(*place))
    }
}

impl Index<usize> for Upstreams {
    type Output = Upstream;

    fn index(&self, place: usize) -> &Upstream {
        &self.all[place]
    }
}

impl IndexMut<usize> for Upstreams {
    fn index_mut(&mut self, place: usize) -> &mut Upstream {
        &mut self.all[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_fell_silent_is_left_alone_and_asked_again_now_and_then() {
        for silent in 0..2 {
            let now = Instant::now();
            let resolvers = ["192.0.2.1:53", "192.0.2.2:53"].map(|it| Resolver::parse(it).unwrap());
            let mut upstreams = Upstreams::new(&resolvers, Pace::ONE_HOST, now);
            upstreams[silent].n_silent = FALLEN_SILENT;
            let chosen: Vec<_> = (0..1220).filter_map(|_| upstreams.choose(now)).collect();
            let n_silent = chosen.iter().filter(|place| **place == silent).count();
            assert_eq!((chosen.len(), n_silent), (1220, 10), "{silent}");
        }
    }

    #[test]
    fn when_all_fell_silent_all_are_asked() {
        let now = Instant::now();
        let resolvers = ["192.0.2.1:53", "192.0.2.2:53"].map(|it| Resolver::parse(it).unwrap());
        let mut upstreams = Upstreams::new(&resolvers, Pace::ONE_HOST, now);
        upstreams.iter_mut().for_each(|it| it.n_silent = FALLEN_SILENT);
        let chosen: Vec<_> = (0..4).filter_map(|_| upstreams.choose(now)).collect();
        assert_eq!(chosen, [0, 1, 0, 1]);
    }
}
