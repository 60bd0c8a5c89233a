//! The window to the network: DNS, RDAP and IP→ASN look-ups, and who provides what.
//!
//! Every answer is kept as evidence: the question, who was asked, when, the bytes as they came
//! and the parsed form. Knows nothing of cases, storage or SQL; the clock and randomness are
//! handed in. Nothing is ever fetched from the host that is looked at, and nothing leaves but through
//! the [`Gate`].

/// A DNS question as bytes.
mod asking;
/// Which autonomous system announces an address, offline.
mod asn;
/// Labels that may have been made for one reader.
mod canary;
/// Who announces an address, asked over DNS.
mod cymru;
/// Past the resolver.
mod depth;
/// Many DNS questions at once.
mod engine;
/// The only way to the network.
mod gate;
/// From a list of hosts to the observations about each.
mod list;
/// From a host to the observations about it.
mod look_up;
/// Look-alikes of a brand.
mod lookalikes;
/// Tables of who runs which ranges and names.
mod networks;
/// What is asked about a host.
mod questions;
/// What the registries say.
mod rdap;
/// Who is asked.
mod resolver;
/// A host at one time and at another.
mod then_now;
/// Whom an encrypted resolver has to be.
mod trust;
/// Who provides what, and why we believe it.
mod verdict;
/// A DNS message in the words of the trade.
mod wire;

pub use asn::{Announced, AsnTable};
pub use canary::telling_labels;
pub use depth::{Depth, Reach};
pub use gate::{Brought, Gate, Pass};
pub use list::{ListLookup, Looked, Speed, asking_order};
pub use look_up::{Asked, HostLookup, Stamp, Stamper};
pub use lookalikes::{Brand, LookAlike, PermutationKind, judge, permutations};
pub use networks::Networks;
pub use questions::{
    Types, is_selector, is_subject, questions, registrable_domain, registry_questions,
    registry_subject,
};
pub use rdap::{PlannedRegistry, Quota, Quotas, Registries, Servers, TableAge, World, token_ms};
pub use resolver::{Resolver, Road};
pub use then_now::{History, diff};
pub use verdict::{signs, verdict, whom_to_tell};

/// A look-up cannot be prepared. What the world answers is never an error.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// A resolver was written in a way that is no address.
    #[error(
        "not a resolver: write 192.0.2.53, [2001:db8::53]:53, tls://192.0.2.53 or \
         https://192.0.2.53/dns-query"
    )]
    ResolverAddress,
    /// An encrypted resolver was written by a name of which no address is known.
    #[error(
        "the resolver's address is missing: write it behind the name, as in \
         https://dns.example/dns-query#192.0.2.53"
    )]
    ResolverName,
    /// The system does not say which resolver it uses.
    #[error("this system does not say which resolver it uses: choose one")]
    NoSystemResolver,
    /// A word is no type of a DNS record, or of none that is asked for.
    #[error("{word:?} is no record type that can be asked for")]
    RecordType {
        /// The word.
        word: String,
    },
    /// A line of an ASN table cannot be used.
    #[error("asn table line {line}: {problem}")]
    AsnLine {
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A table of registries, or a bootstrap file of IANA's, cannot be used.
    #[error("the registry table cannot be used: {problem}")]
    RegistryTable {
        /// What is wrong with it.
        problem: String,
    },
    /// A network table is not TOML of the expected shape.
    #[error("the network table cannot be read")]
    NetworkTable(#[from] Box<toml::de::Error>),
    /// A rule of a network table cannot be used.
    #[error("network {network}, rule {rule}: {problem}")]
    NetworkRule {
        /// Id of the network.
        network: String,
        /// Number of the rule in its file, from 1.
        rule: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}
