//! A DNS question as bytes, and whether a packet answers it.
//!
//! Pure. The id, and which letters of the name are capitals, come from randomness that is handed
//! in: a packet that repeats both did see the question (draft-vixie-dnsext-dns0x20). Knows nothing
//! of sockets.

use farol_model::lookup::{Answer, Question};
use hickory_proto::{
    op::{Header, Message, MessageType, Query, ResponseCode},
    rr::{Name, RecordType},
    serialize::binary::{BinDecodable, BinDecoder},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::wire;

/// Bytes before the question.
pub(crate) const HEADER: usize = 12;
/// Recursion desired; and AD, which asks for the flag without asking for signatures (RFC 6840 §5.7).
const FLAGS: [u8; 2] = [0x01, 0x20];
/// A name server is asked for what it knows itself.
const TO_AUTHORITY: [u8; 2] = [0, 0];
/// An OPT record: 1232 bytes fit everywhere without fragments (DNS flag day 2020), and a subnet of
/// length nought asks the resolver not to pass ours on (RFC 7871 §7.1.2).
const EDNS: [u8; 19] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 8, 0, 8, 0, 4, 0, 1, 0, 0];

/// What an encrypted question is filled up to, so that its length tells little (RFC 8467 §4.1).
const BLOCK: usize = 128;
/// EDNS option that fills a message up (RFC 7830).
const PADDING: [u8; 2] = [0, 12];

/// What is asked, in the form that DNS carries it.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    /// The name in lower case, the type and the class.
    question: Vec<u8>,
    flags: [u8; 2],
}

/// A question that left, as it left.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) id: u16,
    pub(crate) bytes: Vec<u8>,
    n_question: usize,
}

/// Whether a packet answers a question.
#[derive(Debug)]
pub(crate) enum Fit {
    /// It does.
    Ours(Box<Message>),
    /// It answers the question, but cannot be read.
    Malformed,
    /// It carries the id, but not enough to say what it answers.
    Cut,
    /// It would answer the question, if the case of the name were the one that was sent.
    OtherCase,
    /// It belongs to another question, or to nobody.
    Stray,
}

impl Asking {
    /// What a question asks of a server; none for what is no question of the DNS, no name or no record
    /// type.
    pub(crate) fn of(question: &Question) -> Option<Self> {
        match question {
            Question::Dns { name, record_type } => Self::new(name, record_type),
            Question::Wildcard { under, label } => Self::new(&format!("{label}.{under}"), "A"),
            Question::Authority { name, record_type, .. } => {
                Some(Self { flags: TO_AUTHORITY, ..Self::new(name, record_type)? })
            }
            Question::Asn { .. } | Question::Rdap { .. } | Question::Whois { .. } => None,
        }
    }

    /// None for what is no name or no record type.
    pub(crate) fn new(name: &str, record_type: &str) -> Option<Self> {
        let record_type: RecordType = record_type.parse().ok()?;
        let mut question = Vec::with_capacity(name.len() + 6);
        if is_simple(name) {
            for label in name.trim_end_matches('.').split('.') {
                question.push(u8::try_from(label.len()).ok()?);
                question.extend(label.bytes().map(|it| it.to_ascii_lowercase()));
            }
        } else {
            let name = Name::from_ascii(name).ok().filter(|_| !name.is_empty())?;
            for label in &name {
                question.push(u8::try_from(label.len()).ok()?);
                question.extend(label.iter().map(u8::to_ascii_lowercase));
            }
        }
        question.push(0);
        question.extend(u16::from(record_type).to_be_bytes());
        question.extend([0, 1]);
        Some(Self { question, flags: FLAGS })
    }

    /// The packet for one attempt.
    pub(crate) fn packet(&self, dice: &Dice) -> Packet {
        let mut bytes = Vec::with_capacity(HEADER + self.question.len() + EDNS.len());
        bytes.extend(dice.id().to_be_bytes());
        bytes.extend(self.flags);
        bytes.extend([0, 1, 0, 0, 0, 0, 0, 1]);
        bytes.extend(&self.question);
        dice.mix_case(&mut bytes[HEADER..HEADER + self.question.len() - 4]);
        bytes.extend(EDNS);
        Packet { id: dice.id(), bytes, n_question: self.question.len() }
    }

