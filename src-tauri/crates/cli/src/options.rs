//! What the command line says. Doc comments here are the help texts.

/// Single blocks.
pub(crate) mod blocks;
/// Cases that travel whole between two desks.
mod bundles;
/// What may belong together, and what looks like a brand.
pub(crate) mod connections;
/// Documents.
mod documents;
/// What leaves this computer.
pub(crate) mod leaving;
/// Which part of a list is printed.
mod lists;
/// What `lookup` and `providers` take.
mod lookup;
/// Lists of names that are looked up and kept.
pub(crate) mod lookup_list;
/// Sending a response off.
pub(crate) mod send_off;
/// What people saw.
pub(crate) mod sightings;
/// What the team sets for itself.
pub(crate) mod team;
/// Templates.
pub(crate) mod templates;
/// Looking again.
pub(crate) mod then_now;
/// Documents while they are written.
pub(crate) mod writing;

use std::path::PathBuf;

pub(crate) use lookup::{LookupOptions, ProvidersOptions};

use clap::{Args, Parser, Subcommand};

use farol_app::journal::Anchor;
use farol_model::{
    case::{CaseRef, Category, Severity, Status},
    decision::{Granularity, MitigationState},
    id::{EntryId, EvidenceId, MitigationId, ReportId},
    report::Consent,
    retention::DraftRule,
    slot::SlotKind,
};

pub(crate) use self::documents::DocCommand;
pub(crate) use self::lists::ListOptions;
pub(crate) use bundles::{BundleCommand, KeyOptions};

