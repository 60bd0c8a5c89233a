//! How many questions wait at a resolver at a time.
//!
//! A resolver has room for some hundred packets that it did not read yet, and drops what comes on top: a
//! thousand questions at once cost it more answers than they bring. So the window opens only as long as
//! more questions at a time bring more answers a second (the way BBR finds a path's room at its start,
//! <https://datatracker.ietf.org/doc/draft-ietf-ccwg-bbr/>), tries again from time to time whether they do
//! by now, and closes when many answers stay away. A few that stay away are a path that loses packets; they
//! close nothing. What waits much longer than usual leaves the window: it is lost, or the resolver is asking
//! others and will say so when it knows; neither keeps it from answering more.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::flight::Name;

/// Questions at a time that every resolver can take.
const START: usize = 64;
/// How long is counted at least before two sizes are compared.
const LEAST_ROUND: Duration = Duration::from_millis(10);
/// How much faster answers must come for a larger window to be worth it.
const WORTH: f64 = 1.4;
/// Rounds between two tries whether a larger window brings more by now.
const TRY_EVERY: u32 = 16;
/// One answer in so many that stays away closes the window.
const MANY_LOST: usize = 8;
/// Nothing leaves the window sooner.
const LEAST_WAIT: Duration = Duration::from_millis(20);

/// The questions that wait at one resolver, and how many may.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    most: usize,
    n_waiting: usize,
    /// Packets in the order in which they left; some are answered by now.
    left: VecDeque<Left>,
    /// What is being done about the size.
    phase: Phase,
    round: Round,
}

/// A packet that left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    pub(super) of: Name,
    /// Which packet of the question.
    pub(super) nth: usize,
    pub(super) at: Instant,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Opened after a round with this size and so many answers a second.
    Opened(usize, f64),
    /// As it should be, since so many rounds.
    Settled(u32),
}

/// What came since the first answer to a question that left at this size.
#[derive(Debug)]
struct Round {
    /// Since when questions leave at this size.
    leaving: Instant,
    began: Option<Instant>,
    n_answered: usize,
    n_lost: usize,
    /// Whether as many waited as may.
    was_full: bool,
}

impl Round {
    fn new(leaving: Instant) -> Self {
        Self { leaving, began: None, n_answered: 0, n_lost: 0, was_full: false }
    }
}

impl Window {
    /// For at most so many questions at a time.
    pub(super) fn new(most: usize, now: Instant) -> Self {
        let most = most.max(1);
        let size = most.min(START);
        let (phase, round) = (Phase::Opened(0, 0.0), Round::new(now));
        Self { size, most, n_waiting: 0, left: VecDeque::new(), phase, round }
    }

    /// Whether another question may leave now.
    pub(super) fn has_room(&self) -> bool {
        self.n_waiting < self.size
    }

    /// A packet left.
    pub(super) fn left(&mut self, packet: Left) {
        self.n_waiting += 1;
        self.left.push_back(packet);
        self.round.was_full |= !self.has_room();
    }

    /// A packet is no longer waited for that was in the window.
    pub(super) fn ended(&mut self) {
        self.n_waiting -= 1;
    }

    /// The oldest packet that left so long ago that it waits for nothing, or too long; `usual` is a round
    /// trip, as far as it is known.
    pub(super) fn oldest(&mut self, usual: Option<Duration>, now: Instant) -> Option<Left> {
        let wait = (usual? * 4).max(LEAST_WAIT);
        self.left.pop_front_if(|packet| packet.at + wait <= now)
    }

    /// The answer to a question came that left then.
    pub(super) fn answered(&mut self, left: Instant, now: Instant) {
        if left < self.round.leaving {
            return;
        }
        self.round.n_answered += 1;
        let began = *self.round.began.get_or_insert(now);
        // A whole round trip, for answers come in waves.
        let least = LEAST_ROUND.max(now - left);
        let n = self.round.n_answered + self.round.n_lost;
        let took = now - began;
        if n >= self.size && took >= least {
            self.look(self.round.n_answered as f64 / took.as_secs_f64(), now);
        }
    }

    /// A packet that left then has to leave again.
    pub(super) fn lost(&mut self, left: Instant, now: Instant) {
        if left < self.round.leaving {
            return;
        }
        self.round.n_lost += 1;
        if self.round.n_lost >= self.size {
            self.look(0.0, now);
        }
    }

    /// Looks back on a whole window and its answers a second.
    fn look(&mut self, rate: f64, now: Instant) {
        let before = self.size;
        let n = self.round.n_answered + self.round.n_lost;
        if self.round.n_lost * MANY_LOST > n {
            self.size = (self.size / 2).max(START.min(self.most));
            self.phase = Phase::Settled(0);
        } else if self.round.was_full {
            self.step(rate);
        }
        let leaving = if self.size == before { self.round.leaving } else { now };
        self.round = Round::new(leaving);
    }

