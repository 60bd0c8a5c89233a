//! The offline table of networks: who announces an address.
//!
//! The team's own table lies beside the vault and counts before the one that set-up brought. A table is
//! read when somebody needs it, because most starts do not; what is said of it comes from a line beside it.
//! Without a table, or with one that cannot be read, look-ups say so and everything else works.

use std::{
    fs::{self, File},
    io::{BufReader, Read, Write},
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use farol_lookup::AsnTable;
use serde::{Deserialize, Serialize};

use crate::{
    Desk, Failure,
    view::{AnnouncedRow, AsnTableKind, AsnTableView},
    whole_file,
};

const TABLE: &str = "asn.csv";
const ABOUT: &str = "asn.about.json";
/// Where older versions kept the date of a table.
const AS_OF: &str = "asn.csv.as_of";

/// What stands beside a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct About {
    /// What it is, and which version.
    name: String,
    /// The date of the data; when it was loaded, where nothing else is known.
    as_of: String,
    licence: Option<String>,
    /// Whom its licence wants to be named.
    attribution: Option<String>,
    /// What a reader has to know.
    note: Option<String>,
    n_ranges: Option<u32>,
    /// Known when it was read.
    n_contradicted: u32,
}

/// A table that was read.
struct Loaded {
    kind: AsnTableKind,
    about: About,
    table: Arc<AsnTable>,
    problem: Option<String>,
}

/// The tables of an open desk.
#[derive(Default)]
pub(crate) struct AsnTables {
    /// Where a table may lie that came with the program.
    brought: Vec<PathBuf>,
    now: RwLock<Option<Arc<Loaded>>>,
}

/// Where set-up or a package leaves a table, beside this program or in the cache of whoever runs it.
pub fn brought_in() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside =
        program.as_deref().and_then(Path::parent).into_iter().flat_map(|it| {
            [it.join("asn"), it.join("../lib/Farol/asn"), it.join("../Resources/asn")]
        });
    beside.chain(dirs::cache_dir().map(|it| it.join("farol/asn"))).collect()
}

impl Desk {
    /// The same desk, which finds a table that came with the program in one of these folders, the first first.
    #[must_use]
    pub fn with_tables_in(mut self, folders: Vec<PathBuf>) -> Self {
        self.asn.brought = folders;
        self
    }

    /// Who announces which addresses.
    pub(crate) fn asn_table(&self) -> Arc<AsnTable> {
        Arc::clone(&self.loaded().table)
    }

    /// Which table answers, how old it is, and whom it is from.
    pub fn asn_table_show(&self) -> AsnTableView {
        let known = self.asn.now.read().unwrap_or_else(PoisonError::into_inner).clone();
        let (kind, about, problem) = match (known, self.place()) {
            (Some(it), _) => (it.kind, it.about.clone(), it.problem.clone()),
            (None, Some((kind, _, about))) if about.n_ranges.is_some() => (kind, about, None),
            // To count the ranges of a table that an older version kept, it has to be read.
            (None, _) => {
                let it = self.loaded();
                (it.kind, it.about.clone(), it.problem.clone())
            }
        };
        AsnTableView {
            kind,
            name: about.name,
            as_of: about.as_of,
            licence: about.licence,
            attribution: about.attribution,
            note: about.note,
            n_ranges: about.n_ranges.unwrap_or(0),
            n_contradicted: about.n_contradicted,
            problem,
        }
    }

    /// What the table says of addresses; nobody is asked.
    ///
    /// # Errors
    /// When one is no address, or no table can be used.
    pub fn announced(&self, addresses: &[String]) -> Result<Vec<AnnouncedRow>, Failure> {
        let addresses = addresses.iter().map(|text| {
            let value = farol_intake::observable(text);
            value.and_then(|it| it.host()?.parse::<IpAddr>().ok()).ok_or_else(|| {
                Failure::bad_input(
                    "One of these is not an address.",
                    "Write 192.0.2.7 or 2001:db8::7, defanged or not.",
                )
            })
        });
        let addresses: Vec<IpAddr> = addresses.collect::<Result<_, _>>()?;
        let loaded = self.loaded();
        if loaded.table.is_empty() {
            return Err(Failure::refused(
                loaded.problem.clone().unwrap_or_else(|| "No IP→ASN table is here.".into()),
                "Load one in Settings, or with `farolctl asn load FILE`.",
            ));
        }
        let row = |ip: IpAddr| {
            let found = loaded.table.lookup(ip);
            AnnouncedRow {
                ip: ip.to_string(),
                range: found.map(|it| it.range()),
                asn: found.map(|it| it.asn),
                holder: found.map(|it| it.holder.to_owned()),
                as_of: loaded.table.as_of().to_owned(),
            }
        };
        Ok(addresses.into_iter().map(row).collect())
    }

