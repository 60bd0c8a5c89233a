//! Bytes of a PDF, opened: everything that a curious reader could get out of the file.

use std::{fs, path::Path, process::Command};

use lopdf::{Document, Object};

/// The text as `pdftotext` (poppler) reads it, with single spaces.
pub(crate) fn page_text(path: &Path) -> String {
    let output = Command::new("pdftotext").arg(path).arg("-").output().unwrap();
    assert!(output.status.success());
    squeeze(&String::from_utf8_lossy(&output.stdout))
}

pub(crate) fn n_pages(path: &Path) -> usize {
    Document::load(path).unwrap().get_pages().len()
}

/// Raw bytes, every decompressed stream, every string object, document information and outline,
/// the page text, and UTF-16 strings read as such; all in lower case.
pub(crate) fn everything(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut all = String::from_utf8_lossy(&bytes).into_owned();
    for object in Document::load(path).unwrap().objects.values() {
        collect(object, &mut all);
    }
    all.push_str(&page_text(path));
    for tool in ["pdfinfo", "pdfinfo -meta"] {
        let mut words = tool.split(' ');
        let output = Command::new(words.next().unwrap()).args(words).arg(path).output().unwrap();
        all.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    squeeze(&all).to_lowercase()
}

fn collect(object: &Object, all: &mut String) {
    match object {
        Object::String(bytes, _) => {
            all.push_str(&String::from_utf8_lossy(bytes));
            if let Some(wide) = bytes.strip_prefix(&[0xfe, 0xff]) {
                let units: Vec<u16> =
                    wide.chunks_exact(2).map(|it| u16::from_be_bytes([it[0], it[1]])).collect();
                all.push_str(&String::from_utf16_lossy(&units));
            }
            all.push('\n');
        }
        Object::Array(items) => items.iter().for_each(|it| collect(it, all)),
        Object::Dictionary(dictionary) => dictionary.iter().for_each(|(_, it)| collect(it, all)),
        Object::Stream(stream) => {
            stream.dict.iter().for_each(|(_, it)| collect(it, all));
            let content = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
            all.push_str(&String::from_utf8_lossy(&content));
        }
        _ => {}
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
