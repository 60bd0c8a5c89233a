//! Figures: read from the words of a table, put on a scale, and told in a sentence.
//!
//! Everything here is derived from what the reader may see. A cell that is no number is a gap in the
//! picture and stays in the table.

use farol_model::document::{ChartLook, Language};
use serde::Serialize;

/// A chart ready to be drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Chart {
    pub(crate) look: ChartLook,
    pub(crate) title: String,
    /// What the rows are, then what each column counts.
    pub(crate) header: Vec<String>,
    /// As many cells as the header.
    pub(crate) rows: Vec<Vec<String>>,
    /// The figures of each row; none where a cell is no number.
    pub(crate) numbers: Vec<Vec<Option<f64>>>,
    /// Lines of the scale, from the lowest to the highest; none when nothing can be drawn.
    pub(crate) scale: Vec<Tick>,
    /// The chart in a sentence, for whoever does not see it.
    pub(crate) told: String,
}

/// One line of a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) label: String,
}

/// More rows or columns are a table and no picture.
const MAX_ROWS: usize = 60;
const MAX_COLUMNS: usize = 6;
/// About so many lines on a scale.
const N_TICKS: f64 = 5.0;

impl Chart {
    /// Reads the figures. `rows` have as many cells as `header`.
    pub(crate) fn of(
        look: ChartLook,
        title: String,
        header: Vec<String>,
        rows: Vec<Vec<String>>,
        language: Language,
    ) -> Self {
        let numbers: Vec<Vec<Option<f64>>> = rows
            .iter()
            .map(|row| row.iter().skip(1).map(|cell| number(cell, language)).collect())
            .collect();
        let fits = rows.len() <= MAX_ROWS && header.len() <= MAX_COLUMNS + 1;
        let all: Vec<f64> = numbers.iter().flatten().flatten().copied().collect();
        let scale = if fits { scale(&all) } else { Vec::new() };
        let told = told(look, &title, &header, &rows, &numbers, language);
        Self { look, title, header, rows, numbers, scale, told }
    }

    /// How far from the lower end of the scale a figure stands, 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let (Some(low), Some(high)) = (self.scale.first(), self.scale.last()) else { return 0.0 };
        (value - low.at) / (high.at - low.at)
    }
}

/// A number as people write it: with separators, a sign, and a unit before or behind.
fn number(cell: &str, language: Language) -> Option<f64> {
    let (point, group) = language.pick(('.', ','), (',', '.'));
    let cell = cell.trim().replace('\u{2212}', "-");
    let start = cell.find(|c: char| c.is_ascii_digit())?;
    let (before, rest) = cell.split_at(start);
    let is_sign = before.trim_end().ends_with('-');
    let unit = before.trim().trim_end_matches(['-', '+']);
    if unit.chars().any(char::is_alphanumeric) || unit.chars().count() > 2 {
        return None;
    }
    let end = rest
        .find(|c: char| {
            !c.is_ascii_digit() && ![point, group, ' ', '\u{a0}', '\u{202f}'].contains(&c)
        })
        .unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    // A second number behind it (a date, a range, a time) makes it none.
    if behind.chars().any(|c| c.is_ascii_digit()) || behind.chars().count() > 12 {
        return None;
    }
    let digits = digits.trim_end();
    let (whole, fraction) = digits.split_once(point).unwrap_or((digits, ""));
    if !fraction.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut groups = whole.split(|c: char| c != point && !c.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    if first.len() > 3 && whole.len() > first.len() || groups.any(|it| it.len() != 3) {
        return None;
    }
    let plain: String = digits
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == point)
        .map(|c| if c == point { '.' } else { c })
        .collect();
    let value: f64 = plain.trim_end_matches('.').parse().ok()?;
    (value.is_finite() && value.abs() < 1e15).then_some(if is_sign { -value } else { value })
}

