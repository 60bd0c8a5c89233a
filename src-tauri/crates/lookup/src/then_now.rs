//! A host at one time and at another: pictures made of answers, and what changed between two.
//!
//! Pure, like the verdict: both pictures are judged by the same tables, so that a change is one of the
//! world. Ignores what means nothing: times to live, order, and addresses that rotate within a provider's
//! own ranges. Silence is no change; what was not answered is said, and the last known answer stands.

/// The sentences, in two languages.
mod words;

use std::collections::{BTreeMap, BTreeSet};

use farol_model::{
    id::ObservationId,
    lookup::{Answer, Confidence, Finding, Observation, Question, Role},
    observable::defang,
    registry::{RegistryObject, RegistryRecord},
    then_now::{Aspect, Facet, HostChange, HostDiff, HostPicture, Shown, ThenNow},
    time::Timestamp,
};

use crate::{
    networks::{Networks, On},
    questions::{as_ip, ascii, dmarc, is_subject, registrable, registry_questions},
    verdict::{
        findings, serves,
        trail::{End, Trail, newest},
    },
};

/// The questions about a host itself are asked within this time.
const TOGETHER_MS: i64 = 30_000;
/// How far CNAME chains and the addresses behind them are followed when answers are gathered.
const MAX_STEPS: usize = 16;

/// The answers of a case, found by what they are about.
#[derive(Debug)]
pub struct History<'a> {
    about: BTreeMap<&'a str, Vec<&'a Observation>>,
}

impl<'a> History<'a> {
    /// Puts answers in order.
    pub fn of(observations: &'a [Observation]) -> Self {
        let mut about: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
        for it in observations {
            about.entry(it.question.about()).or_default().push(it);
        }
        for of_one in about.values_mut() {
            of_one.sort_by_key(|it| (it.asked_at, it.id));
        }
        Self { about }
    }

    /// How often a host was looked at and what changed, with at most `n_diffs` changes; none for what was
    /// never asked about.
    pub fn then_now(&self, host: &str, networks: &Networks, n_diffs: usize) -> Option<ThenNow> {
        let begins = self.begins(&self.key(host));
        let (first_at, last_at) = (*begins.first()?, *begins.last()?);
        let n_pictures = u32::try_from(begins.len()).unwrap_or(u32::MAX);
        let mut known = ThenNow { host: host.into(), n_pictures, first_at, last_at, diffs: vec![] };
        if begins.len() < 2 {
            return Some(known);
        }
        let pictures = self.pictures(host, networks);
        let pairs = pictures.windows(2).rev();
        known.diffs = pairs
            .map(|pair| diff(&pair[0], &pair[1], networks))
            .filter(|it| !it.changes.is_empty())
            .take(n_diffs)
            .collect();
        Some(known)
    }

    /// One picture for each look-up of a host, the oldest first.
    ///
    /// A look-up of a host begins where a question about it comes up again, or a while after the last. An answer about something
    /// that hosts share, such as their domain, belongs to the look-up it was asked in, or to the nearer of
    /// two when a list asked for it beforehand. What a look-up did not ask stays as it was known.
    pub fn pictures(&self, host: &str, networks: &Networks) -> Vec<HostPicture> {
        let key = self.key(host);
        let begins = self.begins(&key);
        let mut rounds: Vec<Vec<&Observation>> = vec![Vec::new(); begins.len()];
        for observations in self.concerning(&key) {
            let mut last: BTreeMap<String, usize> = BTreeMap::new();
            for it in observations {
                let question = it.question.display();
                let Some(round) = round_of(it.asked_at, &begins, last.get(&question)) else {
                    continue;
                };
                last.insert(question, round);
                rounds[round].push(it);
            }
        }
        let mut pictures: Vec<HostPicture> = Vec::new();
        for (at, observations) in begins.into_iter().zip(rounds) {
            let mut picture = picture(host, &key, at, &observations, networks);
            let before = pictures.last().map_or(&[][..], |it| &it.facets);
            for facet in before {
                if picture.facet(facet.aspect).is_none() {
                    picture.unanswered.push(facet.aspect);
                    picture.facets.push(facet.clone());
                }
            }
            picture.facets.sort_by_key(|it| it.aspect);
            picture.unanswered.sort_unstable();
            pictures.push(picture);
        }
        pictures
    }

    /// Whether a host was looked up.
    pub fn has(&self, host: &str) -> bool {
        !self.begins(&self.key(host)).is_empty()
    }