    /// The packet for an encrypted way, filled up so that its length tells little.
    pub(crate) fn padded(&self, id: u16) -> Packet {
        let mut bytes = Vec::with_capacity(3 * BLOCK);
        bytes.extend(id.to_be_bytes());
        bytes.extend(self.flags);
        bytes.extend([0, 1, 0, 0, 0, 0, 0, 1]);
        bytes.extend(&self.question);
        bytes.extend(EDNS);
        let n_more = (bytes.len() + 4).next_multiple_of(BLOCK) - bytes.len();
        // The length of the record's data stands before its only option so far.
        let at = bytes.len() - 10;
        let n_data = 8 + n_more as u16;
        bytes[at..at + 2].copy_from_slice(&n_data.to_be_bytes());
        bytes.extend(PADDING);
        bytes.extend((n_more as u16 - 4).to_be_bytes());
        bytes.resize(bytes.len() + n_more - 4, 0);
        Packet { id, bytes, n_question: self.question.len() }
    }
}

/// Whether a name is of letters, digits and hyphens, in labels and a whole of allowed length: nothing in it
/// needs reading twice.
fn is_simple(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        (1..64).contains(&label.len())
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    name.len() < 254 && name.split('.').all(is_label)
}

impl Packet {
    /// Whether these bytes answer it, sent over a way that anybody can send to: the case of the name
    /// has to be repeated.
    pub(crate) fn fit_datagram(&self, bytes: &[u8]) -> Fit {
        self.fit(bytes, false)
    }

    /// Whether these bytes repeat its name and type, whatever else they are.
    pub(crate) fn is_about(&self, bytes: &[u8]) -> bool {
        let asked = &self.bytes[HEADER..HEADER + self.n_question];
        let repeated = bytes.get(HEADER..HEADER + self.n_question);
        repeated.is_some_and(|repeated| is_same_question(repeated, asked))
    }

    /// Whether these bytes answer it, from a connection: servers may write the name as they like.
    pub(crate) fn fit_stream(&self, bytes: &[u8]) -> Fit {
        self.fit(bytes, true)
    }

    fn fit(&self, bytes: &[u8], any_case: bool) -> Fit {
        if bytes.first_chunk::<2>() != Some(&self.id.to_be_bytes()) {
            return Fit::Stray;
        }
        let mut decoder = BinDecoder::new(bytes);
        let Ok(header) = Header::read(&mut decoder) else { return Fit::Cut };
        if header.metadata.message_type != MessageType::Response {
            return Fit::Stray;
        }
        match header.counts.queries {
            // A server that could not read the question has nothing to repeat.
            0 if header.metadata.response_code != ResponseCode::NoError => {}
            1 => {
                let asked = &self.bytes[HEADER..HEADER + self.n_question];
                match bytes.get(HEADER..HEADER + self.n_question) {
                    Some(repeated) if repeated == asked => {}
                    Some(repeated) if is_same_question(repeated, asked) => {
                        if !any_case {
                            return Fit::OtherCase;
                        }
                    }
                    _ => {
                        let is_cut = Query::read(&mut decoder).is_err();
                        return if is_cut { Fit::Cut } else { Fit::Stray };
                    }
                }
            }
            _ => return Fit::Cut,
        }
        Message::from_vec(bytes).map_or(Fit::Malformed, |message| Fit::Ours(Box::new(message)))
    }
}

/// Type and class are compared as they are: their bytes are no letters.
fn is_same_question(a: &[u8], b: &[u8]) -> bool {
    let ((name_a, rest_a), (name_b, rest_b)) = (a.split_at(a.len() - 4), b.split_at(b.len() - 4));
    rest_a == rest_b && name_a.eq_ignore_ascii_case(name_b)
}

/// The randomness of one attempt, made from the id of its observation.
#[derive(Debug)]
pub(crate) struct Dice([u8; 32]);

