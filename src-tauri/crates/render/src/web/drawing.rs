//! A chart as shapes in the page, with its figures in a table under or beside it.

use farol_model::document::ChartLook;

use super::{element, escaped, table};
use crate::chart::Chart;

/// Told apart by lightness, too.
const COLOURS: [&str; 6] = ["#17232f", "#c9792b", "#5d86a6", "#8d4a2f", "#9aa5ae", "#3f6b57"];
const DASHES: [&str; 6] = ["none", "none", "7 4", "2 3", "9 3 2 3", "12 4"];
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
/// Room for the scale at the left and the names below.
const LEFT: f64 = 52.0;
const BELOW: f64 = 8.0;

pub(super) fn figure(chart: &Chart) -> String {
    let header: Vec<&str> = chart.header.iter().map(String::as_str).collect();
    let title = element("figcaption", &chart.title);
    let inside = if chart.scale.is_empty() {
        table(&header, chart.rows.iter().map(Vec::as_slice), "plain")
    } else {
        match chart.look {
            ChartLook::Bars => bars(chart),
            ChartLook::Lines => {
                let figures = table(&header, chart.rows.iter().map(Vec::as_slice), "figures");
                format!("{}{}{figures}", lines(chart), legend(chart))
            }
        }
    };
    format!("<figure>\n{title}{inside}</figure>\n")
}

/// A row of the table for each figure, its bar in the last cell.
fn bars(chart: &Chart) -> String {
    let zero = chart.share(0.0);
    let mut body = String::new();
    for (row, numbers) in chart.rows.iter().zip(&chart.numbers) {
        for (n, (cell, number)) in row.iter().skip(1).zip(numbers).enumerate() {
            let name = if n == 0 { row[0].as_str() } else { "" };
            let bar = number.map_or_else(String::new, |number| {
                let share = chart.share(number);
                let (from, to) = (zero.min(share) * 1000.0, zero.max(share) * 1000.0);
                format!(
                    "<svg viewBox=\"0 0 1000 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
                     <rect x=\"{from:.1}\" y=\"0\" width=\"{:.1}\" height=\"12\" fill=\"{}\"/></svg>",
                    to - from,
                    COLOURS[n % COLOURS.len()]
                )
            });
            body.push_str(&format!(
                "<tr>{}{}<td class=\"bar\">{bar}</td></tr>\n",
                element("td", name),
                element("td class=\"figure\"", cell)
            ));
        }
    }
    let names: String = chart.header.iter().take(2).map(|it| element("th", it)).collect();
    let legend = if chart.header.len() > 2 { legend(chart) } else { String::new() };
    format!(
        "{legend}<table class=\"bars\">\n<thead><tr>{names}<th></th></tr></thead>\n<tbody>\n{body}\
         </tbody>\n</table>\n"
    )
}

fn legend(chart: &Chart) -> String {
    let names = chart.header.iter().skip(1).enumerate().map(|(n, name)| {
        let key = format!(
            "<svg viewBox=\"0 0 24 12\" class=\"key\" aria-hidden=\"true\"><line x1=\"0\" y1=\"6\" \
             x2=\"24\" y2=\"6\" stroke=\"{}\" stroke-width=\"4\" stroke-dasharray=\"{}\"/></svg>",
            COLOURS[n % COLOURS.len()],
            if chart.look == ChartLook::Lines { DASHES[n % DASHES.len()] } else { "none" }
        );
        format!("<span>{key}{}</span>\n", escaped(name))
    });
    format!("<p class=\"legend\" dir=\"auto\">\n{}</p>\n", names.collect::<String>())
}

fn lines(chart: &Chart) -> String {
    let y = |value: f64| (1.0 - chart.share(value)) * (HEIGHT - BELOW - 8.0) + 8.0;
    let last = (chart.rows.len().max(2) - 1) as f64;
    let x = |n: usize| LEFT + n as f64 / last * (WIDTH - LEFT - 8.0);
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\" class=\"lines\">\n",
        escaped(&chart.told)
    );
    for tick in &chart.scale {
        out.push_str(&format!(
            "<line x1=\"{LEFT}\" y1=\"{0:.1}\" x2=\"{WIDTH}\" y2=\"{0:.1}\" stroke=\"#d8dee4\"/>\
             <text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{3}</text>\n",
            y(tick.at),
            LEFT - 8.0,
            y(tick.at) + 4.0,
            tick.label
        ));
    }
    for column in 0..chart.header.len().saturating_sub(1) {
        let (colour, dash) = (COLOURS[column % COLOURS.len()], DASHES[column % DASHES.len()]);
        let mut run = Vec::new();
        let points = chart.numbers.iter().map(|row| row.get(column).copied().flatten());
        for (n, value) in points.chain([None]).enumerate() {
            match value {
                Some(value) => run.push(format!("{:.1},{:.1}", x(n), y(value))),
                None => {
                    if !run.is_empty() {
                        out.push_str(&format!(
                            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" \
                             stroke-width=\"2\" stroke-dasharray=\"{dash}\" stroke-linecap=\"round\"/>\n",
                            run.join(" ")
                        ));
                    }
                    run.clear();
                }
            }
        }
    }
    out.push_str("</svg>\n");
    out
}
