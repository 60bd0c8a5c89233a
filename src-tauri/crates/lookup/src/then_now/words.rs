//! What changed, in a sentence that can stand in a letter, in two languages.
//!
//! Hosts and addresses are defanged. A provider that only the announcing network speaks for is called
//! "the network of …", because that is all that is known.

use farol_model::{
    observable::defang,
    then_now::{Aspect, Facet, HostChange, Shown},
    time::Timestamp,
};

/// Values of [`Aspect::Leads`] and [`Aspect::Registration`].
pub(super) const RESOLVES: &str = "has an address";
pub(super) const MISSING: &str = "does not exist (NXDOMAIN)";
pub(super) const DANGLING: &str = "dangling, unverified: points to ";
pub(super) const LOOP: &str = "leads in a circle";
pub(super) const NO_ADDRESS: &str = "has no address";
pub(super) const REGISTERED: &str = "registered";
pub(super) const SINCE: &str = "registered since ";
pub(super) const NOT_REGISTERED: &str = "not registered";
/// What stands before the serial among the values of [`Aspect::Soa`].
pub(super) const SERIAL: &str = "serial ";
/// A TXT record is quoted so far.
const QUOTED_CHARS: usize = 90;

const MONTHS: [(&str, &str); 12] = [
    ("January", "janeiro"),
    ("February", "fevereiro"),
    ("March", "março"),
    ("April", "abril"),
    ("May", "maio"),
    ("June", "junho"),
    ("July", "julho"),
    ("August", "agosto"),
    ("September", "setembro"),
    ("October", "outubro"),
    ("November", "novembro"),
    ("December", "dezembro"),
];

/// What there is to say.
pub(super) struct Said<'a> {
    pub(super) host: &'a str,
    pub(super) then_at: Timestamp,
    pub(super) now_at: Timestamp,
    pub(super) changes: &'a [HostChange],
}

/// The words that differ from language to language.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tongue {
    English,
    Portuguese,
}

impl Said<'_> {
    pub(super) fn in_english(&self) -> String {
        self.say(Tongue::English)
    }

    pub(super) fn in_portuguese(&self) -> String {
        self.say(Tongue::Portuguese)
    }

    fn say(&self, tongue: Tongue) -> String {
        let between = self.between(tongue);
        let mut clauses = self.clauses(tongue);
        if clauses.is_empty() {
            return match tongue {
                Tongue::English => format!(
                    "{} was at {} as it had been at {}.",
                    self.host,
                    minute(self.now_at, tongue),
                    minute(self.then_at, tongue)
                ),
                Tongue::Portuguese => format!(
                    "{} estava em {} como estivera em {}.",
                    self.host,
                    minute(self.now_at, tongue),
                    minute(self.then_at, tongue)
                ),
            };
        }
        let first = clauses.remove(0);
        let rest: String = clauses.iter().map(|it| format!("; {it}")).collect();
        // What is not said of the host itself is said of something of its own.
        let is_of_host = !["its ", "the ", "o ", "os "].iter().any(|it| first.starts_with(it));
        let colon = if is_of_host { "" } else { ":" };
        format!("{}{colon} {first} {between}{rest}.", self.host)
    }

    /// When it happened, as far as two look-ups can tell.
    fn between(&self, tongue: Tongue) -> String {
        let (then, now) = (day(self.then_at, tongue), day(self.now_at, tongue));
        match tongue {
            Tongue::English if then == now => format!("on {now}"),
            Tongue::Portuguese if then == now => format!("em {now}"),
            Tongue::English => format!(
                "between {} and {}",
                minute(self.then_at, tongue),
                minute(self.now_at, tongue)
            ),
            Tongue::Portuguese => {
                format!("entre {} e {}", minute(self.then_at, tongue), minute(self.now_at, tongue))
            }
        }
    }

    fn change(&self, aspect: Aspect) -> Option<&HostChange> {
        self.changes.iter().find(|it| it.aspect == aspect)
    }

    /// What is worth a clause: a provider that changed stands for the servers that changed with it.
    fn clauses(&self, tongue: Tongue) -> Vec<String> {
        let mut clauses = Vec::new();
        let leads = self.change(Aspect::Leads);
        clauses.extend(leads.map(|it| leads_clause(it, tongue)));
        let is_there = leads.is_none();
        let serving = [Aspect::Proxy, Aspect::Host, Aspect::Storage];
        let served: Vec<_> = serving.into_iter().filter_map(|it| self.change(it)).collect();
        if is_there && !served.is_empty() {
            clauses.extend(served_clauses(&served, tongue));
        }
        if is_there && served.is_empty() {
            let alias = self.change(Aspect::PointsTo).map(|it| alias_clause(it, tongue));
            let addresses =
                || self.change(Aspect::Addresses).map(|it| addresses_clause(it, tongue));
            clauses.extend(alias.or_else(addresses));
        }
        for (role, servers, words) in [
            (
                Aspect::Dns,
                Aspect::NameServers,
                [("its DNS", "its name servers"), ("o seu DNS", "os seus servidores de nomes")],
            ),
            (
                Aspect::Mail,
                Aspect::MailServers,
                [
                    ("its mail", "its mail servers"),
                    ("o seu correio", "os seus servidores de correio"),
                ],
            ),
        ] {
            let (of_role, of_servers) = words[usize::from(tongue == Tongue::Portuguese)];
            let provider = self.change(role).filter(|it| is_full(&it.then) && is_full(&it.now));
            if let Some(it) = provider {
                clauses.push(moved(of_role, it, tongue, false));
            } else if let Some(it) = self.change(servers) {
                clauses.push(moved(of_servers, it, tongue, true));
            }
        }
        for (aspect, kind) in [(Aspect::Txt, "TXT"), (Aspect::Dmarc, "DMARC"), (Aspect::Caa, "CAA")]
        {
            clauses.extend(self.change(aspect).map(|it| records_clause(kind, it, tongue)));
        }
        clauses.extend(self.change(Aspect::Ds).map(|it| ds_clause(it, tongue)));
        clauses.extend(self.change(Aspect::Soa).map(|it| soa_clause(it, tongue)));
        let registration = self.change(Aspect::Registration);
        clauses.extend(registration.map(|it| registration_clause(it, tongue)));
        if let Some(it) = self.change(Aspect::Registrar) {
            clauses.push(moved(
                tongue.pick("its registrar", "o seu registrador"),
                it,
                tongue,
                false,
            ));
        }
        if let Some(it) = self.change(Aspect::Status) {
            clauses.push(status_clause(it, tongue));
        }
        clauses
    }
}

