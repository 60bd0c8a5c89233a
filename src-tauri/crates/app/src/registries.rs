//! The registries: whether they are asked, who they are, and how often they may be asked.
//!
//! What is kept about them lies beside the vault, because it is public or about this computer:
//! `registries.json` (the switch and what is left of the quotas), `registries.toml` (the team's own
//! servers) and `rdap/*.json` (IANA's bootstrap files).

use std::{
    fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use farol_lookup::{LookupError, Quotas, Registries, Servers, World, registry_questions};
use farol_model::time::Timestamp;
use farol_practice::Practice;
use serde::{Deserialize, Serialize};

use crate::{
    Code, Desk, Failure,
    view::{RegistriesView, RegistryPlan, RegistryQuota, RegistryTable},
    whole_file,
};

const KEPT: &str = "registries.json";
const OWN: &str = "registries.toml";
const IANA: &str = "rdap";
/// After so many days IANA's table counts as old.
const OLD_DAYS: i64 = 90;

/// What the next start has to know.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    on: bool,
    /// WHOIS is asked where RDAP fails, unless somebody switched it off.
    #[serde(default)]
    without_whois: bool,
    quotas: Quotas,
}

/// The registries of an open desk.
pub(crate) struct Desked {
    now: RwLock<(bool, Arc<Registries>)>,
}

impl Desked {
    /// Those of a real vault, or of the practice internet.
    ///
    /// # Errors
    /// When a table beside the vault cannot be used.
    pub(crate) fn open(dir: &Path, practice: Option<&Practice>) -> Result<Self, Failure> {
        let kept = match fs::read(dir.join(KEPT)) {
            // Nobody switched anything.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Kept { on: true, ..Kept::default() }
            }
            // A switch that cannot be read is off.
            Err(_) => Kept::default(),
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        };
        let (servers, world) = match practice {
            Some(practice) => (practice_servers(practice)?, practice_world(practice)),
            None => (real_servers(dir)?, World::Internet),
        };
        let registries =
            Registries::new(servers, world, kept.quotas).asking_whois(!kept.without_whois);
        Ok(Self { now: RwLock::new((kept.on, Arc::new(registries))) })
    }

    fn get(&self) -> (bool, Arc<Registries>) {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, on: bool, registries: Arc<Registries>) {
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = (on, registries);
    }
}

impl Desk {
    /// The registries, when they may be asked.
    pub(crate) fn registries(&self) -> Option<Arc<Registries>> {
        let (on, registries) = self.registries.get();
        on.then_some(registries)
    }

    /// Whether registries are asked, the tables in use and their age, and what is left of the quotas.
    pub fn registries_show(&self) -> RegistriesView {
        let (on, registries) = self.registries.get();
        let now = self.store.now();
        let tables = registries.servers().ages().into_iter().map(|it| RegistryTable {
            is_old: is_old(&it.as_of, now),
            source: it.source,
            as_of: it.as_of,
            n_entries: it.n_entries as u32,
        });
        RegistriesView {
            on,
            whois: registries.asks_whois(),
            tables: tables.collect(),
            quotas: registries.quotas().all(now).into_iter().map(quota).collect(),
        }
    }

    /// Switches the registries on or off; it stays so until somebody switches again.
    ///
    /// # Errors
    /// When the switch cannot be kept; it stays as it was then.
    pub fn switch_registries(&self, on: bool) -> Result<RegistriesView, Failure> {
        let (_, registries) = self.registries.get();
        self.keep_registries(on, &registries)?;
        self.registries.set(on, registries);
        Ok(self.registries_show())
    }

    /// Takes in one of IANA's bootstrap files (`dns.json`, `ipv4.json`, `ipv6.json`, `asn.json`), and
    /// keeps it beside the vault in place of what was known of its kind.
    ///
    /// # Errors
    /// When the file cannot be read or is none of them; the old table stays then. A practice desk
    /// knows the practice internet only.
    pub fn load_registries(&self, path: &Path) -> Result<RegistriesView, Failure> {
        if self.practice.is_some() {
            return Err(Failure::refused(
                "This is a practice desk: it asks the practice internet only. Nothing was changed.",
                "Open your own vault to load IANA's files.",
            ));
        }
        let refused = |what: String| {
            Failure::bad_input(
                format!("The file was not loaded: {what}. The old table stays."),
                "Choose dns.json, ipv4.json, ipv6.json or asn.json as https://data.iana.org/rdap/ has them.",
            )
        };
        let text = fs::read_to_string(path).map_err(|error| refused(error.kind().to_string()))?;
        let (on, old) = self.registries.get();
        let servers = old.servers().with_iana(&text).map_err(|error| refused(error.to_string()))?;
        let name = Servers::none().with_iana(&text).map_or("dns.json", |it| it.file_name());
        let folder = self.dir.join(IANA);
        fs::create_dir_all(&folder)
            .and_then(|()| {
                whole_file::write(&folder.join(name), |to| to.write_all(text.as_bytes()))
            })
            .map_err(|error| refused(error.kind().to_string()))?;
        let new = Registries::new(servers, World::Internet, old.quotas());
        self.registries.set(on, Arc::new(new.asking_whois(old.asks_whois())));
        Ok(self.registries_show())
    }

