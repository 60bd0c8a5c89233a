use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{Arc, Mutex},
};

use rusqlite::Connection;

use farol_model::{
    case::{Account, CaseFacts, Outcome, Person, PersonRole, Status, Target},
    document::{Audience, Block, Content, Document, DocumentKind, Envelope, Text, changes},
    id::{BlockId, CaseId, DocumentId, NoteId, ObservationId, ReportId, Size},
    journal::Action,
    lookup::{Answer, Observation, Question, Record},
    observable::{Found, Observable, ObservableKind},
    report::{Attachment, Consent, Correspondent, Parsed, Report, ReportChannel},
    search::{Part, Query},
};

use super::{Hits, MAX_HITS, MAX_RANKED};
use crate::{
    Opening, Place, Store, StoreError, Tell, WriteTx,
    tests::{PASSPHRASE, new_store, note, open_case, place, raw},
};

fn find(store: &Store, query: &str) -> Hits {
    store.read(|it| it.search(&Query::parse(query))).unwrap_or_else(|it| panic!("{query}: {it:?}"))
}

/// `kind title | snippet`, matches in angle brackets.
fn shown(hits: &Hits) -> Vec<String> {
    let text = |parts: &[Part]| -> String {
        let part = |it: &Part| {
            if it.is_match { format!("<{}>", it.text) } else { it.text.clone() }
        };
        parts.iter().map(part).collect()
    };
    hits.hits
        .iter()
        .map(|it| format!("{} {} | {}", it.kind.word(), text(&it.title), text(&it.snippet)))
        .collect()
}

fn kinds(hits: &Hits) -> Vec<&'static str> {
    hits.hits.iter().map(|it| it.kind.word()).collect()
}