impl Tongue {
    fn pick<T>(self, english: T, portuguese: T) -> T {
        match self {
            Self::English => english,
            Self::Portuguese => portuguese,
        }
    }
}

fn is_full(facet: &Facet) -> bool {
    !facet.values.is_empty()
}

fn day(at: Timestamp, tongue: Tongue) -> String {
    let date = jiff::tz::TimeZone::UTC.to_datetime(at.instant());
    let month = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    let (english, portuguese) = MONTHS[month.min(11)];
    match tongue {
        Tongue::English => format!("{} {english} {}", date.day(), date.year()),
        Tongue::Portuguese => format!("{} de {portuguese} de {}", date.day(), date.year()),
    }
}

fn minute(at: Timestamp, tongue: Tongue) -> String {
    let time = jiff::tz::TimeZone::UTC.to_datetime(at.instant());
    format!("{}, {:02}:{:02} UTC", day(at, tongue), time.hour(), time.minute())
}

/// Values side by side: `A`, `A and B`, `A, B and C`.
fn listed(values: &[String], tongue: Tongue) -> String {
    let and = tongue.pick("and", "e");
    match values {
        [] => tongue.pick("none", "nenhum").to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

fn provider(it: &Shown, tongue: Tongue) -> String {
    if it.is_weak {
        format!("{} {}", tongue.pick("the network of", "a rede de"), it.text)
    } else {
        it.text.clone()
    }
}

fn defanged(facet: &Facet) -> Vec<String> {
    facet.values.iter().map(|it| defang(&it.text)).collect()
}

fn leads_clause(it: &HostChange, tongue: Tongue) -> String {
    let first = |facet: &Facet| facet.values.first().map(|it| it.text.clone()).unwrap_or_default();
    let (was, is) = (first(&it.then), first(&it.now));
    match is.as_str() {
        RESOLVES => {
            let before = state(&was, tongue);
            tongue.pick(
                format!("got an address again (before, it {before})"),
                format!("voltou a ter endereço (antes, {before})"),
            )
        }
        MISSING => tongue
            .pick("ceased to exist in the DNS (NXDOMAIN)", "deixou de existir no DNS (NXDOMAIN)")
            .to_owned(),
        _ => tongue.pick(
            format!("stopped resolving: it now {}", state(&is, tongue)),
            format!("deixou de resolver: agora {}", state(&is, tongue)),
        ),
    }
}

/// Where a name leads, after "it".
fn state(value: &str, tongue: Tongue) -> String {
    if let Some(target) = value.strip_prefix(DANGLING) {
        let target = defang(target);
        return tongue.pick(
            format!("points to {target}, which does not exist (dangling, unverified)"),
            format!("aponta para {target}, que não existe (pendente, não verificado)"),
        );
    }
    match value {
        RESOLVES => tongue.pick("had an address", "tinha endereço").to_owned(),
        MISSING => tongue.pick("did not exist", "não existia").to_owned(),
        LOOP => tongue.pick("leads in a circle", "anda em círculo").to_owned(),
        NO_ADDRESS => tongue.pick("has no address", "não tem endereço").to_owned(),
        rcode => tongue
            .pick(format!("gets no answer ({rcode})"), format!("não obtém resposta ({rcode})")),
    }
}

/// "moved from A to B": who answers the requests for content, whatever the role.
fn served_clauses(changes: &[&HostChange], tongue: Tongue) -> Vec<String> {
    let all = |of: fn(&HostChange) -> &Facet| -> Vec<String> {
        let mut names: Vec<Shown> = changes.iter().flat_map(|it| of(it).values.clone()).collect();
        names.sort();
        names.dedup_by(|a, b| a.text == b.text);
        names.iter().map(|it| provider(it, tongue)).collect()
    };
    let (was, is) = (all(|it| &it.then), all(|it| &it.now));
    let gone: Vec<_> = was.iter().filter(|it| !is.contains(it)).cloned().collect();
    let come: Vec<_> = is.iter().filter(|it| !was.contains(it)).cloned().collect();
    let (gone_words, come_words) = (listed(&gone, tongue), listed(&come, tongue));
    match (gone.is_empty(), come.is_empty()) {
        (true, true) => vec![tongue.pick(
            format!("is served by {} in another role", listed(&is, tongue)),
            format!("é servido por {} noutra função", listed(&is, tongue)),
        )],
        (true, false) if was.is_empty() => vec![
            tongue.pick(format!("came to {come_words}"), format!("passou para {come_words}")),
            tongue
                .pick("who served it before is not known", "não se sabe quem o servia antes")
                .to_owned(),
        ],
        (true, false) => vec![tongue.pick(
            format!("came to be served by {come_words} as well"),
            format!("passou a ser servido também por {come_words}"),
        )],
        (false, true) if is.is_empty() => vec![
            tongue.pick(format!("left {gone_words}"), format!("deixou {gone_words}")),
            tongue
                .pick("who serves it now is not known", "não se sabe quem o serve agora")
                .to_owned(),
        ],
        (false, true) => vec![tongue.pick(
            format!("is no longer served by {gone_words}"),
            format!("deixou de ser servido por {gone_words}"),
        )],
        (false, false) => vec![tongue.pick(
            format!("moved from {gone_words} to {come_words}"),
            format!("mudou de {gone_words} para {come_words}"),
        )],
    }
}

fn alias_clause(it: &HostChange, tongue: Tongue) -> String {
    let (was, is) = (defanged(&it.then), defanged(&it.now));
    match (was.is_empty(), is.is_empty()) {
        (true, _) => tongue.pick(
            format!("became an alias of {}", listed(&is, tongue)),
            format!("passou a apontar para {}", listed(&is, tongue)),
        ),
        (_, true) => tongue.pick(
            format!("is no longer an alias of {}", listed(&was, tongue)),
            format!("deixou de apontar para {}", listed(&was, tongue)),
        ),
        _ => tongue.pick(
            format!(
                "became an alias of {} instead of {}",
                listed(&is, tongue),
                listed(&was, tongue)
            ),
            format!(
                "passou a apontar para {} em vez de {}",
                listed(&is, tongue),
                listed(&was, tongue)
            ),
        ),
    }
}

fn addresses_clause(it: &HostChange, tongue: Tongue) -> String {
    let (was, is) = (listed(&defanged(&it.then), tongue), listed(&defanged(&it.now), tongue));
    tongue.pick(
        format!("changed its addresses from {was} to {is}"),
        format!("mudou de endereços: de {was} para {is}"),
    )
}

/// "its DNS moved from A to B".
fn moved(what: &str, it: &HostChange, tongue: Tongue, are_names: bool) -> String {
    let names = |facet: &Facet| -> String {
        if are_names {
            return listed(&defanged(facet), tongue);
        }
        listed(&facet.values.iter().map(|it| provider(it, tongue)).collect::<Vec<_>>(), tongue)
    };
    let (was, is) = (names(&it.then), names(&it.now));
    let verb = match (tongue, are_names) {
        (Tongue::English, true) => "changed",
        (Tongue::English, false) => "went",
        (Tongue::Portuguese, true) => "mudaram",
        (Tongue::Portuguese, false) => "passou",
    };
    tongue.pick(
        format!("{what} {verb} from {was} to {is}"),
        format!("{what} {verb} de {was} para {is}"),
    )
}

/// Which records of a kind are gone, and which came.
fn records_clause(kind: &str, it: &HostChange, tongue: Tongue) -> String {
    let (open, close) = tongue.pick(("“", "”"), ("«", "»"));
    let only = |of: &Facet, other: &Facet| -> Vec<String> {
        let alone = of.values.iter().filter(|it| !other.values.contains(it));
        alone
            .map(|it| {
                let inner = it.text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
                let plain = defang(inner.unwrap_or(&it.text));
                let mut text: String = plain.chars().take(QUOTED_CHARS).collect();
                if text.len() < plain.len() {
                    text.push('…');
                }
                format!("{open}{text}{close}")
            })
            .collect()
    };
    let (gone, come) = (only(&it.then, &it.now), only(&it.now, &it.then));
    let (gone_words, come_words) = (listed(&gone, tongue), listed(&come, tongue));
    match (gone.is_empty(), come.is_empty()) {
        (true, _) => tongue.pick(
            format!("its {kind} records gained {come_words}"),
            format!("os seus registos {kind} ganharam {come_words}"),
        ),
        (_, true) => tongue.pick(
            format!("its {kind} records lost {gone_words}"),
            format!("os seus registos {kind} perderam {gone_words}"),
        ),
        _ => tongue.pick(
            format!("its {kind} records lost {gone_words} and gained {come_words}"),
            format!("os seus registos {kind} perderam {gone_words} e ganharam {come_words}"),
        ),
    }
}

fn ds_clause(it: &HostChange, tongue: Tongue) -> String {
    let words = match (is_full(&it.then), is_full(&it.now)) {
        (false, _) => tongue.pick(
            "its domain came to be signed (DNSSEC, the parent has DS records)",
            "o seu domínio passou a ser assinado (DNSSEC, há registos DS na zona acima)",
        ),
        (_, false) => tongue.pick(
            "its domain is no longer signed (DNSSEC, the DS records at the parent are gone)",
            "o seu domínio deixou de ser assinado (DNSSEC, os registos DS desapareceram da zona acima)",
        ),
        _ => tongue.pick(
            "its domain is signed with other keys (DNSSEC, other DS records at the parent)",
            "o seu domínio é assinado com outras chaves (DNSSEC, outros registos DS na zona acima)",
        ),
    };
    words.to_owned()
}

fn soa_clause(it: &HostChange, tongue: Tongue) -> String {
    let named = |facet: &Facet| {
        let named = facet.values.iter().find(|it| !it.text.starts_with(SERIAL));
        named.map(|it| defang(&it.text))
    };
    match (named(&it.then), named(&it.now)) {
        (Some(was), Some(is)) => tongue.pick(
            format!("the SOA record of its domain names {is} instead of {was}"),
            format!("o registo SOA do seu domínio indica {is} em vez de {was}"),
        ),
        (None, Some(is)) => tongue.pick(
            format!("the SOA record of its domain names {is}; before, there was none"),
            format!("o registo SOA do seu domínio indica {is}; antes não existia"),
        ),
        _ => tongue
            .pick(
                "the SOA record of its domain is gone",
                "o registo SOA do seu domínio desapareceu",
            )
            .to_owned(),
    }
}

fn registration_clause(it: &HostChange, tongue: Tongue) -> String {
    let now = it.now.values.first().map(|it| it.text.as_str()).unwrap_or_default();
    let was_registered = it.then.values.iter().all(|it| it.text != NOT_REGISTERED);
    match now.strip_prefix(SINCE) {
        _ if now == NOT_REGISTERED => tongue
            .pick("its domain is no longer registered", "o seu domínio já não está registado")
            .to_owned(),
        Some(day) if was_registered => tongue.pick(
            format!("its domain was registered anew ({day})"),
            format!("o seu domínio foi registado de novo ({day})"),
        ),
        Some(day) => tongue.pick(
            format!("its domain was registered ({day})"),
            format!("o seu domínio foi registado ({day})"),
        ),
        None => tongue.pick("its domain was registered", "o seu domínio foi registado").to_owned(),
    }
}

fn status_clause(it: &HostChange, tongue: Tongue) -> String {
    let names = |facet: &Facet| {
        listed(&facet.values.iter().map(|it| it.text.clone()).collect::<Vec<_>>(), tongue)
    };
    tongue.pick(
        format!("the registry's status went from “{}” to “{}”", names(&it.then), names(&it.now)),
        format!("o estado no registo passou de «{}» para «{}»", names(&it.then), names(&it.now)),
    )
}
