//! Whether a picture is nothing but pixels: no text, no history, no place, nothing behind its end.

use farol_model::export::RenderError;

use super::{Reading, Rigour, search::Place};

/// The parts of a PNG that pixels need.
const PIXEL_CHUNKS: &[&[u8]] = &[b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"];

/// How a PNG begins.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(crate) fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(PNG)
}

/// Reads a picture of one of the known kinds; other bytes are left alone.
pub(crate) fn read(
    bytes: &[u8],
    place: &Place,
    rigour: Rigour,
    reading: &mut Reading,
) -> Result<(), RenderError> {
    if let Some(chunks) = bytes.strip_prefix(PNG) {
        return png(chunks, place, rigour, reading);
    }
    if bytes.starts_with(&[0xff, 0xd8]) || bytes.starts_with(b"GIF8") || bytes.starts_with(b"RIFF")
    {
        reading.ability(rigour, "a picture may carry data about itself (EXIF, XMP)")?;
    }
    Ok(())
}

fn png(
    mut rest: &[u8],
    place: &Place,
    rigour: Rigour,
    reading: &mut Reading,
) -> Result<(), RenderError> {
    while let Some((head, after)) = rest.split_at_checked(8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = &head[4..8];
        let Some((data, after)) = after.split_at_checked(length) else { break };
        rest = after.get(4..).unwrap_or_default();
        if !PIXEL_CHUNKS.contains(&kind) {
            let name = String::from_utf8_lossy(kind).into_owned();
            reading.ability(rigour, &format!("a picture carries more than pixels ({name})"))?;
            text_chunk(data, place, reading);
        }
        if kind == b"IEND" {
            if !rest.is_empty() {
                reading.ability(rigour, "a picture goes on behind its end")?;
            }
            return Ok(());
        }
    }
    reading.ability(rigour, "a picture has no end")
}

/// The text of `tEXt`, `zTXt` and `iTXt`, packed or not.
fn text_chunk(data: &[u8], place: &Place, reading: &mut Reading) {
    reading.around.push((place.clone(), String::from_utf8_lossy(data).into_owned()));
    for (at, byte) in data.iter().enumerate().take(256) {
        if *byte == 0x78
            && let Ok(text) = super::office::inflated(&data[at..])
        {
            reading.around.push((place.clone(), String::from_utf8_lossy(&text).into_owned()));
        }
    }
}
