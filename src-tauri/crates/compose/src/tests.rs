use expect_test::{Expect, expect};
use farol_model::{
    case::Outcome,
    decision::{MitigationState, MitigationStep},
    document::{Audience, Content, Document, Entity, Projected, project},
    id::{MemberId, ObservationId},
    lookup::{Confidence, Finding, ProviderVerdict, Role},
    registry::{AbuseContact, RegistryObject, RegistryRecord, RegistrySaid},
    report::Consent,
};
use uuid::Uuid;

use super::*;
use crate::samples::{Sample, at, url};

fn composed(template: &str, sample: &Sample) -> Document {
    let mut n = 0;
    let mut new_id = || {
        n += 1;
        Uuid::from_u128(1000 + n)
    };
    compose(template, &sample.material(), at(60), &mut new_id).unwrap()
}

fn seen(document: &Document, sample: &Sample, reader: &str) -> Projected {
    let entities: [Entity; 0] = [];
    let reader: Audience = reader.parse().unwrap();
    let facts = facts(&sample.material());
    project(document, sample.case.reference, at(60), &reader, &facts, &entities).unwrap()
}

fn read(projected: &Projected) -> String {
    let mut out = format!("{}\n", projected.title());
    for block in projected.blocks() {
        out.push_str(&match &block.content {
            Content::Heading { text } => format!("\n## {text}\n"),
            Content::Paragraph { text } => format!("{text}\n"),
            Content::Callout { text } => format!("! {text}\n"),
            Content::List { items } => items.iter().map(|it| format!("- {it}\n")).collect(),
            Content::Facts { rows } => {
                rows.iter().map(|row| format!("{}: {}\n", row.label, row.value)).collect()
            }
            Content::Table { header, rows } => {
                let rows = std::iter::once(header).chain(rows);
                rows.map(|row| format!("| {} |\n", row.join(" | "))).collect()
            }
            Content::Timeline { rows } => {
                rows.iter().map(|row| format!("{} {}\n", row.at.to_minute(), row.text)).collect()
            }
            Content::Action { what, owner, due } => format!("> {what} ({owner}, {due})\n"),
            Content::Chart { title, .. } => format!("% {title}\n"),
            Content::Evidence { text, rows, .. } | Content::Decision { text, rows, .. } => {
                let rows = rows.iter().map(|row| format!("{}: {}\n", row.label, row.value));
                format!("= {text}\n{}", rows.collect::<String>())
            }
        });
    }
    out
}

fn check(template: &str, reader: &str, expected: &Expect) {
    let sample = Sample::new();
    expected.assert_eq(&read(&seen(&composed(template, &sample), &sample, reader)));
}

#[test]
fn every_template_can_be_composed_and_read_by_its_own_reader() {
    let sample = Sample::new();
    for template in Templates::shipped().infos() {
        let document = composed(&template.id, &sample);
        let reader = document.audience.to_string();
        assert!(!seen(&document, &sample, &reader).blocks().is_empty(), "{}", template.id);
        assert_eq!(document.template, format!("{} {}", template.id, template.version));
    }
}

