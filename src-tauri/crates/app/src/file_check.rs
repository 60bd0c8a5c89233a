//! Any file against a list of values, without a vault.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::Path,
};

use farol_model::export::{CheckFile, FileCheck, RenderError};

use crate::{Code, Failure};

/// Larger files are not read.
const MAX_BYTES: u64 = 256 << 20;

/// Searches `file` for the values in `list`, one a line.
///
/// # Errors
/// When one of the two cannot be read, the list is empty or no text, or the check could not read the file well
/// enough to say anything.
pub fn check_file(check: CheckFile, file: &Path, list: &Path) -> Result<FileCheck, Failure> {
    let values = values(read(list, "list")?)?;
    if values.iter().all(String::is_empty) {
        return Err(Failure::bad_input(
            "The list has no values, so nothing would be searched for.",
            "Write one value a line.",
        ));
    }
    let found = check(&read(file, "file")?, &values).map_err(|error| match error {
        RenderError::CheckVoid(why) => Failure::new(
            Code::LeakStopped,
            format!("The check proves nothing about this file: {why}."),
            "Check an unprotected copy that has text, or look through it yourself.",
        ),
        other => Failure::new(Code::Failed, format!("The check failed: {other}."), "Try again."),
    })?;
    if found.n_values_searched == 0 {
        return Err(Failure::bad_input(
            "Every value of the list is too short to be recognised, so nothing was searched for.",
            "Write whole names and addresses, one a line.",
        ));
    }
    Ok(found)
}

/// The lines of a list: UTF-8, or UTF-16 that says so at its beginning, with the line ends of any system.
/// What reads as text and is none would be searched for in vain, and is refused.
fn values(bytes: Vec<u8>) -> Result<Vec<String>, Failure> {
    let units = |from: fn([u8; 2]) -> u16| -> Option<String> {
        let pairs = bytes[2..].as_chunks::<2>();
        let units = pairs.0.iter().map(|it| from(*it));
        let text = char::decode_utf16(units).collect::<Result<String, _>>().ok();
        text.filter(|_| pairs.1.is_empty())
    };
    let text = match bytes.get(..2) {
        Some([0xff, 0xfe]) => units(u16::from_le_bytes),
        Some([0xfe, 0xff]) => units(u16::from_be_bytes),
        _ => String::from_utf8(bytes).ok(),
    };
    let text = text.filter(|it| !it.contains('\0')).ok_or_else(|| {
        Failure::bad_input(
            "The list is neither UTF-8 nor marked UTF-16 text. Nothing was searched for.",
            "Save it as UTF-8, one value a line.",
        )
    })?;
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    Ok(text.split(ends).map(|it| it.trim().to_owned()).collect())
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let cannot = |why: String| {
        Failure::bad_input(format!("The {what} cannot be read: {why}."), "Check the path.")
    };
    // Asked before it is opened: a pipe that nobody writes into would keep us waiting for ever.
    let found = fs::metadata(path).map_err(|error| cannot(said(&error)))?;
    if found.is_dir() {
        return Err(cannot(said(&ErrorKind::IsADirectory.into())));
    }
    if !found.is_file() {
        return Err(Failure::bad_input(
            format!("The {what} is a pipe or a device and no file. Nothing was searched for."),
            "Write it to a file first, and give that.",
        ));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|it| it.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) if bytes.len() as u64 > MAX_BYTES => Err(cannot("it is larger than 256 MiB".into())),
        Ok(_) => Ok(bytes),
        Err(error) => Err(cannot(said(&error))),
    }
}

/// Why a file cannot be read, in a person's words.
fn said(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is none of that name".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::PermissionDenied => "it may not be read by you".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use farol_model::export::{FileCheck, RenderError};

    use super::check_file;

    /// Finds nothing, and gives back as the kind what it searched for.
    #[expect(clippy::unnecessary_wraps, reason = "it stands in for the check")]
    fn echo(_: &[u8], values: &[String]) -> Result<FileCheck, RenderError> {
        Ok(FileCheck {
            kind: values.join("|"),
            n_values_searched: values.iter().filter(|it| it.len() > 2).count() as u32,
            too_short: vec![],
            hits: vec![],
            notes: vec![],
        })
    }

    fn searched(list: &[u8]) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list");
        fs::write(&path, list).unwrap();
        check_file(echo, &path, &path).map(|it| it.kind).map_err(|it| it.message)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_list_is_read_as_any_system_wrote_it() {
        for list in
            ["Acme\nBoréalis", "\u{feff}Acme\nBoréalis", "Acme \rBoréalis", "Acme\r\n Boréalis"]
        {
            assert_eq!(searched(list.as_bytes()).unwrap(), "Acme|Boréalis", "{list:?}");
        }
        let marked = "\u{feff}Acme\r\nBoréalis";
        assert_eq!(searched(&utf16(marked, u16::to_le_bytes)).unwrap(), "Acme|Boréalis");
        assert_eq!(searched(&utf16(marked, u16::to_be_bytes)).unwrap(), "Acme|Boréalis");
        assert_eq!(searched(b"Acme\r\n\r\nBorealis\n").unwrap(), "Acme||Borealis|");
        let long = "x".repeat(1 << 20);
        assert_eq!(searched(format!("{long}\nAcme").as_bytes()).unwrap().len(), long.len() + 5);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_and_never_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let list = dir.path().join("list");
        fs::write(&list, "Acme").unwrap();
        let socket = dir.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let refused = |file: &Path, list: &Path| check_file(echo, file, list).unwrap_err().message;
        for (path, expected) in [
            (socket.as_path(), "a pipe or a device"),
            (Path::new("/dev/zero"), "a pipe or a device"),
            (dir.path(), "it is a folder"),
            (&dir.path().join("nothing"), "there is none of that name"),
        ] {
            let (as_file, as_list) = (refused(path, &list), refused(&list, path));
            assert!(as_file.contains(expected) && as_file.contains("The file"), "{as_file}");
            assert!(as_list.contains(expected) && as_list.contains("The list"), "{as_list}");
        }
    }

    #[test]
    fn a_list_that_would_be_searched_for_in_vain_is_refused() {
        for (list, expected) in [
            (&b""[..], "no values"),
            (b"\n \r\n\t\n", "no values"),
            (b"\xef\xbb\xbf", "no values"),
            (b"ab\nx\n", "too short"),
            (b"Acme\xe9\n", "neither UTF-8"),
            (&utf16("Acme\n", u16::to_be_bytes), "neither UTF-8"),
            (&utf16("Acme\n", u16::to_le_bytes), "neither UTF-8"),
            (b"\xff\xfeA\0c", "neither UTF-8"),
            (b"\xff\xfe\0\xd8", "neither UTF-8"),
        ] {
            let refused = searched(list).unwrap_err();
            assert!(refused.contains(expected), "{list:?}: {refused}");
        }
    }

    #[test]
    fn what_is_no_file_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let none = dir.path().join("none");
        let refused = check_file(echo, &none, &none).unwrap_err().message;
        assert!(refused.contains("there is none of that name"), "{refused}");
        let refused = check_file(echo, dir.path(), dir.path()).unwrap_err().message;
        assert!(refused.contains("it is a folder"), "{refused}");
    }
}