fn record(store: &Store, action: impl FnOnce(&WriteTx<'_>) -> Action) {
    store
        .write(|tx| {
            let action = action(tx);
            tx.record(&action).map(|_| ())
        })
        .map_err(|it: StoreError| it)
        .unwrap();
}

fn report(store: &Store, subject: &str, text: &str, change: impl FnOnce(&mut Parsed)) -> ReportId {
    let id = ReportId(store.new_id());
    let mut parsed = Parsed { subject: subject.into(), text: text.into(), ..Parsed::default() };
    change(&mut parsed);
    let original = store.write(|tx| tx.keep_original(b"as it came")).unwrap();
    record(store, |tx| Action::ReportReceived {
        report: Box::new(Report {
            id,
            received_at: tx.now(),
            channel: ReportChannel::Mail,
            original,
            size: Size(9),
            parsed,
            consent: Consent::NotAsked,
        }),
    });
    id
}

fn change(store: &Store, case: CaseId, change: impl FnOnce(&mut CaseFacts)) {
    record(store, |tx| {
        let before = tx.read().case(case).unwrap().facts;
        let mut after = before.clone();
        change(&mut after);
        Action::CaseChanged { case, before: Box::new(before), after: Box::new(after) }
    });
}

fn target(store: &Store, case: CaseId, value: &str, outcome: Option<Outcome>) {
    let observable = Observable { kind: ObservableKind::Url, value: value.into() };
    record(store, |tx| Action::TargetSet {
        case,
        before: tx.read().target(case, &observable).unwrap(),
        after: outcome.map(|outcome| Target { observable, outcome }),
    });
}

fn paragraph(store: &Store, text: &str) -> Block {
    Block {
        id: BlockId(store.new_id()),
        audience: Audience::InternalTeam,
        content: Content::Paragraph { text: Text::parse(text) },
    }
}

fn document(store: &Store, case: CaseId, kind: DocumentKind, title: &str, text: &str) -> Document {
    let document = Document {
        id: DocumentId(store.new_id()),
        case,
        kind,
        title: title.into(),
        template: "test@1".into(),
        audience: Audience::Reporter,
        created_at: store.now(),
        envelope: None,
        sent: None,
        standing: farol_model::document::Standing::default(),
        blocks: vec![paragraph(store, text)],
    };
    record(store, |_| Action::DocumentCreated { document: Box::new(document.clone()) });
    document
}

/// A desk with one of everything that can be found.
fn full_store() -> (tempfile::TempDir, Store, CaseId) {
    let (dir, store) = new_store();
    let case = open_case(&store, "Phishing of Contoso Bank");
    change(&store, case, |facts| {
        facts.people = vec![
            Person {
                role: PersonRole::Victim,
                name: "Zoë Lindqvist".into(),
                address: Some("zoe@mail.example".into()),
            },
            Person { role: PersonRole::Colleague, name: "Omar".into(), address: None },
        ];
        facts.accounts = vec![Account::new("acc-7731", "Kelp Hosting", "typed", store.now())];
        facts.tickets = vec!["LEGAL-99".into()];
    });
    let id = report(
        &store,
        "Credential theft",
        "Please look at\r\nhxxps://login[.]contoso[.]example/verify?id=1\r\nand act.",
        |parsed| {
            parsed.reporter = Correspondent {
                name: Some("Ravi Nadar".into()),
                address: Some("ravi@bank.example".into()),
            };
            parsed.attachments = vec![Attachment {
                name: "list-of-hosts.txt".into(),
                media_type: "text/plain".into(),
                size: Size(3),
                sha256: None,
            }];
            parsed.observables = vec![Found {
                observable: Observable {
                    kind: ObservableKind::Domain,
                    value: "xn--bcher-kva.example".into(),
                },
                written_as: "bücher.example".into(),
                found_in: "html link".into(),
                n_times: 1,
                suggested_target: false,
            }];
        },
    );
    record(&store, |_| Action::ReportAttached { case, report: id });
    note(&store, case, "The reporter called; they want an answer by five o'clock");
    target(&store, case, "https://login.contoso.example/verify?id=1", Some(Outcome::Pending));
    let added = Observable { kind: ObservableKind::Ip, value: "203.0.113.77".into() };
    record(&store, |_| Action::ObservableAdded { case, observable: added });
    let answer = document(
        &store,
        case,
        DocumentKind::Response,
        "Acknowledgement",
        "We have taken [[exec|forty thousand]] pages down for {{case.reference}}.",
    );
    record(&store, |_| Action::EnvelopeSet {
        case,
        document: answer.id,
        before: None,
        after: Envelope {
            to: "ravi@bank.example".into(),
            subject: "Your message of Monday".into(),
            in_reply_to: None,
        },
    });
    document(&store, case, DocumentKind::Rca, "Analysis", "A wildcard rule matched too much.");
    (dir, store, case)
}

#[test]
fn everything_is_found_by_its_words() {
    let (_dir, store, _) = full_store();
    for (query, expected) in [
        ("contoso bank", "case <Phishing> of"),
        (
            "legal-99",
            "case Phishing of Contoso Bank | ESC-2026-0001 · credentials are being taken · <LEGAL-99>",
        ),
        ("credential theft", "report <Credential> <Theft>"),
        ("nadar", "report"),
        ("list-of-hosts", "report"),
        ("five o'clock", "note  | The reporter called; they want an answer by <five> <o'clock>"),
        (
            "forty thousand",
            "response Acknowledgement | We have taken <forty> <thousand> pages down for . · Your message of Monday · ravi@bank.example",
        ),
        ("message of monday", "response"),
        ("wildcard", "document Analysis | A <wildcard> rule matched too much."),
        ("203.0.113.77", "observable <203[.]0[.]113[.]77> | "),
        ("zoe lindqvist", "person <Zoë> <Lindqvist> | Victim · <zoe>@mail.example"),
        ("kelp", "account <Kelp> Hosting | acc-7731"),
    ] {
        let found = shown(&find(&store, query));
        let expected = expected.to_lowercase();
        let first = found.first().map(|it| it.to_lowercase()).unwrap_or_default();
        let kind = expected.split(' ').next().unwrap();
        assert!(first.starts_with(kind), "{query}: {found:?}");
        if expected.contains('|') {
            assert_eq!(first, expected, "{query}");
        }
    }
    assert_eq!(find(&store, "no such thing").n_hits, 0);
}

#[test]
fn every_spelling_of_a_value_finds_every_other() {
    let (_dir, store, case) = full_store();
    note(&store, case, "seen at https://login.contoso.example/verify?id=1 by me");
    for query in [
        "https://login.contoso.example/verify?id=1",
        "hxxps://login[.]contoso[.]example/verify?id=1",
        "HXXPS://LOGIN(dot)CONTOSO(dot)EXAMPLE/verify",
        "login.contoso.example",
        "login[.]contoso[.]exam",
        "https://login.contoso.example/",
    ] {
        let mut found = kinds(&find(&store, query));
        found.sort_unstable();
        assert_eq!(found, ["note", "report", "target"], "{query}");
    }
    let found = shown(&find(&store, "kind:report login.contoso.example"));
    assert_eq!(
        found,
        [
            "report Credential theft | Please look at hxxps://<login[.]contoso[.]example>/verify?id=1 \
          and act. · Ravi Nadar · ravi@bank.example · list-of-hosts.txt · xn--bcher-kva[.]example"
        ]
    );
}

#[test]
fn pieces_phrases_and_beginnings() {
    let (_dir, store, case) = full_store();
    note(&store, case, "Crédit façade: the café is up");
    for (query, n_hits) in [
        ("ontos", 3),
        ("ONTOS", 3),
        ("nto", 3),
        ("\"contoso bank\"", 1),
        ("\"bank contoso\"", 0),
        ("\"conto bank\"", 0),
        ("\"conto", 3),
        ("\"conto\"", 0),
        ("is u", 1),
        ("is u ", 0),
        ("is up ", 1),
        ("cafe", 1),
        ("facade", 1),
        ("café", 1),
        ("\"credit facade\"", 1),
        ("caf bank", 0),
    ] {
        assert_eq!(find(&store, query).n_hits, n_hits, "{query}");
    }
}

#[test]
fn filters_narrow() {
    let (_dir, store, case) = full_store();
    let other = open_case(&store, "Malware at Contoso Tools");
    change(&store, other, |facts| facts.status = Status::Waiting);
    note(&store, other, "contoso again");
    for (query, n_hits) in [
        ("contoso", 5),
        ("contoso kind:case", 2),
        ("contoso kind:case kind:note", 3),
        ("contoso status:waiting", 2),
        ("contoso case:esc-2026-0001", 3),
        ("contoso case:ESC-2026-0001 case:ESC-2026-0002", 5),
        ("contoso case:ESC-2026-0099", 0),
        ("status:waiting", 2),
        ("kind:report category:phishing", 1),
        ("kind:report category:malware", 0),
        ("severity:high kind:person", 2),
        ("severity:low", 0),
        ("contoso after:2026-11-18", 5),
        ("contoso after:2026-11-19", 0),
        ("contoso before:2026-11-18", 0),
        ("contoso before:2026-11-19", 5),
        ("kind:note", 2),
    ] {
        let hits = find(&store, query);
        assert_eq!(hits.n_hits, n_hits, "{query}: {:?}", shown(&hits));
    }
    assert_eq!(find(&store, "kind:note").hits[0].case, Some(other));
    assert_eq!(find(&store, "kind:report").hits[0].case, None);
    assert_ne!(case, other);
}

#[test]
fn the_index_follows_what_changes() {
    let (_dir, store, case) = full_store();
    change(&store, case, |facts| {
        facts.title = "Renamed".into();
        facts.people.remove(0);
        facts.accounts.clear();
    });
    for (query, n_hits) in
        [("kind:case contoso", 0), ("renamed", 1), ("lindqvist", 0), ("omar", 1), ("kelp", 0)]
    {
        assert_eq!(find(&store, query).n_hits, n_hits, "{query}");
    }
    let value = "https://login.contoso.example/verify?id=1";
    target(&store, case, value, Some(Outcome::Forwarded("Example Hosting".into())));
    assert_eq!(kinds(&find(&store, "example hosting")), ["target"]);
    target(&store, case, value, None);
    assert_eq!(kinds(&find(&store, "kind:target")), Vec::<&str>::new());
    let ip = Observable { kind: ObservableKind::Ip, value: "203.0.113.77".into() };
    for (after, expected) in [(Some(Outcome::Pending), "target"), (None, "observable")] {
        record(&store, |tx| Action::TargetSet {
            case,
            before: tx.read().target(case, &ip).unwrap(),
            after: after.map(|outcome| Target { observable: ip.clone(), outcome }),
        });
        assert_eq!(kinds(&find(&store, "203.0.113")), [expected]);
    }

    let text = document(&store, case, DocumentKind::Readout, "Readout", "first words");
    let after = vec![paragraph(&store, "second words")];
    record(&store, |_| Action::BlocksSaved {
        case,
        document: text.id,
        changes: changes(&text.blocks, &after),
    });
    assert_eq!(find(&store, "\"first words\"").n_hits, 0);
    assert_eq!(find(&store, "\"second words\"").hits[0].key, text.id.to_string());
}

#[test]
fn a_whole_word_comes_before_a_piece_and_a_title_before_a_body() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "Something else");
    note(&store, case, "the portability of numbers, and a report of it that goes on for a while");
    note(&store, case, "the port is closed, and this too goes on for a while, as notes do");
    let titled = open_case(&store, "The port");
    let found = find(&store, "port");
    assert_eq!(found.hits[0].case, Some(titled));
    assert!(shown(&found)[1].contains("the <port> is closed"), "{:?}", shown(&found));
}

