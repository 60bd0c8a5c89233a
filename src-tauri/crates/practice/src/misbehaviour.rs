//! How the server treats a name: what tests and lessons need to go wrong.
//!
//! A `PRACTICE` line carries one or more words, and several lines for a name add up:
//!
//! ```text
//! silent            never answers
//! truncate          sets TC over UDP; the whole answer comes over TCP
//! servfail          SERVFAIL, with the extended error 22 unless another one is given
//! refused           REFUSED
//! wrong-id          answers with another id; says nothing over TCP
//! malformed         breaks off in the middle of the records
//! no-follow         answers with the CNAME alone
//! rotate            answers with one record of each set, the next one at every ask
//! delay=300         waits so many milliseconds
//! loss=3            loses every third packet that asks for the name over UDP
//! lie=203.0.113.9   answers every question for addresses of that family with this one
//! lie=other.test    answers as if another name had been asked for
//! ede=22            adds an extended error (RFC 8914) for clients that speak EDNS
//! ede=22:"text"     the same with a text
//! ```
//!
//! `round=2 TYPE DATA` is no misbehaviour but a change of the world: from that round on, the
//! name's records of that type are these.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RecordType},
};

/// The extended error of a delegation that leads nowhere (RFC 8914: No Reachable Authority).
const NO_REACHABLE_AUTHORITY: u16 = 22;

/// Everything that is practised on one name.
#[derive(Debug, Default)]
pub(crate) struct Misbehaviour {
    /// Never answers.
    pub(crate) silent: bool,
    /// Sets TC over UDP.
    pub(crate) truncate: bool,
    /// Answers with another id.
    pub(crate) wrong_id: bool,
    /// Answers with a message that breaks off.
    pub(crate) malformed: bool,
    /// Answers with the CNAME alone and does not follow it.
    pub(crate) no_follow: bool,
    /// Answers with one record of a set at a time.
    pub(crate) rotate: bool,
    /// Answers with this code and no records.
    pub(crate) rcode: Option<ResponseCode>,
    /// Waits before it answers.
    pub(crate) delay: Duration,
    /// Says what is not so.
    pub(crate) lie: Option<Lie>,
    /// Explains itself: code and text.
    pub(crate) extended_error: Option<(u16, String)>,
    loss: Option<Loss>,
}

/// What is said instead of the truth.
#[derive(Debug, Clone)]
pub(crate) enum Lie {
    /// Another address.
    Address(IpAddr),
    /// The answer to a question about another name.
    Name(Name),
}

impl Lie {
    /// Whether the lie concerns a question of this type.
    pub(crate) fn address_for(&self, asked: RecordType) -> Option<IpAddr> {
        match (self, asked) {
            (Self::Address(ip @ IpAddr::V4(_)), RecordType::A)
            | (Self::Address(ip @ IpAddr::V6(_)), RecordType::AAAA) => Some(*ip),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Loss {
    every: NonZeroU32,
    n_asked: AtomicU32,
}

impl Misbehaviour {
    /// Adds the words of one `PRACTICE` line.
    pub(crate) fn learn(&mut self, words: &[String]) -> Result<(), &'static str> {
        if words.is_empty() {
            return Err("expected a misbehaviour");
        }
        words.iter().try_for_each(|word| self.learn_word(word))
    }

    fn learn_word(&mut self, word: &str) -> Result<(), &'static str> {
        match word.split_once('=') {
            None => match word {
                "silent" => self.silent = true,
                "truncate" => self.truncate = true,
                "wrong-id" => self.wrong_id = true,
                "malformed" => self.malformed = true,
                "no-follow" => self.no_follow = true,
                "rotate" => self.rotate = true,
                "refused" => self.rcode = Some(ResponseCode::Refused),
                "servfail" => {
                    self.rcode = Some(ResponseCode::ServFail);
                    let text = "no server of the zone could be reached".to_owned();
                    self.extended_error.get_or_insert((NO_REACHABLE_AUTHORITY, text));
                }
                _ => return Err("unknown misbehaviour"),
            },
            Some(("delay", ms)) => {
                let ms = ms.parse().map_err(|_| "the delay is not a number of milliseconds")?;
                self.delay = Duration::from_millis(ms);
            }
            Some(("loss", every)) => {
                let every = every.parse().map_err(|_| "the loss is not a number from 1")?;
                self.loss = Some(Loss { every, n_asked: AtomicU32::new(0) });
            }
            Some(("lie", lie)) => {
                self.lie = Some(match lie.parse() {
                    Ok(ip) => Lie::Address(ip),
                    Err(_) => Lie::Name(crate::zone::absolute(lie)?),
                });
            }
            Some(("ede", error)) => {
                let (code, text) = error.split_once(':').unwrap_or((error, ""));
                let code = code.parse().map_err(|_| "the extended error is not a number")?;
                self.extended_error = Some((code, text.to_owned()));
            }
            Some(_) => return Err("unknown misbehaviour"),
        }
        Ok(())
    }

    /// Whether the packet that just came over UDP is lost; counts it.
    pub(crate) fn loses_this_one(&self) -> bool {
        self.loss.as_ref().is_some_and(|loss| {
            let n_before = loss.n_asked.fetch_add(1, Ordering::Relaxed);
            n_before.wrapping_add(1).is_multiple_of(loss.every.get())
        })
    }
}
