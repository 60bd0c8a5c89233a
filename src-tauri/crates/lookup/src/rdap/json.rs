//! JSON from strangers: depth and size are looked at before anything is built.

use serde_json::Value;

/// How deep arrays and objects may be nested. Real answers stay under twenty.
const MAX_DEPTH: usize = 64;

/// Parses a JSON text; the error says in plain words why it is refused.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, &'static str> {
    if depth(bytes) > MAX_DEPTH {
        return Err("its JSON is nested too deep");
    }
    // Some servers put a byte order mark in front (RFC 8259 §8.1 lets readers ignore it).
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|_| "it is not JSON")
}

/// The deepest nesting; brackets within strings do not count.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                now += 1;
                deepest = deepest.max(now);
            }
            b'}' | b']' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings() {
        assert_eq!(depth(br#"{"a": [[1], "[[[[\"[["]}"#), 3);
        let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(parse(&nested(64)).is_ok());
        assert_eq!(parse(&nested(65)), Err("its JSON is nested too deep"));
        assert_eq!(parse(&vec![b'['; 1 << 20]), Err("its JSON is nested too deep"));
        assert_eq!(parse(b"<html>"), Err("it is not JSON"));
        assert_eq!(parse(b"\xef\xbb\xbf{}"), Ok(Value::Object(serde_json::Map::new())));
    }
}