#[test]
fn any_text_is_a_legal_query() {
    let (_dir, store, _) = full_store();
    let long = "a\"b ".repeat(250_000);
    for query in [
        "",
        " ",
        "\"",
        "\"\"",
        "\"\"\"",
        "*",
        "^",
        "-",
        "+",
        "(",
        ")",
        "()",
        "a",
        "a*",
        "\"a\"*",
        "AND",
        "OR",
        "NOT",
        "a AND",
        "NEAR(",
        "NEAR(a b)",
        "title:",
        "title : x",
        "{title body}: x",
        "-title:x",
        "'",
        "';--",
        "x' OR '1'='1",
        "\\",
        "%",
        "_",
        "?1",
        ":pieces",
        "\0",
        "a\0b",
        "abc\0def",
        "\u{2}\u{3}",
        "\u{202e}abc",
        "مرحبا",
        "日本語",
        "日",
        "🎣",
        "🎣🎣🎣",
        "\u{301}",
        "a\u{301}",
        "\u{fffd}",
        "ſ",
        "İ",
        "ß",
        "kind:",
        "kind:note kind:",
        "after:",
        "case:\"",
        "\"://\"",
        "\"-- --\"",
        "\"日\"",
        "abc\u{301}\u{301}\u{301}",
        "::::::",
        "[.][.][.]",
        "hxxp://",
        &long,
        &"x".repeat(1_000_000),
        &"\"".repeat(1_000_000),
        &"[.]".repeat(300_000),
        &"é ".repeat(400_000),
    ] {
        find(&store, query);
    }
    // A text that cannot be a word finds nothing rather than everything.
    for query in ["-", "🎣", "\"-\""] {
        assert_eq!(find(&store, query).n_hits, 0, "{query}");
    }
}

