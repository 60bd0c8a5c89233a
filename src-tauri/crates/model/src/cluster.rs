//! Names that may be one actor's, because they share what others do not share.
//!
//! Pure: the same names with the same signs give the same clusters. What counts is domains, because
//! hosts of one domain share everything by nature; a sign counts the less the more domains show it, and
//! next to nothing when all customers of a provider do. A cluster is a hint with its reasons, never a
//! finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::CaseId,
    observable::defang,
    sign::{Family, Shown, Sign, SignKind},
};

/// Two domains that share signs of this weight in all belong together.
const LINK: f64 = 2.0;
/// From this weight on a cluster looks like one actor; below, it may be connected.
const STRONG: f64 = 3.0;
/// A sign of a provider whose customers all show it counts for so much.
const COMMON: f64 = 0.05;
/// A token that very many carry still counts for so much of its weight.
const LEAST_OF_TOKEN: f64 = 0.5;
/// Rarity is measured against at least so many domains: a short list is all of one actor often enough.
const LEAST_CORPUS: f64 = 2000.0;
/// A weak sign that is among more different sets of signs links none of them.
const MAX_WEAK: usize = 300;
/// Pairs of sets that are looked at, at most: what is left over is too common to say anything.
const MAX_PAIRS: usize = 2_000_000;
/// What counts for less is no reason to give.
const LEAST_REASON: f64 = 0.3;
/// Reasons that a cluster gives, the best first.
const MAX_REASONS: usize = 6;
/// Longer values are cut in a sentence.
const VALUE_CHARS: usize = 60;

/// A host and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The host.
    pub host: String,
    /// Its registrable domain; the host itself for an address.
    pub domain: String,
    /// The cases that name it.
    pub cases: Vec<CaseId>,
    /// What it shows.
    pub signs: Vec<Shown>,
}

/// Why names are together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Reason {
    /// What they share.
    pub sign: Sign,
    /// How many hosts of the cluster show it.
    pub n_hosts: u32,
    /// Which ones, by their place among the hosts of the cluster.
    pub hosts: Vec<u32>,
    /// In words: `6 lead to 203[.]0[.]113[.]166`.
    pub words: String,
}

/// Names that may be one actor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Cluster {
    /// The hosts, by name.
    pub hosts: Vec<String>,
    /// How many domains they are of.
    pub n_domains: u32,
    /// The cases that name any of them.
    pub cases: Vec<CaseId>,
    /// Whether what they share is rare enough to say that they look like one actor.
    pub is_strong: bool,
    /// Why, the best first.
    pub reasons: Vec<Reason>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// Finds what belongs together, the clusters with the most cases and then hosts first.
