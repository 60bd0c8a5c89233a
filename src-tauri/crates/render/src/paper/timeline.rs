//! Timelines as they are printed: all that stand under one heading are one, a moment is told once, and
//! a long silence is said to be one.

use farol_model::document::{Language, Projected, TimelineRow, stricter};

use super::{Part, legible, minute};

/// A longer silence than this is a gap, unless the timeline is so long that it is none.
const GAP_S: i64 = 30 * 60;
/// Of a timeline over days, only silences longer than this share of it.
const SHARE: i64 = 10;

/// One timeline of rows that neighbouring blocks have; none without a row.
///
/// Two rows of the same entry are one moment in the words for fewer and in those for more: whoever sees both
/// is told it in the words for fewer, which say more. Gaps are shown inside only, and to those from whom no
/// row is withheld: what an outsider gets is a choice, and between two of its rows much may have happened.
pub(super) fn timeline(rows: &[&TimelineRow<String>], document: &Projected) -> Option<Part> {
    let says_more = |one: &TimelineRow<String>, other: &TimelineRow<String>| {
        one.source.is_some()
            && one.source == other.source
            && one.audience != other.audience
            && stricter(&one.audience, &other.audience) == one.audience
    };
    let mut told: Vec<_> =
        rows.iter().filter(|row| !rows.iter().any(|it| says_more(it, row))).collect();
    told.sort_by_key(|row| row.at);
    let (first, last) = (told.first()?, told.last()?);
    let says_gaps = document.audience().is_internal() && document.has_whole_timeline();
    let gap_s = GAP_S.max(last.at.seconds_since(first.at) / SHARE);
    let mut printed = Vec::with_capacity(told.len());
    for (n, row) in told.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| told.get(n));
        let silence_s = before.map_or(0, |before| row.at.seconds_since(before.at));
        if silence_s > gap_s && says_gaps {
            printed.push([String::new(), silence(silence_s, document.language())]);
        }
        printed.push([minute(row.at), legible(&row.text)]);
    }
    Some(Part::Timeline { rows: printed })
}

/// `2 h 10 min without an entry`.
fn silence(seconds: i64, language: Language) -> String {
    let minutes = seconds / 60;
    let long = match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    };
    format!("{long} {}", language.pick("without an entry", "sem registo"))
}

#[cfg(test)]
mod tests {
    use farol_model::{
        document::{Content, DocumentKind, Text, TimelineRow},
        time::Timestamp,
    };

    use crate::{
        paper::{Paper, Part},
        samples::{DATED, document, heading, seen_by},
    };

    fn row(minute: i64, words: &str, audience: &str, source: Option<u32>) -> TimelineRow<Text> {
        TimelineRow {
            at: Timestamp::from_ms(DATED + minute * 60_000),
            text: Text::plain(words),
            audience: audience.parse().unwrap(),
            source: source.map(|n| format!("00000000-0000-0000-0000-{n:012}").parse().unwrap()),
            kind: None,
        }
    }

    fn printed(reader: &str) -> Vec<String> {
        let ours = vec![
            row(0, "Dana opened the case.", "internal_team", Some(1)),
            row(20, "Dana wrote a rule.", "internal_team", Some(2)),
            row(150, "Dana withdrew it.", "internal_team", None),
        ];
        let theirs = vec![
            row(0, "We began to look into this.", "customer:acme", Some(1)),
            row(140, "It was over.", "customer:acme", None),
        ];
        let written = document(
            DocumentKind::Rca,
            vec![
                ("customer:acme", heading("Timeline")),
                ("customer:acme", Content::Timeline { rows: theirs }),
                ("internal_team", Content::Timeline { rows: ours }),
            ],
        );
        let paper = Paper::of(&seen_by(&written, reader, &[]));
        let parts = paper.sections.into_iter().flat_map(|it| it.parts);
        parts
            .filter_map(|part| match part {
                Part::Timeline { rows } => Some(rows),
                _ => None,
            })
            .flatten()
            .map(|[_, text]| text)
            .collect()
    }

    #[test]
    fn a_moment_is_told_once_and_a_silence_is_said_to_whoever_sees_all() {
        assert_eq!(
            printed("internal_team"),
            [
                "Dana opened the case.",
                "Dana wrote a rule.",
                "2 h without an entry",
                "It was over.",
                "Dana withdrew it.",
            ]
        );
        assert_eq!(printed("customer:acme"), ["We began to look into this.", "It was over."]);
    }
}
