//! What several desks wrote on: the same entries give the same tables, in whatever order they came.
//!
//! Entries of one owner (a case, or a report) stand in an order that every desk with
//! the same entries finds: by time, but never before what their desk had seen when it wrote them. What a
//! desk had seen is told by its entries about bundles that it took in. A fact that was set twice by
//! desks that had not seen each other's entry has two versions, until an entry that has seen both
//! sets it or settles it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rusqlite::{Connection, OptionalExtension, params};

use farol_model::{
    conflict::{Conflict, Fact, Version},
    id::{CaseId, DeskId, EntryId},
    journal::{Action, EntryHeader},
    time::Timestamp,
};

use crate::{
    Reader, StoreError, erase,
    projection::{self, json},
    read::{self, parse},
    search,
};

/// Begins a query: `one` has every desk that wrote. Each is found in the index by the one before it, because
/// `DISTINCT` would read the index from end to end.
pub(crate) const DESKS: &str = "WITH RECURSIVE one (desk) AS (
         SELECT min(desk) FROM entry UNION ALL
         SELECT (SELECT min(desk) FROM entry WHERE entry.desk > one.desk) FROM one
         WHERE one.desk IS NOT NULL)";

/// The desk whose vault this is: no other desk's first entry is ever said.
pub(crate) fn own_desk(conn: &Connection) -> Result<Option<String>, StoreError> {
    let made = format!(
        "{DESKS} SELECT entry.desk FROM one CROSS JOIN entry ON entry.desk = one.desk AND n = 1
         WHERE action = 'vault_created' ORDER BY entry.rowid LIMIT 1"
    );
    // In a vault that somebody changed, whoever wrote what stands first.
    for sql in [made.as_str(), "SELECT desk FROM entry ORDER BY rowid LIMIT 1"] {
        let made = conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
        if made.is_some() {
            return Ok(made);
        }
    }
    Ok(None)
}

/// What an entry belongs to. Reports stand before cases, which name them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    is_case: bool,
    /// Id of the case, or of what the seal is of.
    pub(crate) id: String,
}

impl Owner {
    /// The case of an entry, whichever seal closes it; without one what the seal is of.
    pub(crate) fn of(header: &EntryHeader, seal: &str) -> Self {
        let case = header.case.map(|it| it.to_string());
        Self { is_case: case.is_some(), id: case.unwrap_or_else(|| seal.to_owned()) }
    }
}

/// Everything that another desk wrote on.
pub(crate) fn owners(conn: &Connection) -> Result<BTreeSet<Owner>, StoreError> {
    let mut query = conn.prepare(&format!(
        "{DESKS} SELECT DISTINCT case_id IS NOT NULL, coalesce(case_id, sealed_with) AS owner
         FROM one CROSS JOIN entry ON entry.desk = one.desk
         WHERE one.desk <> ?1 AND EXISTS (SELECT 1 FROM seal WHERE id = owner)"
    ))?;
    let owners = query
        .query_map([own_desk(conn)?], |row| Ok(Owner { is_case: row.get(0)?, id: row.get(1)? }))?;
    Ok(owners.collect::<Result<_, _>>()?)
}

/// Whether another desk wrote on this.
pub(crate) fn is_shared(conn: &Connection, owner: &Owner) -> Result<bool, StoreError> {
    let mut query = conn.prepare_cached(if owner.is_case {
        "SELECT 1 FROM entry WHERE case_id = ?1 AND desk <> ?2"
    } else {
        "SELECT 1 FROM entry WHERE sealed_with = ?1 AND desk <> ?2"
    })?;
    Ok(query.exists(params![owner.id, own_desk(conn)?])?)
}

/// An own entry has seen everything: what it sets has one version.
pub(crate) fn follow(conn: &Connection, owner: &Owner, action: &Action) -> Result<(), StoreError> {
    let has_conflicts = conn.prepare_cached("SELECT 1 FROM conflict LIMIT 1")?.exists([])?;
    if !has_conflicts {
        return Ok(());
    }
    let mut settle = conn.prepare_cached("DELETE FROM conflict WHERE owner = ?1 AND key = ?2")?;
    for fact in action.facts() {
        settle.execute([&owner.id, &fact.key])?;
    }
    if let Action::ConflictSettled { key, .. } = action {
        settle.execute([&owner.id, key])?;
    }
    Ok(())
}

/// Makes the tables of everything that is shared again.
pub(crate) fn settle_all(live: &Connection, again: &Connection) -> Result<(), StoreError> {
    owners(live)?.iter().try_for_each(|owner| settle(live, again, owner))
}

