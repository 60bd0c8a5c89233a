//! Messages as they came, one after the other, so that those of a batch are one original.
//!
//! Each stands after its length in bytes: four bytes, the lowest first.

/// Puts a message, under 4 GiB, behind those that are there.
pub fn put(to: &mut Vec<u8>, message: &[u8]) {
    let length = u32::try_from(message.len()).expect("a message is far below 4 GiB");
    to.extend(length.to_le_bytes());
    to.extend(message);
}

/// Takes the next message; none when there is no whole one.
pub fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk::<4>()?;
    let (message, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *from = rest;
    Some(message)
}

/// Packs messages, each under 4 GiB.
pub fn pack<'a>(messages: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut packed = Vec::new();
    messages.into_iter().for_each(|it| put(&mut packed, it));
    packed
}

/// The messages of a pack; none when it is no whole one.
pub fn unpack(mut packed: &[u8]) -> Option<Vec<&[u8]>> {
    let mut messages = Vec::new();
    while !packed.is_empty() {
        messages.push(take(&mut packed)?);
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