    /// The names whose addresses were asked for, in order.
    pub fn hosts(&self) -> Vec<String> {
        let is_asked = |it: &&Observation| matches!(&it.question, Question::Dns { record_type, .. } if record_type == "A" || record_type == "AAAA");
        let about = self.about.iter().filter(|(_, of_one)| of_one.iter().any(&is_asked));
        about.map(|(host, _)| (*host).to_owned()).collect()
    }

    fn key(&self, host: &str) -> String {
        if is_subject(host) { host.to_owned() } else { ascii(host) }
    }

    /// When each look-up of a host began.
    fn begins(&self, host: &str) -> Vec<Timestamp> {
        let own = own_questions(host);
        let mut begins: Vec<Timestamp> = Vec::new();
        let mut seen = BTreeSet::new();
        for it in own.iter().filter_map(|about| self.about.get(about.as_str())).flatten() {
            let is_late = begins.last().is_none_or(|at| it.asked_at.ms() - at.ms() > TOGETHER_MS);
            if is_late || !seen.insert(it.question.display()) {
                begins.push(it.asked_at);
                seen = BTreeSet::from([it.question.display()]);
            }
        }
        begins
    }

    /// All answers that say something of a host, by what they are about.
    fn concerning(&self, host: &str) -> Vec<&[&'a Observation]> {
        let mut wanted: BTreeSet<String> = own_questions(host).into_iter().collect();
        wanted.extend(registry_questions(host).iter().map(|it| it.about().to_owned()));
        if as_ip(host).is_none() && !is_subject(host) {
            let domain = registrable(host);
            wanted.extend([domain.to_owned(), dmarc(domain)]);
        }
        let mut found: BTreeMap<String, &[&Observation]> = BTreeMap::new();
        for _ in 0..MAX_STEPS {
            let mut further = BTreeSet::new();
            for about in &wanted {
                let Some(answers) = self.about.get(about.as_str()) else { continue };
                if found.insert(about.clone(), answers).is_some() {
                    continue;
                }
                let records = answers.iter().filter_map(|it| match &it.answer {
                    Answer::Dns { answers, .. } => Some(answers),
                    _ => None,
                });
                let leads = ["A", "AAAA", "CNAME"];
                let on = records.flatten().filter(|it| leads.contains(&it.record_type.as_str()));
                further.extend(on.map(|it| it.data.clone()));
            }
            further.retain(|it| !found.contains_key(it));
            if further.is_empty() {
                break;
            }
            wanted = further;
        }
        found.into_values().collect()
    }
}

/// What a look-up of a host asks about the host itself: its name; the name of an address in the DNS.
fn own_questions(host: &str) -> Vec<String> {
    let about = crate::questions(host).first().map(|it| it.about().to_owned());
    let of_registry = registry_questions(host).first().map(|it| it.about().to_owned());
    about.or(of_registry).into_iter().collect()
}

/// The look-up that an answer belongs to; `last` is that of the same question's answer before it.
fn round_of(at: Timestamp, begins: &[Timestamp], last: Option<&usize>) -> Option<usize> {
    let started = begins.iter().filter(|it| **it <= at).count();
    let here = started.saturating_sub(1);
    let next = begins.get(here + 1);
    let is_nearer_to_next = next.is_some_and(|next| {
        last == Some(&here) && next.ms() - at.ms() < at.ms() - begins[here].ms()
    });
    // Two look-ups within one tick of the clock: the later answer is of the later one.
    let is_again = last == Some(&here) && next.is_some_and(|next| *next == begins[here]);
    (here < begins.len()).then_some(if is_nearer_to_next || is_again { here + 1 } else { here })
}