    /// Compares what this size brought with what the one before did.
    fn step(&mut self, rate: f64) {
        match self.phase {
            Phase::Opened(size, before) if rate < before * WORTH => {
                self.size = size;
                self.phase = Phase::Settled(0);
            }
            Phase::Settled(n_rounds) if n_rounds < TRY_EVERY => {
                self.phase = Phase::Settled(n_rounds + 1);
            }
            _ if self.size < self.most => {
                self.phase = Phase::Opened(self.size, rate);
                self.size = (self.size * 2).min(self.most);
            }
            _ => self.phase = Phase::Settled(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A resolver, simulated in steps of a millisecond.
    struct Far {
        round_trip: u64,
        answers_a_ms: usize,
        /// Packets that wait there to be read; what comes on top is dropped.
        room: usize,
        /// Of so many packets one is lost on the way; 0 loses none.
        loses_every: usize,
    }

    /// Asks as much as a window of up to a thousand allows; gives the answers in each of the last 200
    /// milliseconds, and how many packets were dropped for want of room.
    fn play(far: &Far, ms: u64) -> (usize, usize) {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let usual = Some(Duration::from_millis(far.round_trip));
        let mut window = Window::new(1000, start);
        // Packets, and those of them that count.
        let [mut leaving, mut unread, mut coming, mut lost] = [const { VecDeque::new() }; 4];
        let mut counted = HashSet::new();
        let (mut n_left, mut n_dropped, mut n_last) = (0, 0, 0);
        for now in 0..ms {
            let is_there = |(_, left): &mut (usize, u64)| *left + far.round_trip / 2 < now;
            while let Some(packet) = leaving.pop_front_if(is_there) {
                let is_lost = far.loses_every > 0 && packet.0.is_multiple_of(far.loses_every);
                let is_dropped = !is_lost && unread.len() >= far.room;
                n_dropped += usize::from(is_dropped);
                let to = if is_lost || is_dropped { &mut lost } else { &mut unread };
                to.push_back(packet);
            }
            coming.extend(unread.drain(..unread.len().min(far.answers_a_ms)));
            let mut over = Vec::new();
            while let Some((nth, left)) = coming.pop_front_if(|it| it.1 + far.round_trip < now) {
                over.push(nth);
                window.answered(at(left), at(now));
                n_last += usize::from(now + 200 >= ms);
            }
            while let Some((_, left)) = lost.pop_front_if(|it| it.1 + 400 < now) {
                window.lost(at(left), at(now));
            }
            while let Some(old) = window.oldest(usual, at(now)) {
                over.push(old.nth);
            }
            over.into_iter().filter(|nth| counted.remove(nth)).for_each(|_| window.ended());
            while window.has_room() {
                window.left(packet(n_left, at(now)));
                leaving.push_back((n_left, now));
                counted.insert(n_left);
                n_left += 1;
            }
        }
        (n_last / 200, n_dropped)
    }

    fn packet(nth: usize, at: Instant) -> Left {
        Left { of: Name { place: 0, generation: 0 }, nth, at }
    }

    #[test]
    fn a_near_resolver_is_not_flooded() {
        let far = Far { round_trip: 0, answers_a_ms: 60, room: 277, loses_every: 0 };
        let (rate, n_dropped) = play(&far, 2_000);
        assert!(rate >= 50, "{rate} answers a millisecond of 60");
        assert_eq!(n_dropped, 0);
    }

    #[test]
    fn a_far_one_is_asked_as_much_as_may_be() {
        let far = Far { round_trip: 100, answers_a_ms: 1_000, room: 5_000, loses_every: 0 };
        let (rate, _) = play(&far, 4_000);
        assert!(rate >= 9, "{rate} answers a millisecond of 10");
    }

    #[test]
    fn what_is_lost_is_not_waited_for() {
        for (round_trip, at_least) in [(2, 20), (20, 10)] {
            let far = Far { round_trip, answers_a_ms: 60, room: 277, loses_every: 20 };
            let (rate, _) = play(&far, 4_000);
            assert!(rate >= at_least, "{rate} answers a millisecond over {round_trip} ms");
        }
    }

    #[test]
    fn answers_that_stay_away_close_it() {
        let start = Instant::now();
        let mut window = Window::new(1000, start);
        window.size = 800;
        for n in 0..4_000 {
            let now = start + Duration::from_millis(n);
            window.lost(now, now);
        }
        assert_eq!(window.size, START);
    }

    #[test]
    fn who_has_little_to_ask_keeps_the_size() {
        let start = Instant::now();
        let mut window = Window::new(1000, start);
        for n in 0..10_000 {
            let now = start + Duration::from_millis(n);
            assert!(window.has_room());
            window.left(packet(0, now));
            window.ended();
            window.answered(now, now);
        }
        assert_eq!(window.size, START);
    }
}