/// Farol without a window: cases, lookups, decisions, responses and analyses from a script.
#[derive(Parser)]
#[command(name = "farolctl", version, arg_required_else_help = true)]
pub(crate) struct Options {
    /// The folder of the vault.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A file whose first line is the passphrase; the system keyring is used without it.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print one JSON object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Lay out the sample desk, a practice vault, in an empty folder. It opens without a passphrase.
    Demo,
    /// Make a vault, or say what is there.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Back the vault up, list backups, and get one back.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// How long cases are kept, and what may be erased.
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// Take in mails or text files; `-` is standard input.
    Import {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Show a report, write its original bytes, or record the reporter's consent.
    #[command(subcommand)]
    Report(ReportCommand),
    /// What needs somebody: new reports, and open cases.
    #[command(subcommand)]
    Queue(QueueCommand),
    /// Open, list, show and change cases.
    #[command(subcommand)]
    Case(CaseCommand),
    /// Keep files as evidence, list their custody, hand out copies, destroy them.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Write down what people saw at addresses.
    #[command(subcommand)]
    Sighting(sightings::SightingCommand),
    /// Take cases to another desk, whole and encrypted.
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// Find cases, reports, notes, documents, values and people. Words are found anywhere,
    /// "phrases" as whole words; kind:, case:, status:, category:, severity:, after:, before: narrow.
    Search {
        /// What to look for.
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// What the team sets for itself: who may approve as legal.
    #[command(subcommand)]
    Team(team::TeamCommand),
    /// Edit the templates of letters and analyses; every version stays in the journal.
    #[command(subcommand)]
    Template(templates::TemplateCommand),
    /// Let nothing leave this computer, and say what could and who would learn of it.
    #[command(subcommand)]
    Offline(leaving::OfflineCommand),
    Lookup(LookupOptions),
    /// Look many names up over minutes or hours, keep every answer, and see what they have in common.
    #[command(subcommand)]
    LookupList(lookup_list::LookupListCommand),
    Connections(connections::ConnectionsOptions),
    Lookalikes(connections::LookalikesOptions),
    Providers(ProvidersOptions),
    Recheck(then_now::RecheckOptions),
    Diff(then_now::DiffOptions),
    /// Look hosts up again and again, and say what changed.
    #[command(subcommand)]
    Watch(then_now::WatchCommand),
    /// List the networks that are known, or choose the one that is ours.
    #[command(subcommand)]
    Network(NetworkCommand),
    /// Say which registries are known and what is left of their quotas, switch them off or on, or
    /// load IANA's bootstrap files.
    #[command(subcommand)]
    Registries(RegistriesCommand),
    /// Record a decision.
    Decide {
        /// The case.
        case: CaseRef,
        /// What was decided, in one line.
        #[arg(long)]
        what: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Policy clause and version.
        #[arg(long)]
        policy: Option<String>,
        /// Alternatives considered.
        #[arg(long)]
        alternatives: Option<String>,
        /// Who else is hit.
        #[arg(long, default_value = "")]
        blast_radius: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Propose a mitigation, or take one a step further.
    Mitigate {
        /// The case.
        case: CaseRef,
        /// What is done; proposes a new mitigation.
        #[arg(long, required_unless_present = "id", conflicts_with = "id")]
        what: Option<String>,
        /// A mitigation that goes a step further.
        #[arg(long, requires = "state")]
        id: Option<MitigationId>,
        /// approved, active or lifted.
        #[arg(long, value_parser = mitigation_state)]
        state: Option<MitigationState>,
        #[command(flatten)]
        reach: Reach,
    },
    /// Know your colleagues: write your card, add theirs.
    #[command(subcommand)]
    Member(MemberCommand),
    /// Ask a second person to sign what reaches wider than what was reported, and answer such requests.
    #[command(subcommand)]
    Approval(ApprovalCommand),
    /// Write what the next shift must know, read it, and sign for having read it.
    #[command(subcommand)]
    Handover(HandoverCommand),
    /// Begin a response from a template; prints its id.
    Respond {
        /// The case.
        case: CaseRef,
        /// The template; `doc templates` lists them.
        #[arg(long)]
        template: String,
    },
    /// Write documents and let them leave.
    #[command(subcommand)]
    Doc(DocCommand),
    /// Check the record.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Ask the offline table of networks, which tells nobody anything, and load a newer one.
    #[command(subcommand)]
    Asn(AsnCommand),
}

/// On what, and how wide.
#[derive(Args)]
pub(crate) struct Reach {
    /// The target, defanged or not; the case as a whole without it.
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// url, object, bucket, host, zone, account or service; the target's own without it.
    #[arg(long, value_parser = granularity)]
    pub(crate) granularity: Option<Granularity>,
}

#[derive(Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Keep files as they are, by their SHA-256.
    Add {
        /// The case.
        case: CaseRef,
        /// The files, at most 4 GiB each.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Who gave them, and how.
        #[arg(long, default_value = "")]
        origin: String,
        /// The evidence that this is a redacted copy of.
        #[arg(long)]
        redacted_from: Option<EvidenceId>,
    },
    /// List the files of a case and what was done with each.
    List {
        /// The case.
        case: CaseRef,
    },
    /// Show the beginning of a file, as text or as numbers; its custody says that you looked.
    Open {
        /// The evidence.
        id: EvidenceId,
    },
    /// Write a copy, byte for byte as it came in.
    Export {
        /// The evidence.
        id: EvidenceId,
        /// The file to write.
        #[arg(long)]
        to: PathBuf,
        /// Who gets it.
        #[arg(long = "for")]
        recipient: String,
    },
    /// Destroy the bytes; name, hash and custody stay.
    Destroy {
        /// The evidence.
        id: EvidenceId,
        /// The rule or the order.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum NetworkCommand {
    /// Every network, and which is ours.
    List,
    /// Judge every case as the abuse desk of this network.
    Ours {
        /// As `network list` writes it: `cloudflare`.
        id: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum RegistriesCommand {
    /// The tables and their dates, and each server's quota.
    Show,
    /// Ask registries when hosts are looked up.
    On,
    /// Ask no registry until they are switched on again.
    Off,
    /// Take in dns.json, ipv4.json, ipv6.json or asn.json of https://data.iana.org/rdap/.
    Load {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum AsnCommand {
    /// Which table answers, its date and whom it is from.
    Show,
    /// The range, the autonomous system and the holder of addresses.
    Of {
        /// The addresses, defanged or not.
        #[arg(required = true)]
        addresses: Vec<String>,
    },
    /// Load a table (CSV: start,end,asn,name, no head); it counts before the one that set-up brought.
    Load {
        /// One file, or several that are one table: IPv4 and IPv6 apart.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Go back to the table that set-up brought.
    Forget,
}

#[derive(Subcommand)]
pub(crate) enum VaultCommand {
    /// Make a vault in an empty folder.
    Create {
        /// Your name, as colleagues write it.
        #[arg(long)]
        name: String,
        /// Keep a key in the system keyring too.
        #[arg(long)]
        keyring: bool,
    },
    /// Say what is in the folder; opens nothing.
    Status,
    /// The vault's condition: versions, journal, backups, free space.
    Health,
    /// Make the tables that screens read again from the journal.
    Rebuild {
        /// Only compare them with the live ones, column for column.
        #[arg(long)]
        check: bool,
    },
    /// Make the most of a damaged vault: the newest good backup, and what farol.tail and the damaged
    /// database still have. What lies there is set aside.
    Recover,
    /// List the ways to the key.
    Slots,
    /// Change the passphrase.
    Passphrase {
        /// A file whose first line is the new one.
        #[arg(long)]
        new_file: PathBuf,
    },
    /// Make a recovery key and print it, this once. The one before opens nothing any more.
    RecoveryKey,
    /// Give the database another key, and print another recovery key, this once. The passphrase
    /// stays; backups made before open as they did.
    Rekey,
    /// Keep a key in the system keyring.
    Keyring,
    /// Take a way to the key away; at least two stay.
    RemoveSlot {
        /// `passphrase`, `keyring` or `recovery`.
        #[arg(value_parser = slot_kind)]
        kind: SlotKind,
    },
}

#[derive(Subcommand)]
pub(crate) enum RetentionCommand {
    /// The rules, as JSON.
    Rules,
    /// Take other rules from a JSON file, as `retention rules` prints it.
    Set {
        /// The file.
        file: PathBuf,
    },
    /// What becomes of drafts when a document is issued or a response was sent; without a word, what is set.
    Drafts {
        /// `keep` or `dispose`.
        #[arg(value_parser = draft_rule)]
        rule: Option<DraftRule>,
    },
    /// Closed cases that the rules no longer keep.
    Due,
    /// What is left of erased cases.
    Erased,
}

#[derive(Subcommand)]
pub(crate) enum BackupCommand {
    /// Make a backup and check it from end to end.
    Make,
    /// List the backups, the newest first; opens nothing.
    List,
    /// Copy a backup into another, empty folder, where it is a vault of its own.
    Restore {
        /// Its name, as `backup list` shows it.
        name: String,
        /// The folder.
        #[arg(long)]
        to: PathBuf,
    },
    /// Put a backup in the place of the vault. What lies there is set aside, not deleted.
    PutBack {
        /// Its name, as `backup list` shows it.
        name: String,
    },
}

fn draft_rule(word: &str) -> Result<DraftRule, String> {
    match word {
        "keep" => Ok(DraftRule::Keep),
        "dispose" => Ok(DraftRule::Dispose),
        _ => Err("it is `keep` or `dispose`".into()),
    }
}

fn slot_kind(word: &str) -> Result<SlotKind, String> {
    [SlotKind::Passphrase, SlotKind::Keyring, SlotKind::Recovery]
        .into_iter()
        .find(|kind| kind.word() == word)
        .ok_or_else(|| "it is `passphrase`, `keyring` or `recovery`".into())
}

#[derive(Subcommand)]
pub(crate) enum ReportCommand {
    /// What came in and what was read out of it.
    Show {
        /// The report.
        id: ReportId,
    },
    /// Write the bytes exactly as they came.
    Original {
        /// The report.
        id: ReportId,
        /// Where to.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Record what the reporter allows.
    Consent {
        /// The report.
        id: ReportId,
        /// not_asked, named, anonymous or do_not_forward.
        #[arg(value_parser = consent)]
        consent: Consent,
    },
}

#[derive(Subcommand)]
pub(crate) enum QueueCommand {
    /// New reports, the newest first, then open cases by the clock that ends first.
    List(ListOptions),
}

#[derive(Subcommand)]
pub(crate) enum CaseCommand {
    /// Put a case on legal hold: it is kept whatever the rules say.
    Hold {
        /// The case.
        case: CaseRef,
        /// What it is kept for.
        #[arg(long)]
        reason: String,
    },
    /// End a legal hold.
    Release {
        /// The case.
        case: CaseRef,
    },
    /// Show what erasing a case takes away; with --confirm, erase it for ever.
    Erase {
        /// The case.
        case: CaseRef,
        /// The rule or the order; it stays with the tombstone.
        #[arg(long, default_value = "")]
        reason: String,
        /// The case's number once more.
        #[arg(long)]
        confirm: Option<String>,
    },
    /// Every change on a case, oldest first, with what was before and after.
    History {
        /// The case.
        case: CaseRef,
        /// Write it as CSV.
        #[arg(long)]
        csv: Option<PathBuf>,
    },
    /// Take a change back, with everything that was committed together with it. Undoing an undo does it
    /// again.
    Undo {
        /// The entry, as `case history` shows it.
        entry: EntryId,
    },
    /// Open a case; prints its number.
    Open {
        /// The report it begins with.
        #[arg(long)]
        report: Option<ReportId>,
        /// One line; the report's subject without it.
        #[arg(long)]
        title: Option<String>,
        /// What kind of trouble; what the report's words suggest without it.
        #[arg(long)]
        category: Option<Category>,
        /// critical, high, medium or low.
        #[arg(long, default_value = "medium")]
        severity: Severity,
        /// Why that severity.
        #[arg(long, default_value = "")]
        reason: String,
        /// A value we are asked to act on; may be given again.
        #[arg(long)]
        target: Vec<String>,
        /// Take the report's suggested targets.
        #[arg(long)]
        suggested_targets: bool,
    },
    /// Cases, closed ones too; the newest first.
    List(ListOptions),
    /// One case with its story.
    Show {
        /// The case.
        case: CaseRef,
    },
    /// Change facts of a case.
    Set {
        /// The case.
        case: CaseRef,
        /// One line.
        #[arg(long)]
        title: Option<String>,
        /// What kind of trouble.
        #[arg(long)]
        category: Option<Category>,
        /// How bad.
        #[arg(long)]
        severity: Option<Severity>,
        /// Why that severity.
        #[arg(long)]
        reason: Option<String>,
        /// Where it stands.
        #[arg(long)]
        status: Option<Status>,
        /// On whom it waits.
        #[arg(long)]
        waiting_on: Option<String>,
        /// normal, sensitive, or covert: nothing about a covert case leaves this computer.
        #[arg(long)]
        sensitivity: Option<farol_model::case::Sensitivity>,
        /// A customer concerned, as ID=NAME; may be given again.
        #[arg(long, value_parser = of_account, value_name = "ID=NAME")]
        account: Vec<(String, String)>,
        /// A host or zone that a customer has with us, as ID=ZONE; may be given again.
        #[arg(long, value_parser = of_account, value_name = "ID=ZONE")]
        zone: Vec<(String, String)>,
        /// What a customer has with us, as ID=PLAN.
        #[arg(long, value_parser = of_account, value_name = "ID=PLAN")]
        plan: Vec<(String, String)>,
        /// Where a customer's content really is, as ID=WHERE.
        #[arg(long, value_parser = of_account, value_name = "ID=WHERE")]
        origin: Vec<(String, String)>,
        /// Somebody in the case, as ROLE=NAME (reporter, customer, victim, …); may be given again.
        #[arg(long, value_parser = person, value_name = "ROLE=NAME")]
        person: Vec<(farol_model::case::PersonRole, String)>,
        /// A target's outcome, as VALUE=OUTCOME or VALUE=forwarded:TO or VALUE=declined:WHY.
        #[arg(long, value_parser = outcome, value_name = "VALUE=OUTCOME")]
        outcome: Vec<(String, farol_model::case::Outcome)>,
        /// A note to add.
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Subcommand)]
pub(crate) enum MemberCommand {
    /// Write your member card, a signed file with your name and public key, for colleagues to add.
    Card {
        /// Where to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Say whose card a file is, with its fingerprint; adds nobody.
    Show {
        /// The card.
        file: PathBuf,
    },
    /// Add a colleague by their card. Without the fingerprint that they read to you it is shown and
    /// nobody is added.
    Add {
        /// Their card.
        file: PathBuf,
        /// What they read to you, by voice or in person.
        #[arg(long, default_value = "")]
        fingerprint: String,
    },
    /// Everybody whose signature this desk can check.
    List,
}

#[derive(Subcommand)]
pub(crate) enum ApprovalCommand {
    /// Write a request for a second person to sign. It carries targets and reasons and is not
    /// encrypted.
    Request {
        /// The case.
        case: CaseRef,
        /// The mitigation or decision that waits, as `case show` prints it.
        id: String,
        /// A word to the second person.
        #[arg(long, default_value = "")]
        note: String,
        /// Where to; only shows what would leave without it.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Say in full what a request asks or an answer says; signs and records nothing.
    Show {
        /// The file.
        file: PathBuf,
    },
    /// Sign an answer to a colleague's request: approved, or refused with a reason.
    Sign {
        /// The request.
        file: PathBuf,
        /// Where the answer goes.
        #[arg(long)]
        out: PathBuf,
        /// Refuse it.
        #[arg(long, requires = "reason")]
        refuse: bool,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Take a colleague's answer in, on the desk that asked.
    Take {
        /// The answer.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum HandoverCommand {
    /// Write a signed note for the next shift: every open case, and your words.
    Write {
        /// Your words.
        #[arg(long, default_value = "")]
        text: String,
        /// Where to; only shows what would leave without it.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Read a handover; signs and records nothing.
    Read {
        /// The file.
        file: PathBuf,
    },
    /// Sign for having read a handover.
    Sign {
        /// The handover.
        file: PathBuf,
        /// Where the receipt goes.
        #[arg(long)]
        out: PathBuf,
    },
    /// Take a receipt in, on the desk that wrote the handover.
    Take {
        /// The receipt.
        file: PathBuf,
    },
    /// Handovers that were written here or signed for, the newest first, and who read them.
    List,
}

#[derive(Subcommand)]
pub(crate) enum JournalCommand {
    /// Read every entry: numbers, hashes, signatures, bodies, and the heads that backups remember.
    Verify {
        /// A head that somebody wrote down, `NUMBER:HASH`; the journal has to go on from it.
        #[arg(long, value_parser = anchor)]
        head: Option<Anchor>,
        /// Numbers and hashes alone, and of the signatures the newest: seconds, where everything takes a
        /// minute on a very large vault.
        #[arg(long)]
        chain: bool,
    },
    /// Write the whole journal as a file that `tests/verify_journal.py` checks without Farol.
    Export {
        /// Where.
        file: PathBuf,
        /// Without the content of the entries: for proving that nothing was changed.
        #[arg(long)]
        sealed: bool,
    },
}

fn anchor(text: &str) -> Result<Anchor, String> {
    let read = text
        .split_once(':')
        .and_then(|(n, head)| Some(Anchor { n: n.parse().ok()?, head: head.parse().ok()? }))
        .filter(|it| it.n >= 1);
    read.ok_or_else(|| "it is NUMBER:HASH, as `journal verify --json` prints them".into())
}

fn consent(word: &str) -> Result<Consent, String> {
    read_word(word, "not_asked, named, anonymous, do_not_forward")
}

fn granularity(word: &str) -> Result<Granularity, String> {
    read_word(word, "url, object, bucket, host, zone, account, service")
}

fn mitigation_state(word: &str) -> Result<MitigationState, String> {
    read_word(word, "approved, active, lifted")
}

fn read_word<T: serde::de::DeserializeOwned>(word: &str, words: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(|_| format!("one of: {words}"))
}

fn of_account(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, name)) if !id.trim().is_empty() && !name.trim().is_empty() => {
            Ok((id.trim().to_owned(), name.trim().to_owned()))
        }
        _ => Err("write it with the account's id before the =".into()),
    }
}

fn person(text: &str) -> Result<(farol_model::case::PersonRole, String), String> {
    let (role, name) = text.split_once('=').ok_or("write it as ROLE=NAME")?;
    Ok((
        role.parse().map_err(|it: farol_model::id::Malformed| it.to_string())?,
        name.trim().to_owned(),
    ))
}

fn outcome(text: &str) -> Result<(String, farol_model::case::Outcome), String> {
    use farol_model::case::Outcome as O;
    let (value, word) = text.rsplit_once('=').ok_or("write it as VALUE=OUTCOME")?;
    let outcome = match word.split_once(':') {
        Some(("forwarded", to)) => O::Forwarded(to.trim().to_owned()),
        Some(("declined", why)) => O::Declined(why.trim().to_owned()),
        None => match word {
            "pending" => O::Pending,
            "mitigated" => O::Mitigated,
            "not_ours" => O::NotOurs,
            "already_gone" => O::AlreadyGone,
            _ => return Err(
                "one of: pending, mitigated, not_ours, already_gone, forwarded:TO, declined:WHY"
                    .into(),
            ),
        },
        Some(_) => return Err("only forwarded:TO and declined:WHY take words".into()),
    };
    Ok((value.to_owned(), outcome))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Options;

    #[test]
    fn every_command_can_be_asked_for() {
        Options::command().debug_assert();
    }
}