pub fn clusters(seen: &[Seen]) -> Vec<Cluster> {
    let domains: BTreeSet<&str> = seen.iter().map(|it| it.domain.as_str()).collect();
    let place: HashMap<&str, usize> = domains.iter().enumerate().map(|(n, it)| (*it, n)).collect();
    let mut shared: BTreeMap<&Sign, (BTreeSet<usize>, bool)> = BTreeMap::new();
    for it in seen {
        let at = place[it.domain.as_str()];
        for shown in it.signs.iter().filter(|it| it.sign.kind.weight().is_some()) {
            let (domains, is_common) = shared.entry(&shown.sign).or_default();
            domains.insert(at);
            *is_common |= shown.is_common;
        }
    }
    let weights: BTreeMap<&Sign, f64> = shared
        .iter()
        .filter(|(_, (domains, _))| domains.len() > 1)
        .filter_map(|(sign, (of, is_common))| {
            let (base, family) = sign.kind.weight()?;
            let common = if *is_common { COMMON } else { 1.0 };
            // A token is one holder's, however many domains carry it.
            let least = if family == Family::Token { LEAST_OF_TOKEN } else { 0.0 };
            Some((*sign, base * common * rarity(of.len(), domains.len()).max(least)))
        })
        .collect();

    let mut groups = Groups::new(domains.len());
    // Domains that show the same are looked at once, however many they are: by one of them.
    let mut shows: Vec<Vec<&Sign>> = vec![Vec::new(); domains.len()];
    for sign in weights.keys() {
        shared[*sign].0.iter().for_each(|domain| shows[*domain].push(sign));
    }
    let mut alike: HashMap<&[&Sign], usize> = HashMap::new();
    for (domain, signs) in shows.iter().enumerate() {
        let first = *alike.entry(signs).or_insert(domain);
        if first != domain && best_of(signs, &weights).iter().sum::<f64>() >= LINK {
            groups.join(first, domain);
        }
    }
    let mut of: BTreeMap<&Sign, Vec<usize>> = BTreeMap::new();
    for domain in alike.into_values() {
        shows[domain].iter().for_each(|sign| of.entry(sign).or_default().push(domain));
    }

    let mut pairs: HashMap<(usize, usize), [f64; Family::N]> = HashMap::new();
    for (sign, mut of) in of {
        let Some((_, family)) = sign.kind.weight() else { continue };
        let weight = weights[sign];
        of.sort_unstable();
        if weight >= LINK {
            of.windows(2).for_each(|pair| groups.join(pair[0], pair[1]));
        } else if of.len() <= MAX_WEAK && pairs.len() < MAX_PAIRS {
            for (nth, one) in of.iter().enumerate() {
                for other in &of[nth + 1..] {
                    let best = &mut pairs.entry((*one, *other)).or_default()[family as usize];
                    *best = best.max(weight);
                }
            }
        }
    }
    let mut linked: Vec<_> = pairs
        .into_iter()
        .filter(|(_, best)| best.iter().sum::<f64>() >= LINK)
        .map(|(pair, _)| pair)
        .collect();
    linked.sort_unstable();
    linked.into_iter().for_each(|(one, other)| groups.join(one, other));

    let mut members: BTreeMap<usize, Vec<&Seen>> = BTreeMap::new();
    for it in seen {
        members.entry(groups.root(place[it.domain.as_str()])).or_default().push(it);
    }
    let mut found: Vec<_> = members.into_values().filter_map(|it| cluster(&it, &weights)).collect();
    found.sort_by(|a, b| {
        let size = |it: &Cluster| (it.cases.len(), it.hosts.len());
        (size(b), &a.hosts).cmp(&(size(a), &b.hosts))
    });
    found
}

/// The weight of the best sign of each family.
fn best_of(signs: &[&Sign], weights: &BTreeMap<&Sign, f64>) -> [f64; Family::N] {
    let mut best = [0.0_f64; Family::N];
    for sign in signs {
        if let Some((_, family)) = sign.kind.weight() {
            best[family as usize] = best[family as usize].max(weights[*sign]);
        }
    }
    best
}

/// One when two domains show it, less the more do: a tenth when nearly all of the corpus does.
fn rarity(n_domains: usize, n_all: usize) -> f64 {
    let corpus = (n_all as f64).max(LEAST_CORPUS);
    ((1.0 + corpus / n_domains as f64).ln() / (1.0 + corpus / 2.0).ln()).min(1.0)
}