/// What one look-up showed.
fn picture(
    host: &str,
    key: &str,
    at: Timestamp,
    observations: &[&Observation],
    networks: &Networks,
) -> HostPicture {
    let trail = Trail::follow(key, observations);
    let found = findings(&trail, networks);
    let newest = newest(observations);
    let mut facets = Vec::new();
    let mut add = |aspect, values: Vec<Shown>, by: &[&Observation]| {
        let mut values = values;
        values.sort();
        values.dedup_by(|a, b| a.text == b.text);
        facets.push(Facet {
            aspect,
            values,
            asked_at: by.iter().map(|it| it.asked_at).max().unwrap_or(at),
            observations: by.iter().map(|it| it.id).collect(),
        });
    };

    let leads = asked(&newest, |question| match question {
        Question::Dns { name, record_type } => {
            trail.names.iter().any(|it| it.value == *name)
                && matches!(record_type.as_str(), "A" | "AAAA" | "CNAME")
        }
        Question::Asn { ip } => as_ip(key).is_some() && as_ip(ip) == as_ip(key),
        _ => false,
    });
    if let Some(words) = leads_to(&trail) {
        if as_ip(key).is_none() {
            add(Aspect::Leads, vec![sure(words)], &leads);
            let target = trail.names.get(1).map(|it| sure(it.value.clone()));
            add(Aspect::PointsTo, target.into_iter().collect(), &leads);
            let addresses = trail.addresses.iter().map(|it| sure(it.value.to_string()));
            add(Aspect::Addresses, addresses.collect(), &leads);
        }
        let all = [(Aspect::Proxy, Role::Proxy), (Aspect::Host, Role::Host)];
        for (aspect, role) in all.into_iter().chain([(Aspect::Storage, Role::Storage)]) {
            let evidence = evidence(&found, role, &newest, &leads);
            add(aspect, providers(&found, role), &evidence);
        }
    }

    let domain = registrable(key);
    for (record_type, servers, aspect, role, of_role) in [
        ("NS", &trail.name_servers, Aspect::NameServers, Role::Dns, Aspect::Dns),
        ("MX", &trail.mail_servers, Aspect::MailServers, Role::Mail, Aspect::Mail),
    ] {
        let by = asked(
            &newest,
            |question| matches!(question, Question::Dns { name, record_type: it } if it == record_type && name == domain),
        );
        if by.iter().any(|it| is_said(it)) {
            add(aspect, servers.iter().map(|it| sure(it.value.to_lowercase())).collect(), &by);
            add(of_role, providers(&found, role), &by);
        }
    }

    let dmarc = dmarc(domain);
    for (name, record_type, aspect) in [
        (domain, "TXT", Aspect::Txt),
        (&dmarc, "TXT", Aspect::Dmarc),
        (domain, "CAA", Aspect::Caa),
        (domain, "DS", Aspect::Ds),
        (domain, "SOA", Aspect::Soa),
    ] {
        let by = asked(
            &newest,
            |question| matches!(question, Question::Dns { name: it, record_type: of } if it == name && of == record_type),
        );
        if by.iter().any(|it| is_said(it)) {
            let data = by.iter().flat_map(|it| data(it, record_type));
            let values: Vec<String> = match aspect {
                Aspect::Soa => data.flat_map(zone).collect(),
                _ => data.map(str::to_owned).collect(),
            };
            add(aspect, values.into_iter().map(sure).collect(), &by);
        }
    }

    let of_domain = trail.registries.iter().copied().find(|it| {
        matches!(it.question.of_registry(), Some((RegistryObject::Domain, _)))
            && !matches!(it.answer, Answer::NoAnswer { .. } | Answer::Whois { record: None, .. })
    });
    if let Some(by) = of_domain {
        let record = record(by);
        add(Aspect::Registration, vec![sure(registration(record))], &[by]);
        if let Some(record) = record {
            add(Aspect::Registrar, providers(&found, Role::Registrar), &[by]);
            add(Aspect::Status, record.statuses.iter().map(|it| sure(status(it))).collect(), &[by]);
        }
    }
    HostPicture { host: host.to_owned(), at, facets, unanswered: Vec::new() }
}

fn sure(text: impl Into<String>) -> Shown {
    Shown { text: text.into(), is_weak: false }
}

fn asked<'a>(
    newest: &[&'a Observation],
    wanted: impl Fn(&Question) -> bool,
) -> Vec<&'a Observation> {
    newest.iter().copied().filter(|it| wanted(&it.question)).collect()
}

/// Whether a server said what there is, or that there is nothing.
fn is_said(observation: &Observation) -> bool {
    matches!(&observation.answer, Answer::Dns { rcode, .. } if rcode == "NOERROR" || rcode == "NXDOMAIN")
}

/// What the records of a type say.
fn data<'a>(observation: &'a Observation, record_type: &str) -> impl Iterator<Item = &'a str> {
    let answers = match &observation.answer {
        Answer::Dns { answers, .. } => answers.as_slice(),
        _ => &[],
    };
    answers.iter().filter(move |it| it.record_type == record_type).map(|it| it.data.as_str())
}

/// What a SOA record says of its zone: server and contact, and the serial by itself.
fn zone(soa: &str) -> Vec<String> {
    let mut words = soa.split(' ');
    let (server, contact) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let serial = words.next().map(|it| format!("{}{it}", words::SERIAL));
    let named = format!("{server} {contact}").to_lowercase();
    std::iter::once(named).chain(serial).collect()
}

