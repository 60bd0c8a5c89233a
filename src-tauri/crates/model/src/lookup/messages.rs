//! Messages as they came, one after the other, so that those of a batch are one original.
//!
//! Each stands after its length in bytes: four bytes, the lowest first.

/// Packs messages, each under 4 GiB.
pub fn pack<'a>(messages: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut packed = Vec::new();
    for message in messages {
        let length = u32::try_from(message.len()).expect("a message is far below 4 GiB");
        packed.extend(length.to_le_bytes());
        packed.extend(message);
    }
    packed
}

/// The messages of a pack; none when it is no whole one.
pub fn unpack(packed: &[u8]) -> Option<Vec<&[u8]>> {
    let mut messages = Vec::new();
    let mut rest = packed;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (message, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        messages.push(message);
        rest = after;
    }
    Some(messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_and_a_piece_of_a_pack_is_none() {
        let messages: [&[u8]; 3] = [b"one", b"", b"a third"];
        let packed = pack(messages);
        assert_eq!(unpack(&packed).unwrap(), messages);
        assert_eq!(unpack(&[]).unwrap(), [[0_u8; 0]; 0]);
        let beginnings = (1..packed.len()).map(|at| unpack(&packed[..at]));
        let whole: Vec<_> = beginnings.flatten().map(|it| it.len()).collect();
        assert_eq!(whole, [1, 2], "only where a message ends");
        assert_eq!(unpack(b"nonsense"), None);
    }
}
