//! The team's picture: taken in as pixels only, and put on paper.

use std::io::Cursor;

use farol_model::team;
use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};

use crate::leak;

/// Larger files are no logo.
const MAX_BYTES: usize = 4 << 20;
/// Nobody unpacks more pixels than this; a picture that says it has more is not unpacked at all.
const MAX_SIDE_PX: u32 = 6_000;
const MAX_MEMORY: u64 = 160 << 20;
/// What is kept: sharp at the size it is printed.
const KEPT_WIDTH_PX: u32 = 900;
const KEPT_HEIGHT_PX: u32 = 240;
const MAX_KEPT_BYTES: usize = 256 << 10;

/// A logo on its way to paper.
#[derive(Debug, Clone)]
pub(crate) struct Logo {
    pub(crate) png: Vec<u8>,
    /// Width over height.
    pub(crate) shape: f64,
}

impl Logo {
    pub(crate) fn of(it: &team::Logo) -> Self {
        let digits: Vec<u8> = it.png.bytes().filter_map(leak::base64_digit).collect();
        let shape = f64::from(it.width_px.max(1)) / f64::from(it.height_px.max(1));
        Self { png: leak::from_digits(&digits), shape }
    }
}

/// Makes a logo from a PNG or JPEG file: its pixels, no larger than they are printed, and nothing else
/// of the file.
///
/// # Errors
/// Why it cannot be one, in words that end a sentence.
pub fn clean_logo(bytes: &[u8]) -> Result<team::Logo, &'static str> {
    if bytes.len() > MAX_BYTES {
        return Err("the file is larger than 4 MiB");
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| "it cannot be read")?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err("it is neither PNG nor JPEG");
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => {
            "it has more pixels than a logo needs (6 000 a side at most)"
        }
        _ => "it is damaged",
    })?;
    let fits = picture.width() <= KEPT_WIDTH_PX && picture.height() <= KEPT_HEIGHT_PX;
    let kept = if fits {
        picture
    } else {
        picture.resize(KEPT_WIDTH_PX, KEPT_HEIGHT_PX, FilterType::Lanczos3)
    };
    let kept = DynamicImage::ImageRgba8(kept.into_rgba8());
    let mut png = Cursor::new(Vec::new());
    kept.write_to(&mut png, ImageFormat::Png).map_err(|_| "it cannot be written as PNG")?;
    let png = png.into_inner();
    if png.len() > MAX_KEPT_BYTES {
        return Err("it is too rich for a logo; give one with plain areas of colour");
    }
    Ok(team::Logo { png: base64(&png), width_px: kept.width(), height_px: kept.height() })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let three =
            [group[0], group.get(1).copied().unwrap_or(0), group.get(2).copied().unwrap_or(0)];
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        for n in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * n) & 63) as usize];
            out.push(if n <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbaImage::from_fn(width, height, |x, _| {
            image::Rgba([if x % 2 == 0 { 10 } else { 200 }, 90, 40, 255])
        });
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(picture).write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    /// A chunk of a PNG with its checksum.
    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        let mut out = (data.len() as u32).to_be_bytes().to_vec();
        out.extend(kind.iter().chain(data));
        out.extend(crc.sum().to_be_bytes());
        out
    }

    #[test]
    fn a_logo_is_its_pixels_and_nothing_else_of_its_file() {
        let mut file = png(1800, 300);
        let text = chunk(b"tEXt", b"Author\0Dana Reyes, 198.51.100.7");
        file.splice(33..33, text);
        file.extend(b"behind the end");
        let logo = clean_logo(&file).unwrap();
        assert_eq!((logo.width_px, logo.height_px), (900, 150));
        let kept = Logo::of(&logo).png;
        let mut reading = leak::Reading::default();
        leak::picture(&kept, &mut reading).unwrap();
        assert!(kept.starts_with(b"\x89PNG"));
        assert!(!String::from_utf8_lossy(&kept).contains("Dana"));
        let again = clean_logo(&kept).unwrap();
        assert_eq!(again, logo, "a clean logo stays as it is");
        assert_eq!(clean_logo(&png(200, 40)).unwrap().width_px, 200, "never made larger");
    }

    #[test]
    fn what_is_no_logo_is_refused_with_its_reason_and_a_bomb_is_not_unpacked() {
        let header = |width: u32, height: u32| {
            let mut data = width.to_be_bytes().to_vec();
            data.extend(height.to_be_bytes());
            data.extend([8, 6, 0, 0, 0]);
            [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &data)].concat()
        };
        let zeros = {
            let mut packed =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
            std::io::Write::write_all(&mut packed, &vec![0; 8 << 20]).unwrap();
            packed.finish().unwrap()
        };
        let bomb = |width, height| {
            [header(width, height), chunk(b"IDAT", &zeros), chunk(b"IEND", b"")].concat()
        };
        let whole = png(300, 80);
        for (bytes, expected) in [
            (bomb(60_000, 60_000), "more pixels"),
            (bomb(5_900, 5_900), "damaged"),
            (bomb(u32::MAX, 1), "damaged"),
            (whole[..whole.len() / 2].to_vec(), "damaged"),
            (b"\x89PNG\r\n\x1a\nnothing".to_vec(), "damaged"),
            (b"GIF89a\x01\0\x01\0".to_vec(), "neither PNG nor JPEG"),
            (b"<svg onload='x()'/>".to_vec(), "neither PNG nor JPEG"),
            (b"%PDF-1.7".to_vec(), "neither PNG nor JPEG"),
            (vec![], "neither PNG nor JPEG"),
            (vec![0; 5 << 20], "larger than 4 MiB"),
        ] {
            let why = clean_logo(&bytes).unwrap_err();
            assert!(why.contains(expected) || why.contains("more pixels"), "{expected}: {why}");
        }
    }
}