fn cluster(members: &[&Seen], weights: &BTreeMap<&Sign, f64>) -> Option<Cluster> {
    let domains: BTreeSet<&str> = members.iter().map(|it| it.domain.as_str()).collect();
    let cases: BTreeSet<CaseId> = members.iter().flat_map(|it| it.cases.iter().copied()).collect();
    let hosts: BTreeSet<&str> = members.iter().map(|it| it.host.as_str()).collect();
    if domains.len() < 2 && cases.len() < 2 {
        return None;
    }
    // Which hosts and domains of the cluster show what.
    let mut shown: BTreeMap<&Sign, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for it in members {
        for sign in it.signs.iter().map(|it| &it.sign).filter(|it| weights.contains_key(*it)) {
            let (hosts, domains) = shown.entry(sign).or_default();
            hosts.insert(&it.host);
            domains.insert(&it.domain);
        }
    }
    shown.retain(|_, (_, domains)| domains.len() > 1);
    let worth =
        |sign: &Sign, of: &BTreeSet<&str>| weights[sign] * of.len() as f64 / domains.len() as f64;
    let mut best = [0.0_f64; Family::N];
    let places: BTreeMap<&str, u32> = hosts.iter().copied().zip(0..).collect();
    let mut ranked: Vec<(f64, &Sign, Vec<u32>)> = Vec::new();
    for (sign, (of_hosts, of_domains)) in &shown {
        let worth = worth(sign, of_domains);
        if let Some((_, family)) = sign.kind.weight() {
            best[family as usize] = best[family as usize].max(worth);
        }
        ranked.push((worth, sign, of_hosts.iter().map(|it| places[it]).collect()));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut reasons: Vec<Reason> = Vec::new();
    for (_, sign, of_hosts) in ranked {
        // A prefix around an address that was named already says nothing new.
        let is_told = sign.kind == SignKind::Prefix
            && reasons
                .iter()
                .any(|it| it.sign.kind == SignKind::Address && it.hosts.len() >= of_hosts.len());
        if !is_told && weights[sign] >= LEAST_REASON && reasons.len() < MAX_REASONS {
            reasons.push(reason(sign, of_hosts, hosts.len()));
        }
    }
    if domains.len() == 1 {
        let sign = Sign { kind: SignKind::Domain, value: (*domains.first()?).to_owned() };
        reasons.insert(0, reason(&sign, places.into_values().collect(), hosts.len()));
    }
    let is_strong = domains.len() == 1 || best.iter().sum::<f64>() >= STRONG;
    Some(Cluster {
        sentence: sentence(hosts.len(), cases.len(), is_strong, &reasons),
        hosts: hosts.into_iter().map(str::to_owned).collect(),
        n_domains: domains.len() as u32,
        cases: cases.into_iter().collect(),
        is_strong,
        reasons,
    })
}

fn reason(sign: &Sign, hosts: Vec<u32>, n_all: usize) -> Reason {
    let n_hosts = hosts.len();
    let who = match n_hosts {
        n if n == n_all && n > 2 => format!("all {n}"),
        2 if n_all == 2 => "both".to_owned(),
        1 => "one".to_owned(),
        n => n.to_string(),
    };
    let mut value: String = sign.value.chars().take(VALUE_CHARS).collect();
    if value.len() < sign.value.len() {
        value.push('…');
    }
    let (value, one) = (defanged(sign.kind, &value), n_hosts == 1);
    let verb =
        |plural: &str, singular: &str| if one { singular.to_owned() } else { plural.to_owned() };
    let what = match sign.kind {
        SignKind::Address => format!("{} to {value}", verb("lead", "leads")),
        SignKind::Prefix => format!("{} into {value}", verb("lead", "leads")),
        SignKind::NsSet => format!("{} the name servers {value}", verb("have", "has")),
        SignKind::MxSet => format!("{} the mail servers {value}", verb("have", "has")),
        SignKind::Soa => format!("{} {value} as SOA contact", verb("name", "names")),
        SignKind::Cname => format!("{} {value}", verb("are aliases of", "is an alias of")),
        SignKind::Account => format!("{} to {value} at a platform", verb("lead", "leads")),
        SignKind::Verification => {
            format!("{} the verification token {value}", verb("carry", "carries"))
        }
        SignKind::Dkim => format!("{} the DKIM key {value}", verb("have", "has")),
        SignKind::CaaAccount => {
            format!("{} the certificate account {value}", verb("name", "names"))
        }
        SignKind::Registered => {
            format!("{} registered in the same minute ({value})", verb("were", "was"))
        }
        SignKind::Domain => format!("{} below {value}", verb("are", "is")),
        _ => format!("{} {}: {value}", verb("show", "shows"), sign.kind.label().to_lowercase()),
    };
    Reason { sign: sign.clone(), n_hosts: n_hosts as u32, hosts, words: format!("{who} {what}") }
}

fn defanged(kind: SignKind, value: &str) -> String {
    match kind {
        SignKind::Registered | SignKind::Verification | SignKind::Dkim => value.to_owned(),
        _ => defang(value),
    }
}

fn sentence(n_hosts: usize, n_cases: usize, is_strong: bool, reasons: &[Reason]) -> String {
    let hosts = match n_hosts {
        1 => "This host".to_owned(),
        n => format!("These {n} hosts"),
    };
    let cases = match n_cases {
        0 => String::new(),
        1 => " in one open case".to_owned(),
        n => format!(" in {n} open cases"),
    };
    let look = match (is_strong, n_hosts) {
        (_, 1) => "is named by all of them",
        (true, _) => "look like one actor",
        (false, _) => "may be connected",
    };
    let because: Vec<&str> = reasons.iter().map(|it| it.words.as_str()).collect();
    match because.split_last() {
        _ if n_hosts == 1 => format!("{hosts}{cases} {look}."),
        None => format!("{hosts}{cases} {look}."),
        Some((only, [])) => format!("{hosts}{cases} {look}, because {only}."),
        Some((last, before)) => {
            format!("{hosts}{cases} {look}, because {} and {last}.", before.join(", "))
        }
    }
}

/// Domains that were found to belong together.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, last) = (one.min(other), one.max(other));
        self.0[last] = first;
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// `host case,case kind=value kind=value!`: a value that ends in `!` is common.
    fn seen(lines: &[&str]) -> Vec<Seen> {
        lines
            .iter()
            .map(|line| {
                let mut words = line.split(' ');
                let host = words.next().unwrap();
                let cases = words.next().unwrap().split(',').filter_map(|it| it.parse().ok());
                let labels: Vec<&str> = host.rsplit('.').take(2).collect();
                Seen {
                    host: host.to_owned(),
                    domain: format!("{}.{}", labels[1], labels[0]),
                    cases: cases.map(|n: u128| CaseId(Uuid::from_u128(n))).collect(),
                    signs: words
                        .map(|word| {
                            let (kind, value) = word.split_once('=').unwrap();
                            let sign = Sign {
                                kind: kind.parse().unwrap(),
                                value: value.trim_end_matches('!').replace('_', " "),
                            };
                            Shown { sign, is_common: value.ends_with('!') }
                        })
                        .collect(),
                }
            })
            .collect()
    }

    #[track_caller]
    fn check(lines: &[&str], expected: &[&str]) {
        let found: Vec<_> = clusters(&seen(lines)).into_iter().map(|it| it.sentence).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_rare_address_links_and_the_sentence_says_why() {
        check(
            &[
                "login.a.test 1 address=203.0.113.9 ns_set=ns1.own.test",
                "b.test 2 address=203.0.113.9 ns_set=ns1.own.test",
                "c.test 2 address=203.0.113.9",
                "d.test 3 address=198.51.100.1 ns_set=ns9.other.test",
            ],
            &["These 3 hosts in 2 open cases look like one actor, because all 3 lead to \
               203[.]0[.]113[.]9 and 2 have the name servers ns1[.]own[.]test."],
        );
    }

    #[test]
    fn what_all_customers_of_a_provider_share_links_nobody() {
        check(
            &[
                "a.test 1 address=192.0.2.1! ns_set=ada.ns.harbour.example! mx_set=mx.harbour.example!",
                "b.test 2 address=192.0.2.1! ns_set=ada.ns.harbour.example! mx_set=mx.harbour.example!",
            ],
            &[],
        );
        // A small provider that no table knows: its servers alone are not enough, nor what follows from them.
        check(
            &[
                "a.test 1 ns_set=ns1.small.test soa=ops.small.test",
                "b.test 2 ns_set=ns1.small.test soa=ops.small.test",
            ],
            &[],
        );
    }

    #[test]
    fn weak_signs_of_different_causes_add_up() {
        check(
            &[
                "a.test 1 ns_set=ns1.small.test mx_set=mx.small.test",
                "b.test 2 ns_set=ns1.small.test mx_set=mx.small.test",
            ],
            &[
                "These 2 hosts in 2 open cases may be connected, because both have the name servers \
               ns1[.]small[.]test and both have the mail servers mx[.]small[.]test.",
            ],
        );
    }

    #[test]
    fn an_address_that_hundreds_share_links_nobody_by_itself() {
        let lines: Vec<String> =
            (0..400).map(|n| format!("n{n}.test 1 address=203.0.113.9")).collect();
        check(&lines.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
        // A token does however many carry it.
        let lines: Vec<String> =
            (0..400).map(|n| format!("n{n}.test 1 verification=verify=abcdefgh")).collect();
        let found = clusters(&seen(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!((found.len(), found[0].hosts.len()), (1, 400));
    }

    #[test]
    fn several_weak_signs_link_however_many_domains_show_them_all() {
        let others = (0..50_000).map(|n| format!("o{n}.test -"));
        let lines: Vec<String> = (0..340)
            .map(|n| {
                format!("n{n}.test 1 address=203.0.113.9 mx_set=mx.small.test ns_set=ns.small.test")
            })
            // These show something more, and belong to them all the same.
            .chain((0..20).map(|n| {
                let soa = n / 2;
                format!(
                    "m{n}.test 1 address=203.0.113.9 mx_set=mx.small.test soa=x{soa}.small.test"
                )
            }))
            .chain(others)
            .collect();
        let found = clusters(&seen(&lines.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!((found.len(), found[0].hosts.len()), (1, 360), "{:?}", found[0].sentence);
    }

    #[test]
    fn each_reason_says_which_hosts_show_it() {
        let found = clusters(&seen(&[
            "login.a.test 1 address=203.0.113.9",
            "b.test 2 address=203.0.113.9 verification=verify=abcdefgh",
            "c.test 2 verification=verify=abcdefgh",
        ]));
        let shown: Vec<_> = found[0]
            .reasons
            .iter()
            .map(|it| it.hosts.iter().map(|n| found[0].hosts[*n as usize].as_str()).collect())
            .collect::<Vec<Vec<_>>>();
        assert_eq!(found[0].hosts, ["b.test", "c.test", "login.a.test"]);
        assert_eq!(shown, [vec!["b.test", "c.test"], vec!["b.test", "login.a.test"]]);
    }

    #[test]
    fn hosts_of_one_domain_are_together_only_when_cases_meet_in_it() {
        check(&["a.kelp.test 1 address=203.0.113.9", "b.kelp.test 1 address=203.0.113.9"], &[]);
        check(
            &["a.kelp.test 1 address=203.0.113.9", "b.kelp.test 2"],
            &[
                "These 2 hosts in 2 open cases look like one actor, because both are below kelp[.]test.",
            ],
        );
        check(&["kelp.test 1,2"], &["This host in 2 open cases is named by all of them."]);
    }

    #[test]
    fn links_go_on_from_one_to_the_next_and_the_largest_stands_first() {
        check(
            &[
                "a.test 1 registered=Driftnet,_2026-11-19_08:14_UTC address=192.0.2.1!",
                "b.test 1 registered=Driftnet,_2026-11-19_08:14_UTC verification=verify=abcdefgh",
                "c.test 1 verification=verify=abcdefgh address=192.0.2.1!",
                "x.test 2 cname=gate.own.test",
                "y.test 3 cname=gate.own.test",
            ],
            &[
                "These 2 hosts in 2 open cases look like one actor, because both are aliases of gate[.]own[.]test.",
                "These 3 hosts in one open case look like one actor, because 2 carry the verification token \
                 verify=abcdefgh and 2 were registered in the same minute (Driftnet, 2026-11-19 08:14 UTC).",
            ],
        );
    }

    #[test]
    fn a_hundred_thousand_names_are_looked_through_quickly() {
        let lines: Vec<String> = (0..100_000)
            .map(|n| {
                format!(
                    "n{n}.test - address=10.{}.{}.{} ns_set=ns{}.test!",
                    n % 7,
                    n % 251,
                    n % 13,
                    n % 50
                )
            })
            .collect();
        let seen = seen(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(clusters(&seen).iter().all(|it| !it.reasons.is_empty()));
    }
}
