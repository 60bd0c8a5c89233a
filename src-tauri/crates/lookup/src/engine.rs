//! Many DNS questions at once, over UDP and TCP, to one resolver or to several.
//!
//! Sends and matches packets itself, because an answer is evidence: the bytes as they came, a
//! CNAME chain that ends in NXDOMAIN, the extended errors. One look-up and a list of a hundred
//! thousand names go through the same loop: what differs is the [`Work`] and the [`Pace`]. A packet
//! that does not repeat id, question and case is no answer. Knows nothing of what an answer means
//! and nothing of what is asked next.

/// How many questions a resolver gets in a second.
mod bucket;
/// Questions over an encrypted connection.
mod encrypted;
/// A question that waits for its answer.
mod flight;
/// UDP sockets.
mod lines;
/// One question over a connection.
mod stream;
/// The resolvers.
mod upstreams;
/// Deadlines.
mod wheel;
/// How many questions wait at a resolver at a time.
mod window;

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher},
    io,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use farol_model::lookup::{Answer, Question};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};

use crate::{
    asking::{Asking, Dice, Fit, HEADER, is_truncated, read},
    look_up::{Asked, Stamper},
    resolver::Resolver,
};
use encrypted::Encrypted;
use flight::{Flight, Name as FlightName, Sent};
use lines::{Line, Room};
use upstreams::{LEAST_PATIENCE, Upstreams};
use wheel::Wheel;
use window::Left;

/// How soon a cancellation is noticed while nothing comes.
const CANCEL_NOTICED: Duration = Duration::from_millis(50);
/// Packets of one socket that are read before anything else is done.
const MAX_AT_A_TIME: usize = 1024;
/// Stands for the attempt over a connection where randomness is made.
const OVER_STREAM: u32 = u32::MAX;
/// Stands for a label that is made up.
const MADE_UP: u32 = u32::MAX - 1;
/// Connections at a time.
const MAX_CONNECTIONS: usize = 64;

/// How a question ended.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) answer: Answer,
    pub(crate) transport: &'static str,
    pub(crate) wire: Option<Vec<u8>>,
}

impl Exchanged {
    /// Nothing usable came back.
    pub(crate) fn nothing(transport: &'static str, reason: impl Into<String>) -> Self {
        Self { answer: Answer::NoAnswer { reason: reason.into() }, transport, wire: None }
    }

    fn malformed(transport: &'static str, wire: Vec<u8>) -> Self {
        let reason = "the answer is malformed; its bytes are kept".to_owned();
        Self { answer: Answer::NoAnswer { reason }, transport, wire: Some(wire) }
    }
}

/// What is asked, and what becomes of the answers.
pub(crate) trait Work: Send {
    /// The next question and a mark that comes back with its answer; none when nothing may leave
    /// before another answer came, or nothing is left.
    fn next(&mut self) -> Option<(usize, Question)>;

    /// One question ended.
    fn ended(&mut self, mark: usize, asked: Asked);
}

/// How fast questions leave, and what is done about silence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Questions that wait for an answer at a time, at most.
    pub(crate) in_flight: usize,
    /// Questions a second for each resolver; none is no limit.
    pub(crate) rate: Option<u32>,
    /// Sockets for each resolver.
    pub(crate) n_lines: usize,
    /// Whether a resolver that cannot be reached is tried again within the deadline.
    pub(crate) persists: bool,
}

impl Pace {
    /// For a person who waits: everything about a host at once.
    pub(crate) const ONE_HOST: Self =
        Self { in_flight: 32, rate: None, n_lines: 2, persists: false };
}

/// Asks until there is no more work, or somebody cancels; then what waits ends as cancelled.
pub(crate) async fn ask(
    resolvers: &[Resolver],
    pace: Pace,
    work: &mut dyn Work,
    stamp: Stamper<'_>,
    cancelled: &(dyn Fn() -> bool + Send + Sync),
) {
    let mut engine = Engine::new(resolvers, pace, stamp);
    loop {
        if cancelled() {
            engine.cancel(work);
            return;
        }
        let is_short_of_tokens = engine.fill(work, cancelled);
        engine.flush(work);
        if engine.is_idle() && !is_short_of_tokens {
            return;
        }
        engine.wait(is_short_of_tokens).await;
        engine.take_packets(work);
        engine.take_streams(work);
        engine.take_timers(work);
    }
}