    /// Loads a table of the team's own (`start,end,asn,name`) from one file or several, IPv4 and IPv6
    /// apart, and keeps it beside the vault; it is public data.
    ///
    /// # Errors
    /// When a file cannot be read or a line is wrong; the old table stays then.
    pub fn load_asn_table(&self, files: &[PathBuf]) -> Result<AsnTableView, Failure> {
        let refused = |what: String| {
            Failure::bad_input(
                format!("The table was not loaded: {what}. The old one stays."),
                "Choose CSV files with the columns start, end, asn, name, unpacked and without a head.",
            )
        };
        let io = |error: std::io::Error| refused(error.kind().to_string());
        let as_of = self.store.now().to_minute();
        let opened =
            files.iter().try_fold(Box::new(std::io::empty()) as Box<dyn Read>, |all, it| {
                // A last line need not end with a line end.
                Ok::<_, std::io::Error>(Box::new(all.chain(File::open(it)?).chain(&b"\n"[..])) as _)
            });
        let opened = opened.map_err(io)?;
        let table = whole_file::write(&self.dir.join(TABLE), |to| {
            let copying = Copying { from: opened, to };
            let table = AsnTable::read(BufReader::new(copying), &as_of).map_err(io)?;
            let table = table.map_err(|error| refused(error.to_string()))?;
            if table.is_empty() {
                return Err(refused("there is no range in it".into()).into());
            }
            Ok(table)
        });
        let table = table.map_err(|Refused(failure)| failure)?;
        let names = files.iter().filter_map(|it| it.file_name());
        let names: Vec<_> = names.map(|it| it.to_string_lossy().into_owned()).collect();
        let about = About {
            name: names.join(", "),
            as_of,
            n_ranges: Some(table.len() as u32),
            n_contradicted: table.n_contradicted(),
            ..About::default()
        };
        whole_file::write(&self.dir.join(ABOUT), |to| {
            serde_json::to_writer(to, &about).map_err(std::io::Error::from)
        })
        .map_err(io)?;
        self.use_table(Some(Loaded {
            kind: AsnTableKind::Own,
            about,
            table: Arc::new(table),
            problem: None,
        }));
        Ok(self.asn_table_show())
    }

    /// Forgets the team's own table; the one that set-up brought answers again, if there is one.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn forget_asn_table(&self) -> Result<AsnTableView, Failure> {
        for name in [TABLE, ABOUT, AS_OF] {
            match fs::remove_file(self.dir.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::refused(
                        format!("The table stays: {}.", error.kind()),
                        "Check the permissions of the vault's folder, then try again.",
                    ));
                }
                _ => {}
            }
        }
        self.use_table(None);
        Ok(self.asn_table_show())
    }

    fn use_table(&self, loaded: Option<Loaded>) {
        *self.asn.now.write().unwrap_or_else(PoisonError::into_inner) = loaded.map(Arc::new);
    }

    fn loaded(&self) -> Arc<Loaded> {
        if let Some(it) = &*self.asn.now.read().unwrap_or_else(PoisonError::into_inner) {
            return Arc::clone(it);
        }
        let mut now = self.asn.now.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(now.get_or_insert_with(|| Arc::new(self.read_table())))
    }

    fn read_table(&self) -> Loaded {
        let Some((kind, path, mut about)) = self.place() else { return self.without() };
        let read = File::open(path)
            .and_then(|file| AsnTable::read(BufReader::new(file), &about.as_of))
            .map_err(|error| error.kind().to_string())
            .and_then(|it| it.map_err(|error| error.to_string()));
        let (table, problem) = match read {
            Ok(table) => (table, None),
            Err(what) => {
                let said = format!("The IP→ASN table {} cannot be used: {what}.", about.name);
                (AsnTable::empty(), Some(said))
            }
        };
        about.n_ranges = Some(table.len() as u32);
        about.n_contradicted = table.n_contradicted();
        Loaded { kind, about, table: Arc::new(table), problem }
    }

    fn without(&self) -> Loaded {
        let (kind, table, name) = if self.practice.is_some() {
            let csv = farol_practice::asn_csv().as_bytes();
            let table = AsnTable::parse(csv, PRACTICE).unwrap_or_default();
            (AsnTableKind::Practice, table, PRACTICE)
        } else {
            (AsnTableKind::Missing, AsnTable::empty(), "")
        };
        let n_ranges = Some(table.len() as u32);
        let about = About { name: name.to_owned(), n_ranges, ..About::default() };
        Loaded { kind, about, table: Arc::new(table), problem: None }
    }

    /// The table that counts, and what stands beside it.
    fn place(&self) -> Option<(AsnTableKind, PathBuf, About)> {
        let about = |folder: &Path| {
            let text = fs::read(folder.join(ABOUT)).ok()?;
            serde_json::from_slice::<About>(&text).ok()
        };
        let own = self.dir.join(TABLE);
        if own.is_file() {
            let about = about(&self.dir).unwrap_or_else(|| {
                let as_of = fs::read_to_string(self.dir.join(AS_OF));
                let as_of = as_of.map_or_else(|_| "unknown".into(), |it| it.trim().to_owned());
                About { name: TABLE.into(), as_of, ..About::default() }
            });
            return Some((AsnTableKind::Own, own, about));
        }
        if self.practice.is_some() {
            return None;
        }
        let brought = self.asn.brought.iter().find(|it| it.join(TABLE).is_file())?;
        // Without its name and licence nobody could say what answers.
        Some((AsnTableKind::Brought, brought.join(TABLE), about(brought)?))
    }
}

const PRACTICE: &str = "the practice internet";

/// Keeps what is read.
struct Copying<'a> {
    from: Box<dyn Read>,
    to: &'a mut dyn Write,
}

impl Read for Copying<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.to.write_all(&buffer[..n])?;
        Ok(n)
    }
}

/// Why a table was not taken.
struct Refused(Failure);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self(Failure::refused(
            format!("The table could not be kept: {}. The old one stays.", error.kind()),
            "Check free space and permissions of the vault's folder, then try again.",
        ))
    }
}

#[cfg(test)]
mod tests;