/// Makes the tables of one shared case or report again, from the entries in `live`.
pub(crate) fn settle(
    live: &Connection,
    again: &Connection,
    owner: &Owner,
) -> Result<(), StoreError> {
    if read::seal_key(live, &owner.id)?.is_none() {
        return Ok(());
    }
    let ordered = in_order(places(live, owner)?);
    erase::clear(again, &owner.id)?;
    let mut versions = Versions::default();
    let mut found = search::Changes::default();
    let mut body = live.prepare("SELECT body FROM entry WHERE id = ?1")?;
    let mut open = |place: &Place| -> Result<_, StoreError> {
        // What is closed with the seal of drafts that were disposed of is no part of the order any more.
        let Some(key) = read::seal_key(live, &place.seal)? else { return Ok(None) };
        let bytes: Vec<u8> = body.query_row([place.header.id.to_string()], |row| row.get(0))?;
        read::open(place.header.clone(), &bytes, &key.0).map(Some)
    };
    // What is left of a document stands before everything that other desks did to it.
    let disposed = ordered.iter().filter(|it| it.is_of(owner) && it.disposes());
    for place in disposed {
        if let Some(entry) = open(place)? {
            projection::apply(again, &entry.header, &entry.action)?;
        }
    }
    for place in &ordered {
        if !place.is_of(owner) {
            versions.see(place);
            continue;
        }
        let Some(entry) = open(place)? else { continue };
        projection::apply(again, &entry.header, &entry.action)?;
        found.follow(again, &entry.action)?;
        versions.see(place);
        versions.take(&entry.header, &entry.action);
    }
    found.apply(again)?;
    let mut put =
        again.prepare_cached("INSERT INTO conflict (owner, key, body) VALUES (?1, ?2, ?3)")?;
    for conflict in versions.conflicts() {
        put.execute(params![owner.id, conflict.key, json(&conflict)])?;
    }
    Ok(())
}

/// An entry on its way into the order.
struct Place {
    header: EntryHeader,
    seal: String,
    /// What its desk had seen of others from this entry on.
    seen: Vec<(DeskId, u32)>,
}

impl Place {
    fn is_of(&self, owner: &Owner) -> bool {
        Owner::of(&self.header, &self.seal) == *owner
    }

    fn disposes(&self) -> bool {
        self.header.action == "drafts_disposed"
    }
}

/// The entries of a case or a report, and those that tell what their desks had seen of it.
fn places(conn: &Connection, owner: &Owner) -> Result<Vec<Place>, StoreError> {
    let mut query = conn.prepare(
        "SELECT entry.id, desk, n, at_ms, actor, case_id, action, sealed_with, seal.key,
                CASE WHEN action = 'bundle_taken' THEN body END
         FROM entry JOIN seal ON seal.id = entry.sealed_with
         WHERE case_id = ?1 OR sealed_with = ?1 OR action = 'bundle_taken' ORDER BY desk, n",
    )?;
    let mut rows = query.query([&owner.id])?;
    let mut places = Vec::new();
    while let Some(row) = rows.next()? {
        let header = read::header(row)?;
        let mut place = Place { header, seal: row.get(7)?, seen: Vec::new() };
        if let Some(body) = row.get::<_, Option<Vec<u8>>>(9)? {
            let key: Vec<u8> = row.get(8)?;
            let entry = read::open(place.header.clone(), &body, &key)?;
            let Action::BundleTaken { bundle, .. } = entry.action else { continue };
            let has_report = bundle.reports.iter().any(|it| it.to_string() == owner.id);
            if !place.is_of(owner) && !has_report {
                continue;
            }
            place.seen = bundle.chains.iter().map(|it| (it.desk, it.n)).collect();
        }
        places.push(place);
    }
    Ok(places)
}

/// A moment: time, and a number that tells entries of the same time apart.
type Moment = (i64, u32);

fn in_order(places: Vec<Place>) -> Vec<Place> {
    let mut waiting: BTreeMap<DeskId, VecDeque<Place>> = BTreeMap::new();
    for place in places {
        waiting.entry(place.header.desk).or_default().push_back(place);
    }
    let mut done: BTreeMap<DeskId, Vec<(u32, Moment)>> = BTreeMap::new();
    let mut ordered = Vec::new();
    while let Some(desk) = next(&waiting) {
        let Some(place) = waiting.get_mut(&desk).and_then(VecDeque::pop_front) else { break };
        let last_up_to = |desk: DeskId, n: u32| {
            let of_desk: &Vec<(u32, Moment)> = done.get(&desk)?;
            of_desk.iter().rev().find(|(it, _)| *it <= n).map(|(_, moment)| *moment)
        };
        let seen = place.seen.iter().filter_map(|(desk, n)| last_up_to(*desk, *n));
        let before = seen.chain(last_up_to(desk, u32::MAX)).max();
        let at = place.header.at.ms();
        let moment = match before {
            Some((time, count)) if time >= at => (time, count + 1),
            _ => (at, 0),
        };
        done.entry(desk).or_default().push((place.header.n, moment));
        ordered.push((moment, desk, place));
    }
    ordered.sort_by(|one, other| {
        (one.0, one.1, one.2.header.n).cmp(&(other.0, other.1, other.2.header.n))
    });
    ordered.into_iter().map(|(.., place)| place).collect()
}