/// Asks one question of one resolver.
pub(crate) async fn ask_one(question: Question, resolver: &Resolver, stamp: Stamper<'_>) -> Asked {
    struct One(Option<Question>, Option<Asked>);
    impl Work for One {
        fn next(&mut self) -> Option<(usize, Question)> {
            self.0.take().map(|question| (0, question))
        }

        fn ended(&mut self, _: usize, asked: Asked) {
            self.1 = Some(asked);
        }
    }
    let mut one = One(Some(question), None);
    ask(std::slice::from_ref(resolver), Pace::ONE_HOST, &mut one, stamp, &|| false).await;
    one.1.expect("every question ends")
}

struct Engine<'a> {
    upstreams: Upstreams,
    pace: Pace,
    stamp: Stamper<'a>,
    lines: Vec<Option<Line>>,
    flights: Vec<Option<Flight>>,
    free: Vec<usize>,
    n_flights: usize,
    n_started: u64,
    /// Which question waits under this id on this socket.
    waiting: HashMap<(usize, u16), usize, ByRandomId>,
    wheel: Wheel<FlightName>,
    room: Room,
    streams: JoinSet<Came>,
    came: Vec<Came>,
    connections: Arc<Semaphore>,
}

impl<'a> Engine<'a> {
    fn new(resolvers: &[Resolver], pace: Pace, stamp: Stamper<'a>) -> Self {
        let now = Instant::now();
        Self {
            upstreams: Upstreams::new(resolvers, pace, now),
            pace,
            stamp,
            lines: Vec::new(),
            flights: Vec::new(),
            free: Vec::new(),
            n_flights: 0,
            n_started: 0,
            waiting: HashMap::default(),
            wheel: Wheel::new(now),
            room: Room::new(),
            streams: JoinSet::new(),
            came: Vec::new(),
            connections: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
        }
    }

    fn is_idle(&self) -> bool {
        self.n_flights == 0
    }

    /// Lets questions leave, as many as pace, windows and rate allow. Gives whether the rate holds some back.
    fn fill(&mut self, work: &mut dyn Work, cancelled: &(dyn Fn() -> bool + Send + Sync)) -> bool {
        let now = Instant::now();
        self.let_go(now);
        while self.n_flights < self.pace.in_flight && !cancelled() {
            let Some(upstream) = self.upstreams.choose(now) else {
                return self.upstreams.is_short_of_tokens();
            };
            let Some((mark, question)) = work.next() else {
                // The token was taken for nothing; at most one a turn.
                return false;
            };
            self.start(mark, question, upstream, now, work);
        }
        false
    }

    /// What waits much longer than usual leaves the windows.
    fn let_go(&mut self, now: Instant) {
        for upstream in self.upstreams.iter_mut() {
            while let Some(packet) = upstream.window.oldest(upstream.round_trip, now) {
                let flight = self.flights[packet.of.place].as_mut();
                let flight = flight.filter(|it| it.generation == packet.of.generation);
                if let Some(sent) = flight.and_then(|it| it.sent.get_mut(packet.nth)) {
                    sent.leave(&mut upstream.window);
                }
            }
        }
    }

