//! Look-alikes of a brand: names that could be made, and whether names are ones. Nothing leaves.

use std::collections::BTreeMap;

use farol_lookup::{Brand, PermutationKind, judge, permutations};
use farol_model::{id::LookupListId, observable::defang};

use crate::{
    Desk, Failure,
    host_lists::HostList,
    view::{JudgedName, JudgedNames, LookalikeKind, LookalikesView},
};

/// Names that are judged at once, at most.
const MAX_NAMES: usize = 100_000;

/// Names that could be made to be taken for a brand, with how many of each kind. Nothing leaves; a list
/// of them is looked up as any other.
///
/// # Errors
/// When the brand is no name, or a kind is none.
pub fn make_lookalikes(brand: &str, kinds: &[String]) -> Result<LookalikesView, Failure> {
    let brand = read_brand(brand)?;
    let chosen = kinds
        .iter()
        .map(|word| {
            let kind = PermutationKind::ALL.iter().copied().find(|it| it.word() == word);
            kind.ok_or_else(|| {
                let all: Vec<_> = PermutationKind::ALL.iter().map(|it| it.word()).collect();
                Failure::bad_input(
                    "There is no such kind of look-alike. Nothing was made.",
                    format!("Choose of: {}.", all.join(" ")),
                )
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let all = permutations(&brand, &[]);
    let mut counts: BTreeMap<PermutationKind, u32> = BTreeMap::new();
    for kind in all.values() {
        *counts.entry(*kind).or_default() += 1;
    }
    let is_chosen = |kind: &PermutationKind| chosen.is_empty() || chosen.contains(kind);
    Ok(LookalikesView {
        domain: brand.domain,
        kinds: PermutationKind::ALL
            .iter()
            .map(|it| LookalikeKind {
                kind: it.word().to_owned(),
                label: it.label().to_owned(),
                n_names: counts.get(it).copied().unwrap_or_default(),
            })
            .collect(),
        names: all.into_iter().filter(|(_, kind)| is_chosen(kind)).map(|(name, _)| name).collect(),
    })
}

/// Judges names, one a line, against brands.
///
/// # Errors
/// When a brand is no name, there is no name to judge, or there are too many.
pub fn judge_lookalikes(brands: &[String], text: &str) -> Result<JudgedNames, Failure> {
    let brands = read_brands(brands)?;
    let list = HostList::read(text.lines());
    if list.hosts.is_empty() {
        return Err(Failure::bad_input(
            "There is no name to judge.",
            "Write one host, URL or address a line, defanged or not.",
        ));
    }
    judge_all(&brands, &list.hosts, list.refused.len())
}

impl Desk {
    /// Judges the names of a list against brands.
    ///
    /// # Errors
    /// When a brand is no name, there is no such list, or the vault cannot be read.
    pub fn judge_list(&self, id: LookupListId, brands: &[String]) -> Result<JudgedNames, Failure> {
        let brands = read_brands(brands)?;
        let names = self.store.read(|it| it.listed_names(id))?;
        let hosts: Vec<String> = names.into_iter().map(|(_, name, _)| name).collect();
        judge_all(&brands, &hosts, 0)
    }
}

fn judge_all(brands: &[Brand], hosts: &[String], n_refused: usize) -> Result<JudgedNames, Failure> {
    if hosts.len() > MAX_NAMES {
        return Err(Failure::bad_input(
            format!("These are {} names; {MAX_NAMES} are judged at once.", hosts.len()),
            "Judge them in two parts.",
        ));
    }
    let found = hosts.iter().filter_map(|host| judge(host, brands));
    let mut names: Vec<_> = found
        .map(|it| JudgedName {
            readable: defang(&it.readable),
            name: it.name,
            brand: it.brand,
            is_close: it.is_close,
            reasons: it.reasons,
        })
        .collect();
    names.sort_by(|a, b| (b.is_close, &a.name).cmp(&(a.is_close, &b.name)));
    Ok(JudgedNames { names, n_judged: hosts.len() as u32, n_refused: n_refused as u32 })
}

fn read_brands(brands: &[String]) -> Result<Vec<Brand>, Failure> {
    let brands: Vec<&String> = brands.iter().filter(|it| !it.trim().is_empty()).collect();
    if brands.is_empty() {
        return Err(no_brand());
    }
    brands.into_iter().map(|it| read_brand(it)).collect()
}

fn read_brand(text: &str) -> Result<Brand, Failure> {
    let plain = farol_model::refang::plain(text.trim()).text;
    let (_, plain) = plain.split_once("://").unwrap_or(("", &plain));
    let host = plain.split('/').next().unwrap_or_default();
    Brand::read(host).ok_or_else(no_brand)
}

fn no_brand() -> Failure {
    Failure::bad_input(
        "The brand is not a domain or a word.",
        "Write the domain that belongs to it, such as harbour-bank.example.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_is_made_and_judged_both_ways() {
        let made = make_lookalikes("hxxps://www[.]harbour-bank[.]example/login", &[]).unwrap();
        assert_eq!(made.domain, "harbour-bank.example");
        let counted: u32 = made.kinds.iter().map(|it| it.n_names).sum();
        assert_eq!(counted as usize, made.names.len());
        let few = make_lookalikes("harbour-bank.example", &["ending".into()]).unwrap();
        assert!(few.names.len() < 30 && few.names.contains(&"harbour-bank.com".to_owned()));
        assert!(make_lookalikes("harbour-bank.example", &["nonsense".into()]).is_err());
        assert!(make_lookalikes("192.0.2.7", &[]).is_err());

        let brands = ["harbour-bank.example".to_owned(), String::new()];
        let text =
            "kelp.test\nharb0ur-bank[.]test\nhxxp://museum-of-harbour-bank.test/x\nno host here\n";
        let judged = judge_lookalikes(&brands, text).unwrap();
        assert_eq!((judged.n_judged, judged.n_refused, judged.names.len()), (3, 1, 2));
        assert_eq!(judged.names[0].readable, "harb0ur-bank[.]test");
        assert!(judged.names[0].is_close && !judged.names[1].is_close);
        assert!(judge_lookalikes(&[], text).is_err() && judge_lookalikes(&brands, "#").is_err());
    }
}
