//! Any file against a list of values, without a vault.

use std::{fs, path::Path};

use farol_model::export::{CheckFile, FileCheck, RenderError};

use crate::{Code, Failure};

/// Larger files are not read.
const MAX_BYTES: u64 = 256 << 20;

/// Searches `file` for the values in `list`, one a line.
///
/// # Errors
/// When one of the two cannot be read, the list is empty, or the check could not read the file well
/// enough to say anything.
pub fn check_file(check: CheckFile, file: &Path, list: &Path) -> Result<FileCheck, Failure> {
    let list = String::from_utf8(read(list, "list")?).map_err(|_| {
        Failure::bad_input("The list is not UTF-8 text.", "Save it as UTF-8, one value a line.")
    })?;
    let values: Vec<String> =
        list.trim_start_matches('\u{feff}').lines().map(|it| it.trim().to_owned()).collect();
    if values.iter().all(String::is_empty) {
        return Err(Failure::bad_input(
            "The list has no values, so nothing would be searched for.",
            "Write one value a line.",
        ));
    }
    check(&read(file, "file")?, &values).map_err(|error| match error {
        RenderError::CheckVoid(why) => Failure::new(
            Code::LeakStopped,
            format!("The check proves nothing about this file: {why}."),
            "Check an unprotected copy that has text, or look through it yourself.",
        ),
        other => Failure::new(Code::Failed, format!("The check failed: {other}."), "Try again."),
    })
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let cannot = |why: String| {
        Failure::bad_input(format!("The {what} cannot be read: {why}."), "Check the path.")
    };
    let size = fs::metadata(path).map_err(|error| cannot(error.kind().to_string()))?.len();
    if size > MAX_BYTES {
        return Err(cannot("it is larger than 256 MiB".into()));
    }
    fs::read(path).map_err(|error| cannot(error.kind().to_string()))
}