    fn start(
        &mut self,
        mark: usize,
        mut question: Question,
        upstream: usize,
        now: Instant,
        work: &mut dyn Work,
    ) {
        let stamp = (self.stamp)();
        if let Question::Wildcard { label, .. } = &mut question {
            *label = Dice::throw(stamp.id, MADE_UP).label();
        }
        self.n_started += 1;
        let asking = Asking::of(&question);
        let deadline = now + self.upstreams[upstream].resolver.deadline;
        let times = (now, deadline);
        let flight = Flight::new(mark, self.n_started, question, asking, stamp, times);
        if flight.asking.is_none() {
            let reason = "this is not a name that DNS can carry";
            let server = self.upstreams[upstream].name.clone();
            work.ended(mark, flight.asked(Exchanged::nothing("udp", reason), server, now));
            return;
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.flights.push(None);
            self.flights.len() - 1
        });
        self.flights[place] = Some(flight);
        self.n_flights += 1;
        self.send(place, upstream, now, work);
    }

    /// Sends a question once more.
    fn send(&mut self, place: usize, upstream: usize, now: Instant, work: &mut dyn Work) {
        if let Some(encrypted) = &self.upstreams[upstream].encrypted {
            let encrypted = Arc::clone(encrypted);
            self.ask_encrypted(place, upstream, encrypted);
            return;
        }
        let at = match self.line(upstream, place) {
            Ok(at) => at,
            Err(error) => {
                let exchanged = Exchanged::nothing("udp", plain_words(&error));
                self.finish(place, exchanged, upstream, now, work);
                return;
            }
        };
        let patience = self.upstreams[upstream].patience();
        let Some(flight) = self.flights[place].as_mut() else { return };
        let Some(asking) = &flight.asking else { return };
        let mut attempt = flight.sent.len() as u32;
        let (packet, dice) = loop {
            let dice = Dice::throw(flight.stamp.id, attempt);
            let packet = asking.packet(&dice);
            if !self.waiting.contains_key(&(at, packet.id)) {
                break (packet, dice);
            }
            attempt += 1_000;
        };
        self.waiting.insert((at, packet.id), place);
        let due =
            flight.due(patience, dice.share(), now, self.upstreams[upstream].resolver.attempts);
        let name = FlightName { place, generation: flight.generation };
        self.wheel.put(due, name);
        if let Some(line) = &mut self.lines[at] {
            line.post(packet.bytes.clone());
        }
        self.upstreams[upstream].window.left(Left { of: name, nth: flight.sent.len(), at: now });
        flight.sent.push(Sent::new(at, upstream, packet, now));
    }

    /// A socket of this resolver; worn ones are replaced.
    fn line(&mut self, upstream: usize, place: usize) -> io::Result<usize> {
        let id = self.flights[place].as_ref().map(|flight| flight.stamp.id).unwrap_or_default();
        let n_sent = self.flights[place].as_ref().map_or(0, |flight| flight.sent.len());
        let of = &self.upstreams[upstream];
        if of.lines.len() == self.pace.n_lines {
            let chosen = Dice::throw(id, n_sent as u32).any_of(of.lines.len());
            let at = of.lines[chosen];
            if self.lines[at].as_ref().is_some_and(|line| !line.is_worn()) {
                return Ok(at);
            }
            self.upstreams[upstream].lines.swap_remove(chosen);
            self.close_if_done(at);
        }
        let line = Line::open(upstream, self.upstreams[upstream].resolver.addr)?;
        let at = self.lines.iter().position(Option::is_none).unwrap_or(self.lines.len());
        if at == self.lines.len() {
            self.lines.push(None);
        }
        self.lines[at] = Some(line);
        self.upstreams[upstream].lines.push(at);
        Ok(at)
    }

    /// A worn socket is closed when nothing waits on it any more.
    fn close_if_done(&mut self, at: usize) {
        let Some(line) = &self.lines[at] else { return };
        if line.n_open == 0 && !self.upstreams[line.upstream].lines.contains(&at) {
            self.lines[at] = None;
        }
    }

    fn flush(&mut self, work: &mut dyn Work) {
        for at in 0..self.lines.len() {
            let Some(line) = &mut self.lines[at] else { continue };
            if let Err(error) = line.flush() {
                self.fail(at, &error, work);
            }
        }
    }

    /// Until something can be done.
    async fn wait(&mut self, is_short_of_tokens: bool) {
        let mut until = Instant::now() + CANCEL_NOTICED;
        if let Some(again) = self.wheel.look_again() {
            until = until.min(again);
        }
        if is_short_of_tokens {
            until = self.upstreams.next_token().map_or(until, |next| until.min(next));
        }
        if self.lines.iter().flatten().any(Line::is_full) {
            until = until.min(Instant::now() + Duration::from_millis(1));
        }
        let lines = &self.lines;
        let streams = &mut self.streams;
        let something_came = std::future::poll_fn(|context| {
            let mut came = false;
            for line in lines.iter().flatten() {
                came |= line.poll_readable(context).is_ready();
            }
            if came { Poll::Ready(()) } else { Poll::Pending }
        });
        // What a connection brought is taken in `take_streams`; here it only wakes.
        let stream_came = async {
            if streams.is_empty() {
                std::future::pending().await
            } else {
                streams.join_next().await
            }
        };
        let mut joined = None;
        tokio::select! {
            () = something_came => {}
            came = stream_came => joined = came,
            () = tokio::time::sleep_until(until) => {}
        }
        self.came.extend(joined.and_then(Result::ok));
    }

    /// Reads what came over UDP.
    fn take_packets(&mut self, work: &mut dyn Work) {
        let now = Instant::now();
        let mut room = std::mem::take(&mut self.room);
        for at in 0..self.lines.len() {
            let mut packets = 0;
            while let Some(line) = &self.lines[at] {
                match line.receive(&mut room) {
                    Ok(n) => {
                        for bytes in room.packets(n) {
                            self.take_packet(at, bytes, now, work);
                        }
                        packets += n;
                        // A resolver that floods us must not starve the timers.
                        if packets >= MAX_AT_A_TIME {
                            break;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => {
                        self.fail(at, &error, work);
                        break;
                    }
                }
            }
        }
        self.room = room;
    }

    fn take_packet(&mut self, at: usize, bytes: &[u8], now: Instant, work: &mut dyn Work) {
        let id = bytes.first_chunk::<2>().map(|id| u16::from_be_bytes(*id));
        let known = id.and_then(|id| self.waiting.get(&(at, id)).copied().map(|place| (id, place)));
        let Some((id, place)) = known else {
            self.note_stray(at, bytes);
            return;
        };
        let Some(flight) = self.flights[place].as_mut() else { return };
        let is_this = |sent: &&Sent| sent.line == at && sent.packet.id == id;
        let Some(sent) = flight.sent.iter().find(is_this) else { return };
        let upstream = sent.upstream;
        match sent.packet.fit_datagram(bytes) {
            Fit::Ours(message) => {
                self.upstreams[upstream].answered(sent.at, now);
                let answer = read(&message);
                let is_cut = is_truncated(&answer);
                let exchanged = Exchanged { answer, transport: "udp", wire: Some(bytes.to_vec()) };
                if is_cut {
                    flight.fallback = Some((exchanged, upstream));
                    self.ask_over_stream(place, upstream);
                } else if says_nothing(&exchanged.answer)
                    && let Some(other) = self.untried(place)
                {
                    // A resolver that cannot or will not say is no reason to stop; its word stands when
                    // nobody has a better one.
                    if let Some(flight) = self.flights[place].as_mut() {
                        flight.fallback.get_or_insert((exchanged, upstream));
                    }
                    self.send(place, other, now, work);
                } else {
                    self.finish(place, exchanged, upstream, now, work);
                }
            }
            Fit::Malformed => {
                let exchanged = Exchanged::malformed("udp", bytes.to_vec());
                let attempts = self.upstreams[upstream].resolver.attempts as usize;
                let can_ask_another =
                    self.upstreams.places().len() > 1 && flight.sent.len() < attempts;
                if can_ask_another && let Some(other) = self.upstreams.choose_after(upstream, now) {
                    if let Some(flight) = self.flights[place].as_mut() {
                        flight.fallback = Some((exchanged, upstream));
                    }
                    self.send(place, other, now, work);
                } else {
                    self.finish(place, exchanged, upstream, now, work);
                }
            }
            Fit::Cut => {
                // Too little to believe: whoever guessed the id could have sent it.
                let malformed = Exchanged::malformed("udp", bytes.to_vec());
                flight.fallback.get_or_insert((malformed, upstream));
                flight.n_strays += 1;
            }
            Fit::OtherCase => {
                flight.n_other_case += 1;
                self.ask_over_stream(place, upstream);
            }
            Fit::Stray => flight.n_strays += 1,
        }
    }

    /// A resolver that was not asked this question yet and may be asked now.
    fn untried(&mut self, place: usize) -> Option<usize> {
        self.upstreams.untried(self.flights[place].as_ref()?, Instant::now())
    }

    /// Remembers a packet that answers nothing with the questions that it may have been meant for.
    fn note_stray(&mut self, at: usize, bytes: &[u8]) {
        let here = |flight: &&mut Flight| flight.sent.iter().any(|sent| sent.line == at);
        for flight in self.flights.iter_mut().flatten().filter(here) {
            let is_about = flight.sent.iter().any(|sent| sent.packet.is_about(bytes));
            if is_about || bytes.len() < HEADER {
                flight.n_strays += 1;
            }
        }
    }

    /// Goes on over a connection, where nobody else can answer and nothing is cut.
    fn ask_over_stream(&mut self, place: usize, upstream: usize) {
        self.forget_packets(place);
        let Some(flight) = self.flights[place].as_mut() else { return };
        if std::mem::replace(&mut flight.is_over_stream, true) {
            return;
        }
        let Some(asking) = &flight.asking else { return };
        let packet = asking.packet(&Dice::throw(flight.stamp.id, OVER_STREAM));
        let name = FlightName { place, generation: flight.generation };
        let deadline = flight.deadline;
        let addr = self.upstreams[upstream].resolver.addr;
        let connections = Arc::clone(&self.connections);
        self.streams.spawn(async move {
            let asking = async {
                let _one = connections.acquire().await;
                stream::ask(addr, &packet).await
            };
            let came = tokio::time::timeout_at(deadline, asking).await;
            let exchanged = came.map_err(|_| io::Error::from(io::ErrorKind::TimedOut)).flatten();
            Came { name, upstream, exchanged }
        });
    }

    /// Asks over an encrypted connection, which does its own waiting.
    fn ask_encrypted(&mut self, place: usize, upstream: usize, encrypted: Arc<Encrypted>) {
        self.forget_packets(place);
        let Some(flight) = self.flights[place].as_mut() else { return };
        flight.is_over_stream = true;
        flight.asked_encrypted.push(upstream);
        let Some(asking) = flight.asking.clone() else { return };
        let name = FlightName { place, generation: flight.generation };
        // Others that could be asked get their share of the time.
        let n_left = self.upstreams.not_asked(flight).count();
        let now = Instant::now();
        let left = flight.deadline.saturating_duration_since(now);
        let (stamp, deadline) = (flight.stamp, now + left / (n_left as u32 + 1));
        self.streams.spawn(async move {
            let asked = tokio::time::timeout_at(deadline, encrypted.ask(&asking, stamp)).await;
            let exchanged = match asked {
                Ok(exchanged) => exchanged,
                Err(_) => encrypted.fell_silent().await,
            };
            Came { name, upstream, exchanged: Ok(exchanged) }
        });
    }

    /// Reads what came over connections.
    fn take_streams(&mut self, work: &mut dyn Work) {
        while let Some(came) = self.streams.try_join_next() {
            self.came.extend(came.ok());
        }
        let now = Instant::now();
        for Came { name, upstream, exchanged } in std::mem::take(&mut self.came) {
            let Some(flight) = self.named(name) else { continue };
            let exchanged = exchanged.unwrap_or_else(|error| flight.without_stream(&error));
            let is_of_use = !matches!(exchanged.answer, Answer::NoAnswer { .. })
                && !says_nothing(&exchanged.answer);
            let is_encrypted = self.upstreams[upstream].encrypted.is_some();
            if is_encrypted && is_of_use {
                self.upstreams[upstream].n_silent = 0;
            } else if is_encrypted && let Some(other) = self.untried(name.place) {
                self.upstreams[upstream].n_silent += 1;
                if let Some(flight) = self.flights[name.place].as_mut() {
                    flight.is_over_stream = false;
                    flight.fallback.get_or_insert((exchanged, upstream));
                }
                self.send(name.place, other, now, work);
                continue;
            }
            let (exchanged, upstream) = match self.named(name).and_then(|it| it.fallback.take()) {
                // Who said something, and not what somebody else did not say.
                Some(fallback) if is_encrypted && !is_of_use => fallback,
                _ => (exchanged, upstream),
            };
            self.finish(name.place, exchanged, upstream, now, work);
        }
    }

    /// Sends again what was not answered, and ends what will not be.
    fn take_timers(&mut self, work: &mut dyn Work) {
        let now = Instant::now();
        let mut due = Vec::new();
        self.wheel.take(now, &mut due);
        for name in due {
            let flight = self.flights[name.place].as_mut();
            let Some(flight) = flight.filter(|it| it.generation == name.generation) else {
                continue;
            };
            let (deadline, is_over_stream) = (flight.deadline, flight.is_over_stream);
            let n_sent = flight.sent.len();
            let Some(last) = flight.sent.last_mut() else { continue };
            let upstream = last.upstream;
            let window = &mut self.upstreams[upstream].window;
            last.leave(window);
            if !last.is_over && !std::mem::replace(&mut last.is_lost, true) {
                window.lost(last.at, now);
            }
            if now >= deadline {
                if !is_over_stream {
                    self.upstreams[upstream].n_silent += 1;
                    self.give_up(name.place, upstream, now, work);
                }
                continue;
            }
            let attempts = self.upstreams[upstream].resolver.attempts.max(1) as usize;
            if is_over_stream || n_sent >= attempts {
                self.wheel.put(deadline, name);
                continue;
            }
            self.upstreams[upstream].n_silent += 1;
            match self.upstreams.choose_after(upstream, now) {
                Some(other) => self.send(name.place, other, now, work),
                None => self.wheel.put(now + LEAST_PATIENCE / 8, name),
            }
        }
    }

    /// A socket says that its resolver cannot be reached.
    fn fail(&mut self, at: usize, error: &io::Error, work: &mut dyn Work) {
        let now = Instant::now();
        let places: Vec<usize> = (0..self.flights.len())
            .filter(|place| self.flights[*place].as_ref().is_some_and(|flight| flight.waits_on(at)))
            .collect();
        for place in places {
            let Some(flight) = self.flights[place].as_mut() else { continue };
            let Some(upstream) = flight.sent.last().map(|sent| sent.upstream) else { continue };
            flight.problem = Some(plain_words(error));
            let untried = self.upstreams.not_asked(flight).next();
            match untried {
                _ if self.pace.persists => {}
                Some(other) => self.send(place, other, now, work),
                None => self.give_up(place, upstream, now, work),
            }
        }
    }

    fn give_up(&mut self, place: usize, upstream: usize, now: Instant, work: &mut dyn Work) {
        let deadline = self.upstreams[upstream].resolver.deadline;
        let Some(flight) = self.flights[place].as_mut() else { return };
        let (exchanged, upstream) = flight.nothing_came(deadline, upstream);
        self.finish(place, exchanged, upstream, now, work);
    }

    fn finish(
        &mut self,
        place: usize,
        exchanged: Exchanged,
        upstream: usize,
        now: Instant,
        work: &mut dyn Work,
    ) {
        self.forget_packets(place);
        let Some(flight) = self.flights[place].take() else { return };
        self.free.push(place);
        self.n_flights -= 1;
        let server = self.upstreams[upstream].name.clone();
        work.ended(flight.mark, flight.asked(exchanged, server, now));
    }

    /// No packet is waited for any more.
    fn forget_packets(&mut self, place: usize) {
        let Some(flight) = self.flights[place].as_mut() else { return };
        let mut left = Vec::new();
        for sent in flight.sent.iter_mut().filter(|sent| !sent.is_over) {
            sent.is_over = true;
            sent.leave(&mut self.upstreams[sent.upstream].window);
            self.waiting.remove(&(sent.line, sent.packet.id));
            if let Some(line) = &mut self.lines[sent.line] {
                line.n_open -= 1;
                left.push(sent.line);
            }
        }
        for at in left {
            self.close_if_done(at);
        }
    }

    fn cancel(&mut self, work: &mut dyn Work) {
        let now = Instant::now();
        for place in 0..self.flights.len() {
            let Some(upstream) = self.flights[place].as_ref().and_then(Flight::asked_last) else {
                continue;
            };
            let transport = self.upstreams[upstream].encrypted.as_ref().map(|it| it.transport());
            let why = "cancelled while waiting for the answer";
            let exchanged = Exchanged::nothing(transport.unwrap_or("udp"), why);
            self.finish(place, exchanged, upstream, now, work);
        }
    }

    /// The question, unless it ended and its place went to another.
    fn named(&mut self, name: FlightName) -> Option<&mut Flight> {
        self.flights[name.place].as_mut().filter(|it| it.generation == name.generation)
    }
}

/// Whether a resolver answered without saying anything about the name.
fn says_nothing(answer: &Answer) -> bool {
    matches!(answer, Answer::Dns { rcode, .. } if rcode == "SERVFAIL" || rcode == "REFUSED")
}

/// Hashes by an id that is random already.
#[derive(Debug, Default, Clone, Copy)]
struct ByRandomId;

impl BuildHasher for ByRandomId {
    type Hasher = Mixed;

    fn build_hasher(&self) -> Mixed {
        Mixed(0)
    }
}

/// What was hashed so far.
#[derive(Debug)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        // Its upper bits choose as well.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 ^ self.0 >> 56 ^ u64::from(*byte);
        }
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = self.0 << 16 ^ n as u64;
    }

    fn write_u16(&mut self, n: u16) {
        self.0 = self.0 << 16 ^ u64::from(n);
    }
}

/// What a connection brought.
struct Came {
    name: FlightName,
    upstream: usize,
    exchanged: io::Result<Exchanged>,
}

fn plain_words(error: &io::Error) -> &'static str {
    match error.kind() {
        // Windows reports the refusal of an earlier packet as a reset.
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
            "nothing listens at the resolver's address (connection refused)"
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "the resolver cannot be reached from here (no route)"
        }
        io::ErrorKind::PermissionDenied => "this machine does not allow asking the resolver",
        _ => "the question could not be sent",
    }
}