#[test]
fn hostile_texts_are_found_and_marked_where_they_stand() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    note(&store, case, "left\u{2}middle\u{3}right\0after \u{202e}gnp.exe \"quoted\" 100% <b>");
    for query in ["middle", "after", "gnp.exe", "\"quoted\"", "100%", "<b>"] {
        let found = find(&store, query);
        let matched: Vec<_> =
            found.hits[0].snippet.iter().filter(|it| it.is_match).map(|it| &it.text).collect();
        assert_eq!(matched, [query.trim_matches('"')], "{query}");
    }
    let text = format!("{}needle{}", "é[.]x ".repeat(5_000), " tail[.]y".repeat(5_000));
    note(&store, case, &text);
    let found = find(&store, "needle");
    let snippet: String = found.hits[0].snippet.iter().map(|it| it.text.as_str()).collect();
    assert!(snippet.starts_with("… é[.]x") && snippet.contains("needle tail[.]y"), "{snippet}");
    assert!(snippet.chars().count() < 240);
}

/// Notes in one commit, the nth at the nth second.
fn notes(store: &Store, case: CaseId, range: Range<i64>, text: impl Fn(i64) -> &'static str) {
    store
        .write(|tx| {
            for n in range {
                let note = farol_model::case::Note {
                    id: NoteId(tx.new_id()),
                    written_at: farol_model::time::Timestamp::from_ms(1_000 * n),
                    written_by: tx.actor(),
                    text: text(n).into(),
                };
                tx.record(&Action::NoteAdded { case, note })?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn the_newest_come_first_when_there_are_very_many() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    // The older ones would be better: they have it as a whole word.
    let text = |n| if n < 100 { "a lantern" } else { "lanterns" };
    let write = |range| notes(&store, case, range, text);
    write(0..2_000);
    let found = find(&store, "lantern");
    assert_eq!((found.n_hits, found.newest_first), (2_000, false));
    assert!(found.hits[0].at.ms() < 100_000, "{}", found.hits[0].at);
    write(2_000..2_001);
    let found = find(&store, "lantern");
    assert_eq!((found.n_hits, found.newest_first), (2_001, true));
    assert_eq!(found.hits.len(), MAX_HITS as usize);
    let times: Vec<_> = found.hits.iter().map(|it| it.at.ms()).collect();
    assert_eq!(times[..2], [2_000_000, 1_999_000]);
    assert!(times.is_sorted_by(|a, b| a > b));
}

#[test]
fn words_that_very_many_have_are_not_taken_for_a_spelling_that_few_have() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    let write = |text: &'static str, n| notes(&store, case, 0..n, |_| text);
    write("the kelp shop", 2_100);
    write("kelp-shop.example", 60);
    let found = find(&store, "kelp-shop");
    assert_eq!((found.n_hits, found.newest_first), (60, false));
    let found = find(&store, "\"kelp shop\"");
    assert_eq!((found.n_hits, found.newest_first), (MAX_RANKED + 1, true));
    write("kelp-shop.example", 2_100);
    let found = find(&store, "kelp-shop");
    assert_eq!((found.n_hits, found.newest_first), (MAX_RANKED + 1, true));
    assert_eq!(found.hits.len(), MAX_HITS as usize);
}

fn content(conn: &Connection) -> Vec<String> {
    let mut query = conn
        .prepare(
            "SELECT kind || '¦' || key || '¦' || coalesce(case_id, '') || '¦' || at_ms || '¦' ||
                title || '¦' || body || '¦' || coalesce(written_title, '') || '¦' ||
                coalesce(written_body, '')
             FROM search JOIN search_text ON search_text.id = search.id ORDER BY kind, key",
        )
        .unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Every word that the vocabulary has.
fn vocabulary(conn: &Connection) -> BTreeSet<String> {
    let mut query = conn.prepare("SELECT term FROM search_term").unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn is_whole(conn: &Connection) {
    for index in ["search_piece", "search_word", "search_term_piece"] {
        let sql = format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)");
        conn.execute_batch(&sql).unwrap();
    }
}

#[test]
fn an_index_built_from_the_projections_is_the_live_one() {
    let (_dir, store, case) = full_store();
    change(&store, case, |facts| facts.people.swap(0, 1));
    target(&store, case, "https://gone.example/a", Some(Outcome::AlreadyGone));
    let raw = raw(&store);
    let live = content(&raw);
    assert!(live.len() >= 11);
    let words = vocabulary(&raw);
    assert!(words.contains("lindqvist") && words.contains("gone"));
    is_whole(&raw);
    super::clear(&raw).unwrap();
    is_whole(&raw);
    super::build(&raw, &|_, _| ()).unwrap();
    assert_eq!(content(&raw), live);
    assert_eq!(vocabulary(&raw), words);
    is_whole(&raw);
}

#[test]
fn deleted_text_leaves_the_index() {
    let (_dir, store, case) = full_store();
    let n_pages = |index: &str| -> u32 {
        let sql = format!("SELECT count(*) FROM {index}_data WHERE instr(block, x'717a78') > 0");
        raw(&store).query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    change(&store, case, |facts| facts.title = "qzx".into());
    let indexes = ["search_piece", "search_word", "search_term_piece"];
    assert!(indexes.iter().all(|index| n_pages(index) > 0));
    assert!(vocabulary(&raw(&store)).contains("qzx"));
    change(&store, case, |facts| facts.title = "plain".into());
    assert_eq!(indexes.map(n_pages), [0, 0, 0]);
    assert!(!vocabulary(&raw(&store)).contains("qzx"));
}

#[test]
fn a_commit_writes_each_index_once_however_many_texts_it_has() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "Many");
    let counts = || {
        ["search_piece", "search_word", "search_term_piece"].map(|index| -> u32 {
            let sql = format!("SELECT count(DISTINCT segid) FROM {index}_idx");
            raw(&store).query_row(&sql, [], |row| row.get(0)).unwrap()
        })
    };
    let before = counts();
    notes(&store, case, 1..60, |n| ["kelp moor", "gull tern", "crab"][n as usize % 3]);
    let once = before.map(|n| n + 1);
    assert_eq!(counts(), once);
}

#[test]
fn a_word_leaves_the_vocabulary_with_the_last_text_that_has_it() {
    let (_dir, store) = new_store();
    let (case, other) = (open_case(&store, "Wrybill nest"), open_case(&store, "Wrybill again"));
    store.erase(case, "asked for").unwrap();
    let words = vocabulary(&raw(&store));
    assert!(words.contains("wrybill") && !words.contains("nest"), "{words:?}");
    store.erase(other, "asked for").unwrap();
    assert!(!vocabulary(&raw(&store)).contains("wrybill"));
}

#[test]
fn a_save_leaves_the_words_that_its_document_has_elsewhere_and_takes_the_last_ones() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "Nests");
    let mut now = document(&store, case, DocumentKind::Readout, "Readout", "plover first");
    let mut save = |texts: &[&str]| {
        let after: Vec<_> = texts.iter().map(|it| paragraph(&store, it)).collect();
        let changes = changes(&now.blocks, &after);
        record(&store, |_| Action::BlocksSaved { case, document: now.id, changes });
        now.blocks = after;
        let live = vocabulary(&raw(&store));
        store.rebuild().unwrap();
        assert_eq!(vocabulary(&raw(&store)), live, "{texts:?}");
        is_whole(&raw(&store));
        live
    };
    let steps: [&[&str]; 5] = [
        &["plover first", "wrybill and plover", "kelp last"],
        &["plover first", "wrybill", "kelp last"],
        &["plover", "plover first", "wrybill", "kelp last"],
        &["plovers", "godwit", "kelp last"],
        &["kelp last"],
    ];
    let words = steps.map(&mut save);
    assert!(words[2].contains("wrybill") && !words[3].contains("wrybill"));
    assert!(words[2].contains("plover") && !words[3].contains("plover"));
    assert!(!words[4].contains("godwit"));
}

