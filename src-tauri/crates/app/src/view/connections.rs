//! What may belong together, as screens show it.

use serde::Serialize;
use specta::Type;

use farol_model::{case::CaseRef, cluster::Reason, id::CaseId};

/// What was found among the hosts of open cases, and of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConnectionsView {
    /// What may be one actor's, the most cases first; the first two hundred.
    pub clusters: Vec<ConnectionRow>,
    /// How many there are.
    pub n_clusters: u32,
    /// Hosts that were looked at.
    pub n_hosts: u32,
    /// Of those, hosts about which nothing was answered: their connections are not known.
    pub n_unknown: u32,
    /// Open cases that were looked at.
    pub n_cases: u32,
}

/// Hosts that may be one actor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConnectionRow {
    /// All of it in a sentence.
    pub sentence: String,
    /// Whether what they share is rare enough to say that they look like one actor.
    pub is_strong: bool,
    /// Why, the best first.
    pub reasons: Vec<Reason>,
    /// The hosts, by name.
    pub hosts: Vec<ConnectedHost>,
    /// How many domains they are of.
    pub n_domains: u32,
    /// The cases that name any of them, without the one that was asked about.
    pub cases: Vec<ConnectedCase>,
}

/// A host of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConnectedHost {
    /// The host.
    pub host: String,
    /// Numbers of the open cases that name it.
    pub cases: Vec<CaseRef>,
    /// Whether the list has it.
    pub in_list: bool,
    /// Whether it leads to another name that does not exist; that somebody could take it is not known.
    pub is_dangling: bool,
    /// Whether its domain is newly registered.
    pub is_new: bool,
}

/// A case that something reaches into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConnectedCase {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// Its title; none for a sensitive case, which is shown when it is opened.
    pub title: Option<String>,
}