/// The answers that a role rests on; those that say where the name leads when none fills it.
fn evidence<'a>(
    found: &[Finding],
    role: Role,
    newest: &[&'a Observation],
    leads: &[&'a Observation],
) -> Vec<&'a Observation> {
    let of_role: BTreeSet<ObservationId> = found
        .iter()
        .filter(|it| it.role == role)
        .flat_map(|it| it.why.iter().map(|why| why.observation))
        .collect();
    if of_role.is_empty() {
        return leads.to_vec();
    }
    newest.iter().copied().filter(|it| of_role.contains(&it.id)).collect()
}

fn providers(found: &[Finding], role: Role) -> Vec<Shown> {
    let of_role = found.iter().filter(|it| it.role == role);
    of_role
        .map(|it| Shown { text: it.provider.clone(), is_weak: it.confidence == Confidence::Low })
        .collect()
}

/// Where a name leads, as a value; none when nobody said.
fn leads_to(trail: &Trail<'_>) -> Option<String> {
    Some(match &trail.end {
        End::Address => words::RESOLVES.to_owned(),
        End::Missing => words::MISSING.to_owned(),
        End::Dangling => {
            let last = trail.names.last().map(|it| it.value.as_str()).unwrap_or_default();
            format!("{}{last}", words::DANGLING)
        }
        End::Loop => words::LOOP.to_owned(),
        End::NoAddress => words::NO_ADDRESS.to_owned(),
        End::Failed(rcode) => rcode.clone(),
        End::Silent(_) | End::NotAsked => return None,
    })
}

fn record(observation: &Observation) -> Option<&RegistryRecord> {
    match &observation.answer {
        Answer::Registered { record, .. } | Answer::Whois { record: Some(record), .. } => {
            Some(record)
        }
        _ => None,
    }
}

/// Whether a domain is registered, and since which day when the registry tells.
fn registration(record: Option<&RegistryRecord>) -> String {
    let Some(record) = record else { return words::NOT_REGISTERED.to_owned() };
    let event = record.events.iter().find(|it| it.action == "registration");
    match event.and_then(|it| it.at) {
        Some(at) => format!("{}{}", words::SINCE, at.to_minute().get(..10).unwrap_or_default()),
        None => words::REGISTERED.to_owned(),
    }
}

/// RDAP writes `client hold`, WHOIS `clientHold https://…`: one status.
fn status(text: &str) -> String {
    let word = text.split(" http").next().unwrap_or(text).trim();
    let mut plain = String::new();
    for c in word.chars() {
        if c.is_uppercase() && plain.ends_with(char::is_lowercase) {
            plain.push(' ');
        }
        plain.extend(c.to_lowercase());
    }
    plain
}

/// What changed from one picture of a host to a later one.
///
/// Of an aspect that either did not show nothing is said. Addresses that stay with the providers that
/// explain them, by a published range or by the provider's own name in front, are no change; nor is an
/// alias that stays with the provider in front, or the serial of a zone alone.
pub fn diff(then: &HostPicture, now: &HostPicture, networks: &Networks) -> HostDiff {
    let mut changes = Vec::new();
    let mut unimportant = Vec::new();
    for aspect in Aspect::ALL {
        let (Some(was), Some(is)) = (then.facet(aspect), now.facet(aspect)) else { continue };
        if same(aspect, was, is) {
            unimportant.extend(serial_alone(was, is));
            continue;
        }
        let of_table = was.values.iter().chain(&is.values).all(|it| it.is_weak)
            && texts(then, Aspect::Addresses) == texts(now, Aspect::Addresses);
        if serves_aspect(aspect) && of_table {
            unimportant.push("The table of networks names who announces it otherwise.".to_owned());
        } else if aspect == Aspect::Addresses
            && let Some(whose) = rotates(then, now, networks)
        {
            unimportant.push(format!("Its addresses changed within what {whose} uses for this."));
        } else if aspect == Aspect::PointsTo
            && let Some(whose) = alias_rotates(then, now, networks)
        {
            unimportant.push(format!("Its alias changed within what {whose} uses for this."));
        } else {
            let (then, now) = (was.clone(), is.clone());
            changes.push(HostChange { aspect, then, now });
        }
    }
    unimportant.dedup();
    let host = defang(&now.host);
    let said = words::Said { host: &host, then_at: then.at, now_at: now.at, changes: &changes };
    HostDiff {
        host: now.host.clone(),
        then_at: then.at,
        now_at: now.at,
        sentence: said.in_english(),
        sentence_pt: said.in_portuguese(),
        unimportant,
        unanswered: now.unanswered.clone(),
        changes,
    }
}

fn serves_aspect(aspect: Aspect) -> bool {
    let role = match aspect {
        Aspect::Proxy => Role::Proxy,
        Aspect::Host => Role::Host,
        Aspect::Storage => Role::Storage,
        _ => return false,
    };
    serves(role)
}