#[test]
fn a_spelling_is_found_as_it_stands_also_from_the_middle_of_words() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "Signs between words");
    note(&store, case, "it is at signin.kelp-shop.example/top now");
    note(&store, case, "signin kelp shop example top, said in words");
    note(&store, case, "Straße, ZOË and kelp_shop");
    let shown_of = |query: &str| shown(&find(&store, query));
    for query in ["in.kelp-shop.exam", "signin.kelp", "kelp-shop", "shop.example/to"] {
        let shown = shown_of(query);
        assert_eq!(shown.len(), 1, "{query}: {shown:?}");
        assert!(shown[0].contains(&format!("<{query}>")), "{query}: {shown:?}");
    }
    assert_eq!(shown_of("signin.kelp-shop.test"), Vec::<String>::new());
    assert_eq!(find(&store, "elp").n_hits, 3);
    assert!(shown_of("zoe")[0].contains("<ZOË>"), "{:?}", shown_of("zoe"));
    assert!(shown_of("traß")[0].contains("S<traß>e"), "{:?}", shown_of("traß"));
}

#[test]
fn a_case_stands_before_what_names_its_number() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "Wrybill nest");
    let number = store.read(|it| it.case(case)).unwrap().reference.to_string();
    document(&store, case, DocumentKind::Readout, &format!("Readout {number}"), "what was done");
    note(&store, case, &number);
    for query in [number.clone(), number.to_lowercase()] {
        assert_eq!(kinds(&find(&store, &query))[0], "case", "{query}");
    }
}