impl Dice {
    /// `id` must not be guessable before the question left.
    pub(crate) fn throw(id: Uuid, attempt: u32) -> Self {
        let hash = Sha256::new_with_prefix(id.as_bytes()).chain_update(attempt.to_be_bytes());
        Self(hash.finalize().into())
    }

    pub(crate) fn id(&self) -> u16 {
        u16::from_be_bytes([self.0[0], self.0[1]])
    }

    /// A label that nobody has.
    pub(crate) fn label(&self) -> String {
        let letters = b"abcdefghijklmnopqrstuvwxyz234567";
        self.0[16..].iter().map(|it| char::from(letters[usize::from(it % 32)])).collect()
    }

    /// Any of so many.
    pub(crate) fn any_of(&self, n: usize) -> usize {
        usize::from(u16::from_be_bytes([self.0[2], self.0[3]])) % n.max(1)
    }

    /// A share between nought and one.
    pub(crate) fn share(&self) -> f64 {
        f64::from(u16::from_be_bytes([self.0[4], self.0[5]])) / f64::from(u16::MAX)
    }

    fn mix_case(&self, name: &mut [u8]) {
        let letters = name.iter_mut().filter(|byte| byte.is_ascii_lowercase());
        for (coin, byte) in letters.enumerate() {
            let bits = self.0[8 + coin / 8 % 24];
            if bits >> (coin % 8) & 1 == 1 {
                byte.make_ascii_uppercase();
            }
        }
    }
}

/// Whether an answer says of itself that it was cut.
pub(crate) fn is_truncated(answer: &Answer) -> bool {
    matches!(answer, Answer::Dns { flags, .. } if flags.iter().any(|flag| flag == "tc"))
}

