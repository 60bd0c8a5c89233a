//! A list as a file: CSV, JSON lines, or a spreadsheet. Written piece by piece, whole or not at all.

use std::{
    fs::File,
    io::{self, BufWriter},
    path::Path,
    str::FromStr,
};

use farol_lookup::verdict;
use farol_model::{
    id::{LookupListId, Malformed},
    lookup::Role,
    lookup_list::{ListedFilter, ListedName, ListedSort},
    observable::defang,
};

use super::{names::read_filter, xlsx::Sheet};
use crate::{Code, Desk, Failure, host_lists::LookedUp, spreadsheet::Csv, whole_file};

/// Names that are read at a time.
const PART: u32 = 500;
/// The columns of a table, with widths for a spreadsheet.
const COLUMNS: [(&str, u32); 15] = [
    ("name", 36),
    ("outcome", 20),
    ("summary", 60),
    ("addresses", 34),
    ("proxy", 18),
    ("host", 18),
    ("storage", 18),
    ("dns", 18),
    ("mail", 18),
    ("registrar", 22),
    ("registered_at", 20),
    ("newly_registered", 10),
    ("ours", 8),
    ("cases", 18),
    ("problem", 40),
];

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// A line a name; no cell is taken for a formula.
    Csv,
    /// One JSON object a name with every answer, as `farolctl lookup --json` prints it.
    Jsonl,
    /// A spreadsheet with a row a name.
    Xlsx,
}

impl ListFormat {
    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Xlsx => "xlsx",
        }
    }
}

impl FromStr for ListFormat {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        [Self::Csv, Self::Jsonl, Self::Xlsx]
            .into_iter()
            .find(|it| it.extension() == text)
            .ok_or(Malformed { what: "format, one of: csv jsonl xlsx" })
    }
}

impl Desk {
    /// Writes the names of a list that a filter lets through. Returns how many there are.
    ///
    /// Nothing in it is defanged: it is for machines and for filtering in a spreadsheet, and opens no
    /// links by itself.
    ///
    /// # Errors
    /// When there is no such list, or the file cannot be written; none is left then.
    pub fn export_lookup_list(
        &self,
        id: LookupListId,
        filter: &ListedFilter,
        sort: ListedSort,
        format: ListFormat,
        path: &Path,
    ) -> Result<u32, Failure> {
        let filter = read_filter(filter);
        let failed = |error: io::Error| {
            Failure::new(
                Code::Failed,
                format!("The list could not be written: {}. No file is left.", error.kind()),
                "Choose another folder, or free some space.",
            )
        };
        let mut n_names = 0;
        let mut each = |put: &mut Put<'_>| {
            loop {
                let part = self.store.read(|it| it.listed(id, &filter, sort, n_names, PART))?;
                if part.names.is_empty() {
                    return Ok(());
                }
                for name in &part.names {
                    put(name)?;
                }
                n_names += part.names.len() as u32;
            }
        };
        let written = match format {
            ListFormat::Csv => whole_file::write(path, |to| {
                let mut table = Csv::begin(to, COLUMNS.map(|(title, _)| title))?;
                each(&mut |name| Ok(table.row(self.cells(id, name)?)?))?;
                Ok(table.end()?)
            }),
            ListFormat::Jsonl => whole_file::write(path, |to| {
                let networks = self.networks();
                let asn = self.asn_table();
                each(&mut |name| {
                    let observations = self.kept_answers(id, &name.name)?;
                    let verdict = verdict(&name.name, &observations, &networks);
                    let line = LookedUp::of(&observations, verdict, &asn);
                    serde_json::to_writer(&mut *to, &line).map_err(io::Error::from)?;
                    Ok(to.write_all(b"\n")?)
                })
            }),
            ListFormat::Xlsx => self.write_sheet(id, path, &mut each),
        };
        written.map_err(|problem| match problem {
            Problem::File(error) => failed(error),
            Problem::Desk(failure) => failure,
        })?;
        Ok(n_names)
    }

    /// A zip file is finished at its end, so it is written beside its place by itself.
    fn write_sheet(
        &self,
        id: LookupListId,
        path: &Path,
        each: &mut dyn FnMut(&mut Put<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let mut write = || {
            let mut file = BufWriter::new(File::create(part)?);
            let mut sheet = Sheet::begin(&mut file, &COLUMNS)?;
            each(&mut |name| {
                let cells = self.cells(id, name)?;
                Ok(sheet.texts(cells.iter().map(String::as_str))?)
            })?;
            sheet.end()?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            Ok(std::fs::rename(part, path)?)
        };
        let written = write();
        if written.is_err() {
            drop(std::fs::remove_file(part));
        }
        written
    }

    fn cells(&self, id: LookupListId, it: &ListedName) -> Result<[String; 15], Failure> {
        let now = self.store.now();
        let of_role = |role: Role| {
            let all = it.roles.iter().filter(|found| found.role == role);
            all.map(|found| found.provider.as_str()).collect::<Vec<_>>().join("; ")
        };
        let yes = |it: bool| if it { "yes" } else { "" }.to_owned();
        let cases =
            self.store.read(|reader| super::references(reader, &reader.brought_from(id, it.n)?))?;
        let cases: Vec<_> = cases.iter().map(ToString::to_string).collect();
        let more = (it.n_addresses as usize).saturating_sub(it.addresses.len());
        let mut addresses = it.addresses.join(" ");
        if more > 0 {
            addresses.push_str(&format!(" and {more} more"));
        }
        Ok([
            it.name.clone(),
            it.outcome.label().to_owned(),
            it.summary.clone(),
            addresses,
            of_role(Role::Proxy),
            of_role(Role::Host),
            of_role(Role::Storage),
            of_role(Role::Dns),
            of_role(Role::Mail),
            it.registrar.clone().unwrap_or_default(),
            it.registered_at.map(|at| at.to_string()).unwrap_or_default(),
            yes(it.is_new(now)),
            yes(it.is_ours()),
            cases.join(" "),
            it.problem.clone().unwrap_or_default(),
        ])
    }
}

/// What a file may be called: the title in plain letters.
pub fn file_name(title: &str, format: ListFormat) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let words: String = defang(title).chars().map(plain).collect();
    let words: Vec<&str> = words.split('-').filter(|it| !it.is_empty()).collect();
    let stem: String = words.join("-").chars().take(60).collect();
    let stem = if stem.is_empty() { "lookup-list" } else { &stem };
    format!("{stem}.{}", format.extension())
}

/// Puts one name into a file.
type Put<'a> = dyn FnMut(&ListedName) -> Result<(), Problem> + 'a;

/// What went wrong while a file was written.
enum Problem {
    File(io::Error),
    Desk(Failure),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Desk(failure)
    }
}

impl From<farol_store::StoreError> for Problem {
    fn from(error: farol_store::StoreError) -> Self {
        Self::Desk(error.into())
    }
}