/// A desk whose next entry waits for nothing. Desks that wait for each other, which no honest ones do,
/// go by time.
fn next(waiting: &BTreeMap<DeskId, VecDeque<Place>>) -> Option<DeskId> {
    let fronts = waiting.iter().filter_map(|(desk, places)| Some((*desk, places.front()?)));
    let is_free = |desk: DeskId, place: &Place| {
        place.seen.iter().filter(|(other, _)| *other != desk).all(|(other, n)| {
            let front = waiting.get(other).and_then(VecDeque::front);
            front.is_none_or(|it| it.header.n > *n)
        })
    };
    let free = fronts.clone().find(|(desk, place)| is_free(*desk, place));
    free.or_else(|| fronts.min_by_key(|(desk, place)| (place.header.at, *desk)))
        .map(|(desk, _)| desk)
}

/// The versions of every fact that no later entry replaced.
#[derive(Default)]
struct Versions {
    seen: BTreeMap<DeskId, BTreeMap<DeskId, u32>>,
    heads: BTreeMap<String, Vec<Head>>,
    /// Every version there was, for entries that settle on one.
    all: BTreeMap<(String, EntryId), Fact>,
}

struct Head {
    n: u32,
    fact: Fact,
    version: Version,
}

impl Versions {
    fn see(&mut self, place: &Place) {
        let seen = self.seen.entry(place.header.desk).or_default();
        for (desk, n) in &place.seen {
            let up_to = seen.entry(*desk).or_default();
            *up_to = (*up_to).max(*n);
        }
    }

    fn take(&mut self, header: &EntryHeader, action: &Action) {
        for fact in action.facts() {
            self.all.insert((fact.key.clone(), header.id), fact.clone());
            self.put(header, fact);
        }
        if let Action::ConflictSettled { key, kept, .. } = action
            && let Some(fact) = self.all.get(&(key.clone(), *kept)).cloned()
        {
            self.all.insert((key.clone(), header.id), fact.clone());
            self.put(header, fact);
        }
    }

    fn put(&mut self, header: &EntryHeader, fact: Fact) {
        let seen = self.seen.get(&header.desk);
        let has_seen = |head: &Head| {
            head.version.desk == header.desk
                || seen.and_then(|it| it.get(&head.version.desk)).is_some_and(|n| head.n <= *n)
        };
        let heads = self.heads.entry(fact.key.clone()).or_default();
        heads.retain(|head| !has_seen(head));
        let version = Version {
            entry: header.id,
            desk: header.desk,
            by: header.actor,
            at: header.at,
            was: fact.was.clone(),
            is: fact.is.clone(),
        };
        heads.push(Head { n: header.n, fact, version });
    }

    fn conflicts(self) -> impl Iterator<Item = Conflict> {
        self.heads.into_iter().filter_map(|(key, heads)| {
            let first = heads.first()?;
            if heads.iter().all(|it| it.fact.value == first.fact.value) {
                return None;
            }
            let label = first.fact.label.clone();
            let versions = heads.into_iter().map(|it| it.version).collect();
            Some(Conflict { key, label, versions })
        })
    }
}

impl Reader<'_> {
    /// Facts of a case and its reports that have more than one version; with the report, when it is
    /// one of a report.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn conflicts(&self, case: CaseId) -> Result<Vec<(String, Conflict)>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT owner, body FROM conflict
             WHERE owner = ?1 OR owner IN (SELECT report_id FROM case_report WHERE case_id = ?1)
             ORDER BY owner <> ?1, owner, key",
        )?;
        let rows = query.query_map([case.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (owner, body) = row?;
            Ok((owner, parse(&body)?))
        })
        .collect()
    }

    /// One entry, opened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn entry(&self, id: EntryId) -> Result<farol_model::journal::Entry, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
             FROM entry JOIN seal ON seal.id = entry.sealed_with WHERE entry.id = ?1",
        )?;
        let mut rows = query.query([id.to_string()])?;
        let row = rows.next()?.ok_or(StoreError::NotFound("entry"))?;
        let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
        read::open(read::header(row)?, &body, &key)
    }

    /// When the last entry of another desk on this case was written; none when nobody else wrote on it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn shared_at(&self, case: CaseId) -> Result<Option<Timestamp>, StoreError> {
        let own = own_desk(self.connection())?;
        let at: Option<i64> = self.connection().query_row(
            "SELECT max(at_ms) FROM entry WHERE case_id = ?1 AND desk <> ?2",
            params![case.to_string(), own],
            |row| row.get(0),
        )?;
        Ok(at.map(Timestamp::from_ms))
    }
}