#[test]
fn letters_of_very_many_words_are_found_in_all_of_them() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "Many");
    for n in 0..130 {
        note(&store, case, &format!("a{n}bcd{n}"));
    }
    assert_eq!(find(&store, "bcd").n_hits, 130);
    assert_eq!(find(&store, "bcd12").n_hits, 11);
    assert_eq!(find(&store, "7bcd7").n_hits, 2);
}

#[test]
fn a_vault_of_the_first_schema_is_searchable_after_opening() {
    let (dir, store, _) = full_store();
    let before = content(&raw(&store));
    {
        let raw = raw(&store);
        raw.execute_batch(
            "DROP TABLE search_term_piece; DROP TABLE search_term;
             DROP TABLE search_piece; DROP TABLE search_word; DROP TABLE search_text;
             DROP TABLE search; DROP TABLE signed_file; DROP TABLE hold; DROP TABLE closing;
             DROP TABLE tombstone; DROP TABLE retention; DROP TABLE evidence;
             DROP TABLE evidence_piece; DROP TABLE arriving; DROP TABLE case_line;
             DROP TABLE report_line; DROP TABLE case_account; DROP INDEX observation_by_original;
             ALTER TABLE observation RENAME COLUMN original TO wire;
             DROP INDEX observation_by_time; DROP TABLE ledger; DROP TABLE waiting_lookup;
             DROP TABLE team;
             DROP TABLE bare; DROP TABLE renumbered; DROP TABLE conflict; DROP INDEX entry_by_seal;
             DROP INDEX entry_of_disposed;
             DROP TABLE lookup_list; DROP TABLE listed_name; DROP TABLE listed_sign;
             DROP TABLE listed_for; DROP TABLE listed_line; DROP TABLE listed_shared;
             DROP TABLE watch; DROP TABLE notice; DROP TABLE judged; DROP TABLE sighting;
             DROP INDEX document_by_message;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    }
    drop(store);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let tell: Tell = Arc::new(move |it| tell.lock().unwrap().push(it));
    let place = Place { tell: Some(tell), ..place(dir.path()) };
    let store = Store::open_with_words(place, PASSPHRASE).unwrap();
    let told = told.lock().unwrap();
    let [Opening::BackingUp, Opening::Migrating, .., Opening::Indexing { done, total }] = told[..]
    else {
        panic!("told {told:?}")
    };
    assert!(done == total && total >= 14, "told {told:?}");
    assert_eq!(store.backups().len(), 1, "a migration begins with a backup");
    assert_eq!(content(&raw(&store)), before);
    assert_eq!(find(&store, "kind:note five").n_hits, 1);
    assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
}

#[test]
fn what_the_world_answered_is_found_once_a_host_however_often_it_was_asked() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    let observed = |name: &str, record_type: &str, data: &str| {
        let question = Question::Dns { name: name.into(), record_type: record_type.into() };
        let held = Record {
            name: name.into(),
            record_type: record_type.into(),
            ttl_s: 60,
            data: data.into(),
        };
        let answer = Answer::Dns {
            rcode: "NOERROR".into(),
            flags: vec![],
            answers: vec![held],
            authority: vec![],
            extended_errors: vec![],
        };
        let observation = Observation {
            id: ObservationId(store.new_id()),
            question,
            server: "192.0.2.53:53".into(),
            transport: "udp".into(),
            asked_at: store.now(),
            round_trip_ms: 3,
            answer,
            wire: None,
        };
        let batch = crate::digest(b"batch");
        record(&store, |_| Action::Observed {
            case,
            batch,
            observations: vec![observation],
            messages: None,
        });
    };
    observed("www.kelp.example", "A", "203.0.113.9");
    observed("www.kelp.example", "TXT", "\"v=spf1 include:lantern.example\"");
    observed("www.kelp.example", "A", "203.0.113.9");
    observed("mail.kelp.example", "CNAME", "edge.pier.example");
    for query in ["203[.]0[.]113[.]9", "lantern.example", "spf1", "www.kelp", "pier"] {
        assert_eq!(kinds(&find(&store, query)), ["answer"], "{query}");
    }
    assert_eq!(find(&store, "kelp kind:answer").n_hits, 2);
    let raw = raw(&store);
    let live = content(&raw);
    super::clear(&raw).unwrap();
    super::build(&raw, &|_, _| ()).unwrap();
    assert_eq!(content(&raw), live);
}
