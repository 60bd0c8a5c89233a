//! A question that waits for its answer.

use std::{io, time::Duration};

use farol_model::{
    id::{Digest, ObservationId},
    lookup::{Observation, Question},
};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::{Exchanged, window::Window};
use crate::{
    asking::{Asking, Packet},
    look_up::{Asked, Stamp},
};

/// Names a question, even when another one has its place by now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub(super) place: usize,
    pub(super) generation: u64,
}

/// One packet of a question.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) line: usize,
    pub(super) upstream: usize,
    pub(super) packet: Packet,
    pub(super) at: Instant,
    /// Whether it counts in the window of its resolver.
    is_in_window: bool,
    /// Whether it had to leave again.
    pub(super) is_lost: bool,
    /// Whether its answer is not waited for any more.
    pub(super) is_over: bool,
}

impl Sent {
    pub(super) fn new(line: usize, upstream: usize, packet: Packet, at: Instant) -> Self {
        Self { line, upstream, packet, at, is_in_window: true, is_lost: false, is_over: false }
    }

    /// It does not count any more in the window of its resolver.
    pub(super) fn leave(&mut self, window: &mut Window) {
        if std::mem::take(&mut self.is_in_window) {
            window.ended();
        }
    }
}

/// A question that waits for its answer.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) mark: usize,
    pub(super) generation: u64,
    question: Question,
    pub(super) asking: Option<Asking>,
    pub(super) stamp: Stamp,
    started: Instant,
    pub(super) deadline: Instant,
    pub(super) sent: Vec<Sent>,
    patience: Duration,
    pub(super) n_strays: u32,
    pub(super) n_other_case: u32,
    pub(super) is_over_stream: bool,
    /// Resolvers that were asked over an encrypted connection.
    pub(super) asked_encrypted: Vec<usize>,
    /// What came already and is not good enough, and the resolver that said it.
    pub(super) fallback: Option<(Exchanged, usize)>,
    /// Why it could not be sent.
    pub(super) problem: Option<&'static str>,
}

impl Flight {
    pub(super) fn new(
        mark: usize,
        generation: u64,
        question: Question,
        asking: Option<Asking>,
        stamp: Stamp,
        (started, deadline): (Instant, Instant),
    ) -> Self {
        Self {
            mark,
            generation,
            question,
            asking,
            stamp,
            started,
            deadline,
            sent: Vec::new(),
            patience: Duration::ZERO,
            n_strays: 0,
            n_other_case: 0,
            is_over_stream: false,
            asked_encrypted: Vec::new(),
            fallback: None,
            problem: None,
        }
    }

    /// When the answer to the attempt that is about to leave is late. Waits grow at random (decorrelated
    /// jitter), so that a thousand questions do not come back in step.
    pub(super) fn due(
        &mut self,
        least: Duration,
        share: f64,
        now: Instant,
        attempts: u32,
    ) -> Instant {
        let n_left = attempts.saturating_sub(self.sent.len() as u32).max(1);
        let left = self.deadline.saturating_duration_since(now);
        let most = (self.patience * 3).max(least * 2);
        let wait = least + most.saturating_sub(least).mul_f64(share);
        self.patience = wait.min(left / n_left * 3 / 2);
        (now + self.patience).min(self.deadline)
    }

    /// Whether the newest packet waits on this socket.
    pub(super) fn waits_on(&self, line: usize) -> bool {
        !self.is_over_stream && self.sent.last().is_some_and(|sent| sent.line == line)
    }

    /// The resolver that was asked last; none before anything left.
    pub(super) fn asked_last(&self) -> Option<usize> {
        let encrypted = self.asked_encrypted.last().copied().filter(|_| self.is_over_stream);
        encrypted.or_else(|| self.sent.last().map(|sent| sent.upstream))
    }

    /// Whether a resolver was not asked this question yet.
    pub(super) fn was_not_asked_of(&self, upstream: usize) -> bool {
        self.sent.iter().all(|sent| sent.upstream != upstream)
            && !self.asked_encrypted.contains(&upstream)
    }

    /// How a question to this resolver ends that got no answer in time, and whose word that is.
    pub(super) fn nothing_came(&mut self, deadline: Duration, asked: usize) -> (Exchanged, usize) {
        if let Some(fallback) = self.fallback.take() {
            return fallback;
        }
        let reason = match self.problem {
            Some(problem) => problem.to_owned(),
            None => waited(deadline, self.sent.len(), self.n_strays),
        };
        (Exchanged::nothing("udp", reason), asked)
    }

    /// How a question ends that should have been answered over a connection.
    pub(super) fn without_stream(&mut self, error: &io::Error) -> Exchanged {
        // A cut answer is still evidence, and its flags say that it was cut.
        if let Some((fallback, _)) = self.fallback.take() {
            return fallback;
        }
        let why = match error.kind() {
            io::ErrorKind::TimedOut => "does not answer over TCP in time",
            io::ErrorKind::ConnectionRefused => "does not listen on TCP",
            _ => "breaks off over TCP",
        };
        let reason = format!(
            "the resolver changes the case of names, so that its answers cannot be told from forged \
             ones, and {why}"
        );
        Exchanged::nothing("tcp", reason)
    }

    /// The observation that it became.
    pub(super) fn asked(self, exchanged: Exchanged, server: String, now: Instant) -> Asked {
        let took = now.saturating_duration_since(self.started).as_millis();
        let observation = Observation {
            id: ObservationId(self.stamp.id),
            question: self.question,
            server,
            transport: exchanged.transport.to_owned(),
            asked_at: self.stamp.at,
            round_trip_ms: u32::try_from(took).unwrap_or(u32::MAX),
            answer: exchanged.answer,
            wire: exchanged.wire.as_deref().map(|bytes| Digest(Sha256::digest(bytes).into())),
        };
        Asked { observation, wire: exchanged.wire }
    }
}

fn waited(deadline: Duration, n_attempts: usize, n_strays: u32) -> String {
    let ms = deadline.as_millis();
    let waited =
        if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") };
    let tried = if n_attempts == 1 { "1 attempt".into() } else { format!("{n_attempts} attempts") };
    match n_strays {
        0 => format!("no answer within {waited} ({tried})"),
        1 => format!("no answer within {waited} ({tried}); 1 packet did not fit the question"),
        n => format!("no answer within {waited} ({tried}); {n} packets did not fit the question"),
    }
}