#[test]
fn an_acknowledgement_answers_the_report_and_names_no_customer() {
    let sample = Sample::new();
    let envelope = composed("ack-reporter", &sample).envelope.unwrap();
    expect![[r#"
        Envelope {
            to: "rita@reports.example",
            subject: "Re: Phishing page for a bank [ESC-2026-0042]",
            in_reply_to: Some(
                "17@reports.example",
            ),
        }
    "#]]
    .assert_debug_eq(&envelope);
    check(
        "ack-reporter",
        "reporter",
        &expect![[r#"
            Re: Phishing page for a bank [ESC-2026-0042]
            Hello Rita Reporter,
            Thank you for your report. We have it, and a person is looking at it. Our reference is ESC-2026-0042; yours is RR-17.
            This is what we understood you to report:
            | Address |
            | hxxps://login[.]pages[.]example/bank |
            | hxxps://old[.]pages[.]example/ |
            | hxxp://198[.]51[.]100[.]7/kit |
            If something is missing or wrong in this list, reply to this message and keep the reference in the subject. Please do not send pictures or files of the content itself.
            We will write again when we have decided, and we do not pass your name on without asking you.
        "#]],
    );
}

#[test]
fn a_letter_about_action_lists_each_address_with_its_outcome() {
    check(
        "action-taken-reporter",
        "reporter",
        &expect![[r#"
            Re: Phishing page for a bank [ESC-2026-0042]
            Hello Rita Reporter,
            We have looked into your report ESC-2026-0042 (your reference RR-17). For each address you named, this is the outcome:
            | Address | Outcome |
            | hxxps://login[.]pages[.]example/bank | we acted on it |
            | hxxps://old[.]pages[.]example/ | it was gone when we looked |
            | hxxp://198[.]51[.]100[.]7/kit | we passed it on to the party that can act |
            What we can do depends on our role. Where we only pass traffic through, the content stays with its host until the host removes it. It can take up to an hour until a change is seen everywhere.
            If the content comes back, or shows up at another address, reply to this message.
            If you do not agree with an outcome, reply with the word review in the first line; somebody who did not decide this will look at it again.
            Thank you for taking the time to report it.
        "#]],
    );
}

#[test]
fn a_host_reads_neither_reporter_nor_customer() {
    check(
        "notify-host",
        "host",
        &expect![[r#"
            Abuse report [ESC-2026-0042]: please act
            Hello,
            We received a report about content that seems to be hosted with you (category: Phishing). Our part is only to pass traffic on; you are in the better place to look at the content and to act.
            | Address |
            | hxxps://login[.]pages[.]example/bank |
            | hxxp://198[.]51[.]100[.]7/kit |
            What we ask of you:
            - Please look at each address and remove or disable what breaks your terms or the law.
            - Please keep what you may need for an investigation.
            - Please reply with what you did, and keep ESC-2026-0042 in the subject.
            We do not pass on who reported it. If you need more to act, ask us and we will ask them.
            The addresses are written so that they cannot be opened by accident: hxxp stands for http, [.] for a dot.
        "#]],
    );
}

#[test]
fn a_customer_is_told_in_the_narrowest_words() {
    check(
        "notify-customer",
        "customer:pages",
        &expect![[r#"
            Abuse report about your service [ESC-2026-0042]
            Hello Pages Hosting Example,
            We received a report about content on your service (category: Phishing). These are the addresses and where each stands:
            | Address | Outcome |
            | hxxps://login[.]pages[.]example/bank | we acted on it |
            | hxxps://old[.]pages[.]example/ | it was gone when we looked |
            | hxxp://198[.]51[.]100[.]7/kit | we passed it on to you |
            Where we acted, we chose the narrowest measure that stops the harm. It ends when you tell us that the content is gone and we have confirmed it.
            - Please look at each address and remove what breaks our terms or the law.
            - If your site was broken into, please also close the way in; otherwise it comes back.
            - Please reply with what you did by [date and time in UTC], and keep ESC-2026-0042 in the subject.
            If you think that this is wrong, reply and say why; somebody who did not decide this will look at it again.
        "#]],
    );
}

#[test]
fn the_analysis_as_the_customer_reads_it() {
    check(
        "rca",
        "customer:pages",
        &expect![[r#"
            Root-cause analysis ESC-2026-0042

            ## Summary
            Between [start] and [end] UTC, [describe in one sentence what did not work for the customer]. It was caused by [describe in plain words what on our side caused it]. The service is [restored, or say what is still missing].

            ## Impact to you
            - What was affected: [describe the names, services or requests of this customer].
            - How long: [describe from when to when, in UTC].
            - What was not affected: [describe only what is shown by evidence, and say by which].

            ## Timeline
            2026-11-23 14:00 UTC We began to look into this.
            2026-11-23 14:12 UTC A measure of ours took effect.
            2026-11-23 14:21 UTC A measure of ours ended.
            2026-11-23 14:40 UTC We settled the matter on our side.

            ## Why it happened
            Several conditions came together: [describe the conditions, as systems and processes].

            ## What we have done and are doing
            > [describe what stopped it] (Trust & Safety, done)
            > [describe what keeps it from happening again, and how we will know that it works] ([role], [date])

            ## What you need to do
            [describe the step, or write: Nothing. Your settings are as they were.]

            ## Open questions and next update
            What we do not know yet: [describe, or write: nothing that concerns you]. The next update comes by [date and time in UTC], also when there is nothing new.

            ## Contact
            Reply to this message or ask your account team, and name ESC-2026-0042. [role] answers for this analysis.
        "#]],
    );
}

#[test]
fn the_analysis_as_the_team_reads_it() {
    check(
        "rca",
        "internal_team",
        &expect![[r#"
            Bank phishing on Pages, whole zone blocked for nine minutes
            Reference: ESC-2026-0042
            Opened: 2026-11-23 14:00 UTC
            Category: Phishing
            Severity: High
            Status: Resolved
            Account: Pages Hosting Example
            Also affected: Borealis
            Clocks: 1
            Clocks missed: 0

            ## Summary
            Between [start] and [end] UTC, [describe in one sentence what did not work for the customer]. It was caused by [describe in plain words what on our side caused it]. The service is [restored, or say what is still missing].
            Internal summary: [describe in three sentences what happened, how far it reached and where it stands]. Reason for the severity: A customer was down because of us.

            ## Impact to you
            - What was affected: [describe the names, services or requests of this customer].
            - How long: [describe from when to when, in UTC].
            - What was not affected: [describe only what is shown by evidence, and say by which].
            Internal impact: [describe accounts, zones and requests, and where the numbers come from].

            ## Detection
            [describe how we learned of it, from whom, and what would have told us earlier].

            ## Timeline
            2026-11-23 14:00 UTC We began to look into this.
            2026-11-23 14:12 UTC A measure of ours took effect.
            2026-11-23 14:21 UTC A measure of ours ended.
            2026-11-23 14:40 UTC We settled the matter on our side.
            2026-11-23 14:00 UTC Dana Reyes opened the case.
            2026-11-23 14:12 UTC Dana Reyes put the interstitial on the whole zone.
            2026-11-23 14:40 UTC Dana Reyes set the status to resolved.

            ## Why it happened
            Several conditions came together: [describe the conditions, as systems and processes].

            ## Contributing conditions
            - Trigger: [describe what set it off].
            - Technical: [describe what the tool or system allowed].
            - Process: [describe which step was missing or came too late].
            - Information: [describe what was not known, and from when the record shows it].
            - Why it surprised us: [describe what everybody took for granted].
            - What limited the harm: [describe what went well, and where luck helped].

            ## Decisions
            | Decided (UTC) | What | Why |
            | 2026-11-23 14:10 | Block the page | The page imitates a bank and asks for passwords. |

            ## What we have done and are doing
            > [describe what stopped it] (Trust & Safety, done)
            > [describe what keeps it from happening again, and how we will know that it works] ([role], [date])
            > [describe what we decided not to do, and why] ([role], not planned)

            ## What you need to do
            [describe the step, or write: Nothing. Your settings are as they were.]

            ## Open questions and next update
            What we do not know yet: [describe, or write: nothing that concerns you]. The next update comes by [date and time in UTC], also when there is nothing new.

            ## Contact
            Reply to this message or ask your account team, and name ESC-2026-0042. [role] answers for this analysis.
        "#]],
    );
}

#[test]
fn the_readout_as_an_executive_reads_it() {
    check(
        "readout",
        "exec",
        &expect![[r#"
            Bank phishing on Pages, whole zone blocked for nine minutes
            ! Decision asked: [describe the decision in one sentence, who decides and by when; or write: none, for information].

            ## Bottom line
            [describe in two sentences what happened, how bad it is and where it stands]. Status: Resolved; severity: High.

            ## What we know
            - 3 reported addresses; 1 acted on, none open.
            - The case was opened 2026-11-23 14:00 UTC; 1 measure is on record.
            - [describe the most important fact, and where it comes from]

            ## What we do not know
            - [describe what is open, with low, medium or high confidence for what we assume]

            ## Exposure
            | Deadline | Due (UTC) | State |
            | First response | 2026-11-23 18:00 | 3 h 0 min left |
            Customers: Pages Hosting Example, Borealis
            Safety of persons: [none known, or describe]
            Press and public: [none known, or describe]

            ## Options
            | Option | Effect | Risk | Reversible |
            | Do nothing | [effect] | [risk] | yes |
            | [option A] | [effect] | [risk] | [yes or no] |
            | [option B] | [effect] | [risk] | [yes or no] |

            ## Recommendation
            [describe the option we recommend, what it costs us, and what would change our mind].

            ## Next update
            [date and time in UTC], from [role].
        "#]],
    );
}

#[test]
fn the_customer_version_of_an_analysis_holds_no_sentence_of_the_internal_one() {
    let sample = Sample::new();
    for (template, reader) in [
        ("rca", "customer:pages"),
        ("notify-customer", "customer:pages"),
        ("ack-reporter", "reporter"),
        ("action-taken-reporter", "reporter"),
        ("notify-host", "host"),
    ] {
        let projected = seen(&composed(template, &sample), &sample, reader);
        let text = read(&projected).to_lowercase();
        for withheld in projected.withheld() {
            assert!(
                !text.contains(&withheld.value.to_lowercase()),
                "{template}: {}",
                withheld.value
            );
        }
    }
}

#[test]
fn a_named_reporter_is_named_and_a_report_not_to_be_forwarded_leaves_nothing() {
    let mut sample = Sample::new();
    sample.reports[0].consent = Consent::Named;
    let text = read(&seen(&composed("notify-host", &sample), &sample, "host"));
    assert!(text.contains("agreed to be named to you: Rita Reporter."), "{text}");

    sample.reports[0].consent = Consent::DoNotForward;
    let text = read(&seen(&composed("notify-host", &sample), &sample, "host"));
    for value in ["Rita", "login", "198.51", "RR-17"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    assert!(text.contains("[name the addresses in your own words"), "{text}");
}

#[test]
fn a_host_is_asked_about_what_it_can_still_act_on_and_a_customer_told_what_we_restricted() {
    let mut sample = Sample::new();
    let of = |sample: &Sample, template: &str, reader: &str| {
        read(&seen(&composed(template, sample), sample, reader))
    };
    let [acted, gone, passed_on] = [0, 1, 2].map(|n| sample.targets[n].observable.defanged());
    let letter = of(&sample, "notify-host", "host");
    assert!(letter.contains(&acted) && letter.contains(&passed_on), "{letter}");
    assert!(!letter.contains(&gone) && !letter.contains("Outcome"), "{letter}");
    let letter = of(&sample, "statement-of-reasons", "customer:pages");
    assert!(letter.contains(&acted) && !letter.contains(&passed_on), "{letter}");
    sample.targets.iter_mut().for_each(|it| it.outcome = Outcome::AlreadyGone);
    for (template, gap) in
        [("notify-host", "[name the addresses:"), ("notify-host-pt", "[indicar os endereços:")]
    {
        let letter = of(&sample, template, "host");
        assert!(letter.contains(gap) && !letter.contains(&acted), "{letter}");
    }
    assert!(of(&sample, "statement-of-reasons", "customer:pages").contains(&acted));
}

#[test]
fn a_letter_gives_the_times_of_the_one_mitigation_and_leaves_a_gap_for_several() {
    let mut sample = Sample::new();
    sample.mitigations.truncate(1);
    let step =
        |state, minutes| MitigationStep { state, at: at(minutes), by: MemberId(Uuid::nil()) };
    let of = |sample: &Sample, template: &str| {
        read(&seen(&composed(template, sample), sample, "customer:pages"))
    };
    sample.mitigations[0].steps = vec![step(MitigationState::Active, 3)];
    let letter = of(&sample, "statement-of-reasons");
    assert!(letter.contains("2026-11-23 14:03 UTC") && letter.contains("[date, or:"), "{letter}");
    assert!(letter.contains("We looked at it because of a notice that we received."), "{letter}");
    assert!(of(&sample, "apology-customer").contains("[start] to [end] UTC"));

    sample.mitigations[0].steps.push(step(MitigationState::Lifted, 40));
    let letter = of(&sample, "apology-customer");
    assert!(letter.contains("from 2026-11-23 14:03 UTC to 2026-11-23 14:40 UTC"), "{letter}");
    let letter = of(&sample, "apology-customer-pt");
    assert!(letter.contains("entre 2026-11-23 14:03 UTC e 2026-11-23 14:40 UTC"), "{letter}");

    sample.mitigations.push(sample.mitigations[0].clone());
    assert!(of(&sample, "statement-of-reasons-pt").contains("[data e hora em UTC]"));
    assert!(of(&sample, "apology-customer").contains("[start] to [end] UTC"));
}

#[test]
fn a_letter_to_a_host_goes_to_where_it_takes_reports_when_there_is_one() {
    let sample = Sample::new();
    let host = |host: &str, provider: &str, contact: Option<&str>| ProviderVerdict {
        host: host.into(),
        summary: String::new(),
        ours: false,
        findings: vec![Finding {
            role: Role::Host,
            provider: provider.into(),
            service: None,
            ours: false,
            abuse_contact: contact.map(str::to_owned),
            confidence: Confidence::High,
            why: Vec::new(),
        }],
        we_can: Vec::new(),
        notes: Vec::new(),
        registries: Vec::new(),
        as_of: None,
        platform: None,
    };
    let to = |template: &str, verdicts: &[ProviderVerdict]| {
        let material = Material { verdicts, ..sample.material() };
        let mut n = 0;
        let mut new_id = || {
            n += 1;
            Uuid::from_u128(1000 + n)
        };
        compose(template, &material, at(60), &mut new_id).unwrap().envelope.unwrap().to
    };
    let one = host("login.pages.example", "Cinnabar", Some("abuse@cinnabar.test"));
    let same = host("198.51.100.7", "Cinnabar", Some("abuse@cinnabar.test"));
    let other = host("198.51.100.7", "Driftnet", Some("abuse@driftnet.test"));
    let silent = host("198.51.100.7", "Cinnabar", None);
    assert_eq!(to("notify-host", &[one.clone(), same]), "abuse@cinnabar.test");
    assert_eq!(to("notify-host-pt", &[one.clone(), silent]), "abuse@cinnabar.test");
    assert_eq!(to("notify-host", &[one.clone(), other]), "", "one of two hosts is nobody's letter");
    assert_eq!(to("notify-host", &[]), "");
    let contact = AbuseContact {
        name: None,
        emails: vec!["abuse@range.test".into()],
        phones: Vec::new(),
        found_in: "abuse".into(),
    };
    let record = RegistryRecord {
        abuse: vec![contact],
        ..RegistryRecord::about(RegistryObject::Ip, "203.0.113.0 - 203.0.113.255")
    };
    let said = RegistrySaid {
        observation: ObservationId(Uuid::from_u128(1)),
        about: "203.0.113.7".into(),
        object: RegistryObject::Ip,
        server: "rdap.test".into(),
        asked_at: at(0),
        summary: String::new(),
        record: Some(record),
        text: None,
    };
    let mut behind =
        ProviderVerdict { registries: vec![said], ..host("login.pages.example", "Cinnabar", None) };
    assert_eq!(to("notify-host", std::slice::from_ref(&behind)), "abuse@range.test");
    behind.findings.push(Finding { role: Role::Proxy, ours: true, ..behind.findings[0].clone() });
    assert_eq!(
        to("notify-host", &[behind]),
        "",
        "the registry of a proxy's addresses is the proxy's"
    );
    assert_ne!(to("ack-reporter", &[one]), "abuse@cinnabar.test");
}

#[test]
fn words_of_a_report_never_become_marks_or_facts() {
    let mut sample = Sample::new();
    sample.reports[0].parsed.reporter.name = Some("[[exec|x]] {{case.nonsense}} {{ 7*7 }}".into());
    sample.targets[0].observable = url("https://a.example/[[x]]{{case.nonsense}}");
    sample.targets[1].outcome = Outcome::Declined("see {% raw %} [[y]]".into());
    sample.case.facts.severity_reason = "[[z]] {{case.nonsense}}".into();
    for template in Templates::shipped().infos() {
        let document = composed(&template.id, &sample);
        let json = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document, "{}", template.id);
        let projected = seen(&document, &sample, "internal_team");
        assert!(projected.withheld().iter().all(|it| it.what != "marked text"), "{}", template.id);
    }
}

#[test]
fn a_document_for_a_customer_needs_an_account_and_says_what_to_do() {
    let mut sample = Sample::new();
    sample.case.facts.accounts.clear();
    for template in ["rca", "notify-customer"] {
        let error = compose(template, &sample.material(), at(0), &mut Uuid::nil).unwrap_err();
        assert_eq!(error, ComposeError::NoAccount);
        assert!(error.to_string().contains("record the customer's account"));
    }
    for template in
        ["ack-reporter", "action-taken-reporter", "no-action-reporter", "notify-host", "readout"]
    {
        assert!(compose(template, &sample.material(), at(0), &mut Uuid::nil).is_ok(), "{template}");
    }
    let unknown = compose("nothing", &sample.material(), at(0), &mut Uuid::nil);
    assert_eq!(unknown.unwrap_err(), ComposeError::UnknownTemplate);
}

#[test]
fn an_empty_case_can_still_be_written_about() {
    let mut sample = Sample::new();
    sample.reports.clear();
    sample.targets.clear();
    sample.story.clear();
    sample.clocks.clear();
    sample.mitigations.clear();
    sample.decisions.clear();
    for template in Templates::shipped().infos() {
        assert!(compose(&template.id, &sample.material(), at(0), &mut Uuid::nil).is_ok());
    }
}

#[test]
fn every_template_has_its_portuguese_twin_and_letters_have_a_calm_wording() {
    let all = Templates::shipped().infos();
    let has = |id: &str| all.iter().any(|it| it.id == id);
    for it in all.iter().filter(|it| !it.id.contains("-pt") && it.id != "rca") {
        let twin = match it.id.strip_suffix(".calm") {
            Some(id) => format!("{id}-pt.calm"),
            None => format!("{}-pt", it.id),
        };
        assert!(has(&twin), "{twin}");
    }
    for id in ["ack-reporter", "no-action-reporter", "notify-customer", "statement-of-reasons"] {
        assert!(has(&format!("{id}.calm")), "{id}");
    }
    assert!(!has("readout.calm"));
}

#[test]
fn a_calm_letter_says_the_same_in_other_words() {
    let sample = Sample::new();
    let plain = read(&seen(&composed("no-action-reporter", &sample), &sample, "reporter"));
    let calm = composed("no-action-reporter.calm", &sample);
    assert!(calm.template.starts_with("no-action-reporter.calm "));
    let calm = read(&seen(&calm, &sample, "reporter"));
    assert!(plain.contains("decided not to act on it"), "{plain}");
    assert!(
        calm.contains("deserve a straight answer") && !calm.contains("decided not to"),
        "{calm}"
    );
    assert!(calm.contains("hxxps://login[.]pages[.]example/bank"), "{calm}");
}

#[test]
fn a_reason_of_the_list_becomes_a_sentence_in_the_language_of_the_letter() {
    let mut sample = Sample::new();
    sample.targets[0].outcome = Outcome::Declined("no_abuse_found".into());
    let english = read(&seen(&composed("no-action-reporter", &sample), &sample, "reporter"));
    assert!(english.contains("- We saw the content, and it does not go against"), "{english}");
    assert!(!english.contains("[say in one or two sentences"), "{english}");
    let portuguese = read(&seen(&composed("no-action-reporter-pt", &sample), &sample, "reporter"));
    assert!(portuguese.contains("- Vimos o conteúdo e não viola as regras"), "{portuguese}");
    assert!(portuguese.contains("| Endereço | Resultado |"), "{portuguese}");
    let unnamed = read(&seen(&composed("no-action-reporter", &Sample::new()), &sample, "reporter"));
    assert_eq!(unnamed.matches("[say in one or two sentences").count(), 1, "{unnamed}");
}

#[test]
fn an_update_says_what_is_new_since_the_one_before() {
    let mut sample = Sample::new();
    let first = composed("update", &sample);
    let text = read(&seen(&first, &sample, "internal_company"));
    assert!(text.contains("This is the first update.") && !text.contains("What changed"), "{text}");

    sample.case.facts.status = farol_model::case::Status::Closed;
    sample.story.push(StoryRow {
        entry: sample.story[0].entry,
        at: at(90),
        text: "Dana Reyes closed the case.".into(),
        routine: false,
        resolves: false,
    });
    let material = Material { previous: Some(&first), ..sample.material() };
    let second = compose("update", &material, at(120), &mut Uuid::nil).unwrap();
    let text = read(&seen(&second, &sample, "internal_company"));
    assert!(text.contains("Status: Closed (was Resolved)"), "{text}");
    assert!(text.contains("Dana Reyes closed the case."), "{text}");
    assert!(!text.contains("Dana Reyes opened the case."), "{text}");
    let material = Material { previous: Some(&second), ..sample.material() };
    let third = compose("update", &material, at(150), &mut Uuid::nil).unwrap();
    let text = read(&seen(&third, &sample, "internal_company"));
    assert!(text.contains("Nothing is new on the record.") && !text.contains("(was"), "{text}");
}
