//! Answers as a list keeps them: each observation with its bytes, packed together.
//!
//! For each its JSON and its bytes, as messages are packed; that there are no bytes is written as a length of
//! 2³²−1. The whole is deflated, because DNS answers say the same again and again.

use std::io::Read as _;

use farol_lookup::Asked;
use farol_model::lookup::messages::{put, take};
use flate2::{Compress, Compression, FlushCompress, Status, read::DeflateDecoder};

const NO_BYTES: [u8; 4] = u32::MAX.to_le_bytes();

/// What is added when the packed answers do not fit.
const ROOM: usize = 256;

/// Packs answers. It is used again for each name, because clearing the memory of a new one takes longer than
/// packing.
pub(super) struct Packer {
    deflate: Compress,
    plain: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> Self {
        Self { deflate: Compress::new(Compression::fast(), false), plain: Vec::new() }
    }

    /// Packs answers.
    pub(super) fn pack<'a>(&mut self, asked: impl IntoIterator<Item = &'a Asked>) -> Vec<u8> {
        self.plain.clear();
        for it in asked {
            let json = serde_json::to_vec(&it.observation).expect("observations are plain data");
            put(&mut self.plain, &json);
            match &it.wire {
                Some(wire) => put(&mut self.plain, wire),
                None => self.plain.extend(NO_BYTES),
            }
        }
        self.deflate.reset();
        let mut packed = Vec::with_capacity(self.plain.len() / 2 + ROOM);
        loop {
            let taken = self.deflate.total_in() as usize;
            let flush = FlushCompress::Finish;
            let status = self.deflate.compress_vec(&self.plain[taken..], &mut packed, flush);
            if status.expect("memory takes everything") == Status::StreamEnd {
                return packed;
            }
            packed.reserve(ROOM);
        }
    }
}

/// Unpacks them; none when they are not what was packed.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<Asked>> {
    let mut plain = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut plain).ok()?;
    let mut rest = plain.as_slice();
    let mut all = Vec::new();
    while !rest.is_empty() {
        let json = take(&mut rest)?;
        let wire = match rest.strip_prefix(&NO_BYTES) {
            Some(after) => {
                rest = after;
                None
            }
            None => Some(take(&mut rest)?.to_vec()),
        };
        all.push(Asked { observation: serde_json::from_slice(json).ok()?, wire });
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use farol_model::{
        id::ObservationId,
        lookup::{Answer, Observation, Question},
        time::Timestamp,
    };

    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_a_damaged_piece_is_no_answer() {
        let asked = |name: &str, wire: Option<&[u8]>| Asked {
            observation: Observation {
                id: ObservationId(uuid::Uuid::from_u128(1)),
                question: Question::Dns { name: name.into(), record_type: "A".into() },
                server: "192.0.2.53:53".into(),
                transport: "udp".into(),
                asked_at: Timestamp::from_ms(7),
                round_trip_ms: 1,
                answer: Answer::NotInTable,
                wire: None,
            },
            wire: wire.map(<[u8]>::to_vec),
        };
        let all =
            [asked("kelp.test", Some(b"bytes")), asked("moor.test", None), asked("", Some(b""))];
        let mut packer = Packer::new();
        let packed = packer.pack(&all);
        assert_eq!(unpack(&packed).unwrap(), all);
        assert_eq!(unpack(&packer.pack([])).unwrap(), []);
        assert_eq!(packer.pack(&all), packed, "nothing of one is left in the next");
        // What deflating does not make smaller does not fit at first.
        let noise: Vec<u8> =
            (0..5_000_u32).flat_map(|n| farol_store::digest(&n.to_le_bytes()).0).collect();
        let noise = [asked("kelp.test", Some(&noise))];
        assert_eq!(unpack(&packer.pack(&noise)).unwrap(), noise);
        assert_eq!(unpack(&packed[..packed.len() / 2]), None);
        assert_eq!(unpack(b"nonsense"), None);
    }
}