/// The answer that fitting bytes are.
pub(crate) fn read(message: &Message) -> Answer {
    wire::read(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small, repeatable source of bytes (xorshift).
    fn noise(seed: u64) -> impl FnMut() -> u8 {
        let mut state = seed | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[3]
        }
    }

    fn asked(name: &str, n: u128) -> Packet {
        Asking::new(name, "A").unwrap().packet(&Dice::throw(Uuid::from_u128(n), 1))
    }

    fn read_hostile(bytes: &[u8], packet: &Packet) {
        for fit in [packet.fit_datagram(bytes), packet.fit_stream(bytes)] {
            if let Fit::Ours(message) = fit {
                read(&message);
            }
        }
    }

    /// The question repeated, with a header of an answer.
    fn answering(packet: &Packet, header: [u8; 10]) -> Vec<u8> {
        let mut bytes = packet.bytes[..HEADER + packet.n_question].to_vec();
        bytes[2..HEADER].copy_from_slice(&header);
        bytes
    }

    #[test]
    fn random_bytes_never_panic() {
        let packet = asked("login.harbour-bank.example", 7);
        for seed in 0..20_000 {
            let mut next = noise(seed * 2654435761 + 1);
            let length = usize::from(next());
            let mut bytes: Vec<u8> = (0..length).map(|_| next()).collect();
            read_hostile(&bytes, &packet);
            // The same again with the right id and question, so that the records are reached.
            let mut fitting = answering(&packet, [0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1]);
            fitting.append(&mut bytes);
            read_hostile(&fitting, &packet);
            fitting.truncate(usize::from(next()) % fitting.len());
            read_hostile(&fitting, &packet);
        }
    }

    #[test]
    fn records_of_every_type_with_random_data_never_panic() {
        let packet = asked("a.test", 7);
        for record_type in 0..=270_u16 {
            for seed in 0..150 {
                let mut next = noise(seed * 7919 + u64::from(record_type) * 104_729 + 3);
                let length = usize::from(next() % 48);
                let mut bytes = answering(&packet, [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
                bytes.extend_from_slice(&[0xc0, 12]);
                bytes.extend_from_slice(&record_type.to_be_bytes());
                bytes.extend_from_slice(&[0, 1, 0, 0, 0, 60, 0, length as u8]);
                // Half of them look like names, so that more decoders get past their first byte.
                bytes.extend((0..length).map(|_| if seed % 2 == 0 { next() } else { next() % 4 }));
                read_hostile(&bytes, &packet);
            }
        }
    }

    #[test]
    fn an_answer_to_another_question_or_in_another_case_does_not_fit() {
        let packet = asked("login.harbour-bank.example", 7);
        let good = answering(&packet, [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert!(matches!(packet.fit_datagram(&good), Fit::Ours(_)));
        let other_name = asked("login.harbour-bang.example", 7);
        let other_name = answering(&other_name, [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert!(matches!(packet.fit_datagram(&other_name), Fit::Stray));
        let mut other_id = good.clone();
        other_id[0] ^= 1;
        assert!(matches!(packet.fit_datagram(&other_id), Fit::Stray));
        let mut other_type = good.clone();
        let at = other_type.len() - 3;
        other_type[at] = 28;
        assert!(matches!(packet.fit_datagram(&other_type), Fit::Stray));

        let lower = good.to_ascii_lowercase();
        let lower = [&good[..HEADER], &lower[HEADER..]].concat();
        assert!(matches!(packet.fit_datagram(&lower), Fit::OtherCase));
        assert!(matches!(packet.fit_stream(&lower), Fit::Ours(_)));

        let echo = &packet.bytes;
        assert!(matches!(packet.fit_datagram(echo), Fit::Stray), "our own question echoed");
        assert!(matches!(packet.fit_datagram(&good[..20]), Fit::Cut));
        assert!(matches!(packet.fit_datagram(&[]), Fit::Stray));
        let mut short = good.clone();
        short[7] = 1;
        assert!(matches!(packet.fit_datagram(&short), Fit::Malformed), "a record is missing");
    }

    #[test]
    fn a_simple_name_is_read_as_any_other() {
        let read = |name: &str| Asking::new(name, "A").map(|it| it.question);
        for name in ["a.test", "A-1._x.Kelp.test", "a.test.", "xn--bcher-kva.example"] {
            assert!(is_simple(name), "{name}");
            let whole = Name::from_ascii(name).unwrap();
            let mut expected: Vec<u8> = Vec::new();
            for label in &whole {
                expected.push(label.len() as u8);
                expected.extend(label.to_ascii_lowercase());
            }
            expected.extend([0, 0, 1, 0, 1]);
            assert_eq!(read(name), Some(expected), "{name}");
        }
        let long = "a.".repeat(127) + "test";
        let label = format!("{}.test", "a".repeat(64));
        for name in ["", ".", "a..test", "*.test", "a\\.b.test", &long, &label] {
            assert!(!is_simple(name), "{name}");
        }
        assert_eq!(read(&label), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn what_leaves_encrypted_has_a_length_that_tells_little() {
        for name in ["a.test", "login.harbour-bank.example", &"kelp.".repeat(40)] {
            let packet = Asking::new(name, "A").unwrap().padded(7);
            assert!(packet.bytes.len().is_multiple_of(BLOCK), "{}", packet.bytes.len());
            let message = Message::from_vec(&packet.bytes).unwrap();
            assert_eq!(message.metadata.id, 7);
            let asked = message.queries[0].name().to_ascii();
            assert_eq!(asked.trim_end_matches('.'), name.trim_end_matches('.'));
            let options = message.edns.unwrap();
            assert_eq!(options.options().options.len(), 2, "no subnet, and padding");
        }
    }

    #[test]
    fn what_leaves_is_a_question_of_this_shape() {
        let packet = asked("Login.Harbour-Bank.example.", 7);
        let message = Message::from_vec(&packet.bytes).unwrap();
        assert_eq!(message.metadata.id, packet.id);
        let sent = message.queries[0].name().to_ascii();
        assert_eq!(sent.to_lowercase(), "login.harbour-bank.example.");
        assert_ne!(sent, sent.to_lowercase(), "some letters are capitals");
        assert_ne!(asked("login.harbour-bank.example", 8).bytes, packet.bytes);
        assert_eq!(message.edns.unwrap().max_payload(), 1232);
        assert!(message.metadata.recursion_desired && message.metadata.authentic_data);
    }
}
