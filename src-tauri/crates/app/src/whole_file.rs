//! A file that is there whole or not at all.

use std::{
    fs::{self, File},
    io::{BufWriter, IntoInnerError, Write},
    path::Path,
};

/// Writes beside the place, syncs, and only then gives the file its name. When anything fails,
/// nothing is left behind and a file that was there before stays.
pub(crate) fn write<T, E: From<std::io::Error>>(
    path: &Path,
    f: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = write_part(part, f).and_then(|out| {
        fs::rename(part, path)?;
        Ok(out)
    });
    if written.is_err() {
        drop(fs::remove_file(part));
    }
    written
}

fn write_part<T, E: From<std::io::Error>>(
    part: &Path,
    f: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let mut file = BufWriter::new(File::create(part)?);
    let out = f(&mut file)?;
    file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    #[test]
    fn what_was_there_stays_when_writing_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        super::write(&path, |to| to.write_all(b"first")).unwrap();
        let failed = super::write(&path, |to| {
            to.write_all(b"half")?;
            Err::<(), _>(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