    /// Asks over WHOIS where RDAP fails, or not; it stays so until somebody switches again.
    ///
    /// # Errors
    /// When the switch cannot be kept; it stays as it was then.
    pub fn switch_whois(&self, on: bool) -> Result<RegistriesView, Failure> {
        let (is_on, old) = self.registries.get();
        let new = Arc::new(old.again(on));
        self.keep_registries(is_on, &new)?;
        self.registries.set(is_on, new);
        Ok(self.registries_show())
    }

    /// Keeps what is left of the quotas for the next start. Not being able to is no reason to lose
    /// answers, so it is passed over; the next look-up tries again.
    pub(crate) fn keep_quotas(&self) {
        let (on, registries) = self.registries.get();
        drop(self.keep_registries(on, &registries));
    }

    /// What the registries would be asked about hosts; nothing when they are switched off.
    pub(crate) fn plan_registries(&self, hosts: &[String]) -> Vec<RegistryPlan> {
        let Some(registries) = self.registries() else { return Vec::new() };
        let quotas = registries.quotas();
        let now = self.store.now();
        let mut plans: Vec<RegistryPlan> = Vec::new();
        for question in hosts.iter().flat_map(|host| registry_questions(host)) {
            let about = question.of_registry().map(|(_, it)| it.to_owned()).unwrap_or_default();
            if plans.iter().any(|it| it.about == about) {
                continue;
            }
            let server = registries.plan(question).server;
            let left = server.as_deref().and_then(|it| quotas.of(it, now));
            plans.push(RegistryPlan { about, free_at: left.and_then(|it| it.free_at), server });
        }
        plans
    }

    fn keep_registries(&self, on: bool, registries: &Registries) -> Result<(), Failure> {
        let kept =
            Kept { on, without_whois: !registries.asks_whois(), quotas: registries.quotas() };
        whole_file::write(&self.dir.join(KEPT), |to| {
            serde_json::to_writer(to, &kept).map_err(std::io::Error::from)
        })
        .map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("The switch could not be kept: {}. It stays as it was.", error.kind()),
                "Check free space and permissions of the vault's folder, then try again.",
            )
        })
    }
}

fn quota(it: farol_lookup::Quota) -> RegistryQuota {
    RegistryQuota {
        server: it.server,
        n_left: it.n_left,
        free_at: it.free_at,
        asked_to_wait: it.asked_to_wait,
        n_asked: it.n_asked,
    }
}

fn is_old(as_of: &str, now: Timestamp) -> bool {
    let day: Result<Timestamp, _> = format!("{as_of}T00:00:00Z").parse();
    day.is_ok_and(|day| now.seconds_since(day) > OLD_DAYS * 86_400)
}

fn practice_world(practice: &Practice) -> World {
    World::Practice { rdap: practice.rdap.addr, whois: None }
}

fn practice_servers(practice: &Practice) -> Result<Servers, Failure> {
    let files = practice.rdap.bootstrap();
    files.iter().try_fold(Servers::none(), |servers, it| servers.with_iana(it)).map_err(|error| {
        Failure::new(
            Code::Failed,
            format!("The registries of the practice internet cannot be used: {error}."),
            "This is a mistake in Farol itself; DNS look-ups still work in a real vault.",
        )
    })
}

/// The shipped tables, IANA's files beside the vault, and the team's own servers on top.
fn real_servers(dir: &Path) -> Result<Servers, Failure> {
    let mut servers = Servers::shipped();
    for name in ["dns.json", "ipv4.json", "ipv6.json", "asn.json"] {
        servers = added(servers, &dir.join(IANA).join(name), Servers::with_iana)?;
    }
    added(servers, &dir.join(OWN), Servers::with_overrides)
}

fn added(
    servers: Servers,
    path: &Path,
    add: impl Fn(&Servers, &str) -> Result<Servers, LookupError>,
) -> Result<Servers, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let wrong = |what: String| {
        Failure::bad_input(
            format!("The table of registries {name} cannot be used: {what}."),
            "Correct the file beside the vault, or move it away.",
        )
    };
    match fs::read_to_string(path) {
        Ok(text) => add(&servers, &text).map_err(|error| wrong(error.to_string())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(servers),
        Err(error) => Err(wrong(error.kind().to_string())),
    }
}