/// Round lines that hold every figure and zero; none without two places to stand.
fn scale(all: &[f64]) -> Vec<Tick> {
    let low = all.iter().copied().fold(0.0, f64::min);
    let high = all.iter().copied().fold(0.0, f64::max);
    if all.is_empty() || high - low <= 0.0 {
        return Vec::new();
    }
    let rough = (high - low) / N_TICKS;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|it| it * power)
        .find(|it| *it >= rough)
        .unwrap_or(10.0 * power);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last)
        .map(|n| Tick { at: n as f64 * step, label: label(n as f64 * step, step) })
        .collect()
}

/// `1 500`, `0.25`, `2 M`: as many places as the step has.
fn label(value: f64, step: f64) -> String {
    for (unit, sign) in [(1e9, " G"), (1e6, " M"), (1e3, " k")] {
        if step >= unit {
            return format!("{}{sign}", value / unit);
        }
    }
    let places = if step < 1.0 { (-step.log10()).ceil() as usize } else { 0 };
    format!("{value:.places$}")
}

fn told(
    look: ChartLook,
    title: &str,
    header: &[String],
    rows: &[Vec<String>],
    numbers: &[Vec<Option<f64>>],
    language: Language,
) -> String {
    let kind = match look {
        ChartLook::Bars => language.pick("Bar chart", "Gráfico de barras"),
        ChartLook::Lines => language.pick("Line chart", "Gráfico de linhas"),
    };
    let mut out = format!("{kind}: {title}.");
    let (highest, lowest) = language.pick(("highest", "lowest"), ("máximo", "mínimo"));
    for (column, name) in header.iter().enumerate().skip(1) {
        let of = |better: fn(&f64, &f64) -> bool| {
            let mut best: Option<(f64, usize)> = None;
            for (row, values) in numbers.iter().enumerate() {
                let Some(Some(value)) = values.get(column - 1) else { continue };
                if best.is_none_or(|(known, _)| better(value, &known)) {
                    best = Some((*value, row));
                }
            }
            best.map(|(_, row)| format!("{} ({})", rows[row][column].trim(), rows[row][0].trim()))
        };
        if let (Some(high), Some(low)) = (of(|a, b| a > b), of(|a, b| a < b)) {
            out.push_str(&format!(" {name}: {highest} {high}, {lowest} {low}."));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_people_write_them_and_anything_else_is_a_gap() {
        for (cell, english, portuguese) in [
            ("12", Some(12.0), Some(12.0)),
            (" 1,234.5 ", Some(1234.5), None),
            ("1.234,5", None, Some(1234.5)),
            ("1 234 requests", Some(1234.0), Some(1234.0)),
            ("40 %", Some(40.0), Some(40.0)),
            ("-3 °C", Some(-3.0), Some(-3.0)),
            ("\u{2212}3", Some(-3.0), Some(-3.0)),
            ("€ 12", Some(12.0), Some(12.0)),
            ("0.25", Some(0.25), None),
            ("2026-11-23", None, None),
            ("10–20", None, None),
            ("14:03", None, None),
            ("rule 12", None, None),
            ("1,2,3", None, None),
            ("[withheld]", None, None),
            ("", None, None),
            ("n/a", None, None),
            ("9999999999999999999", None, None),
        ] {
            assert_eq!(number(cell, Language::English), english, "{cell}");
            assert_eq!(number(cell, Language::Portuguese), portuguese, "{cell}");
        }
    }

    #[test]
    fn a_scale_is_round_and_holds_every_figure_and_zero() {
        let labels =
            |all: &[f64]| scale(all).into_iter().map(|it| it.label).collect::<Vec<_>>().join(" ");
        assert_eq!(labels(&[3.0, 17.0]), "0 5 10 15 20");
        assert_eq!(labels(&[-3.0, 4.0]), "-4 -2 0 2 4");
        assert_eq!(labels(&[0.1, 0.42]), "0.0 0.1 0.2 0.3 0.4 0.5");
        assert_eq!(labels(&[12_000.0]), "0 k 5 k 10 k 15 k");
        assert_eq!(labels(&[]), "");
        assert_eq!(labels(&[0.0, 0.0]), "");
    }
}