fn texts(picture: &HostPicture, aspect: Aspect) -> BTreeSet<&str> {
    let values = picture.facet(aspect).map_or(&[][..], |it| &it.values);
    values.iter().map(|it| it.text.as_str()).collect()
}

/// Whether two values mean the same: names of registrars are spelled in more than one way.
fn same(aspect: Aspect, was: &Facet, is: &Facet) -> bool {
    let plain = |facet: &Facet| -> BTreeSet<String> {
        let texts = facet.values.iter().map(|it| it.text.as_str());
        match aspect {
            Aspect::Registrar | Aspect::Status => texts
                .map(|it| it.to_lowercase().replace(|c: char| !c.is_alphanumeric(), ""))
                .collect(),
            Aspect::Soa => texts.filter(|it| !is_serial(it)).map(str::to_owned).collect(),
            _ => texts.map(str::to_owned).collect(),
        }
    };
    // A registry that stopped or began to tell the day says nothing new.
    let vague = |facet: &Facet| facet.values.iter().any(|it| it.text == words::REGISTERED);
    let registered = |facet: &Facet| facet.values.iter().all(|it| it.text != words::NOT_REGISTERED);
    plain(was) == plain(is)
        || aspect == Aspect::Registration
            && (vague(was) || vague(is))
            && registered(was)
            && registered(is)
}

fn is_serial(text: &str) -> bool {
    text.starts_with(words::SERIAL)
}

/// That nothing but the serial of a zone is another one: it was published again, whatever is in it.
fn serial_alone(was: &Facet, is: &Facet) -> Option<String> {
    let serial = |facet: &Facet| {
        let serials = facet.values.iter().filter_map(|it| it.text.strip_prefix(words::SERIAL));
        serials.map(str::to_owned).next()
    };
    let (then, now) = (serial(was)?, serial(is)?);
    (then != now).then(|| {
        format!("Its zone was published again: the serial went from {then} to {now}, which alone says nothing.")
    })
}

/// Whose aliases rotate; none when another alias means something. One that names an account at a
/// platform always does.
fn alias_rotates(then: &HostPicture, now: &HostPicture, networks: &Networks) -> Option<String> {
    let in_front = |picture: &HostPicture| -> Option<BTreeSet<String>> {
        let target = texts(picture, Aspect::PointsTo).into_iter().next()?;
        let suffix = psl::suffix(target.as_bytes());
        if suffix.is_some_and(|it| it.typ() == Some(psl::Type::Private)) {
            return None;
        }
        let matches = networks.for_name(On::Cname, target);
        let proxies = matches.iter().filter(|it| it.rule.role == Role::Proxy);
        Some(proxies.map(|it| it.network.name.clone()).collect())
            .filter(|it: &BTreeSet<_>| !it.is_empty())
    };
    let whose = in_front(then).filter(|it| Some(it) == in_front(now).as_ref())?;
    Some(whose.into_iter().collect::<Vec<_>>().join(" and "))
}

/// Whose addresses rotate; none when a change of them means something.
fn rotates(then: &HostPicture, now: &HostPicture, networks: &Networks) -> Option<String> {
    let by_range = |picture: &HostPicture| -> Option<BTreeSet<String>> {
        let mut whose = BTreeSet::new();
        for text in texts(picture, Aspect::Addresses) {
            let matches = networks.for_address(text.parse().ok()?);
            let serving = matches.iter().filter(|it| serves(it.rule.role));
            let names: Vec<_> = serving.map(|it| it.network.name.clone()).collect();
            if names.is_empty() {
                return None;
            }
            whose.extend(names);
        }
        Some(whose).filter(|it| !it.is_empty())
    };
    let by_name = |picture: &HostPicture| -> Option<BTreeSet<String>> {
        let target = texts(picture, Aspect::PointsTo).into_iter().next()?.to_owned();
        let matches = networks.for_name(On::Cname, &target);
        let serving = matches.iter().filter(|it| serves(it.rule.role));
        Some(serving.map(|it| it.network.name.clone()).collect())
            .filter(|it: &BTreeSet<_>| !it.is_empty())
    };
    let agree = |a: Option<BTreeSet<String>>, b: Option<BTreeSet<String>>| {
        a.filter(|it| Some(it) == b.as_ref())
    };
    let whose =
        agree(by_range(then), by_range(now)).or_else(|| agree(by_name(then), by_name(now)))?;
    Some(whose.into_iter().collect::<Vec<_>>().join(" and "))
}

#[cfg(test)]
mod tests;
