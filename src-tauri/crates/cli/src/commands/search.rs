//! Finding what is kept.

use farol_app::{Desk, Failure, view::SearchHit};
use farol_model::search::Part;

use crate::output::Output;

pub(super) fn run(desk: &Desk, text: &str, output: &mut Output) -> Result<(), Failure> {
    let page = desk.search(text)?;
    let mut lines: Vec<String> = page.hits.iter().map(line).collect();
    lines.push(match (page.n_hits as usize, page.hits.len()) {
        (0, _) => "nothing found".into(),
        (1, _) => "1 found".into(),
        (n_hits, n_shown) if n_hits == n_shown => format!("{n_hits} found"),
        (n_hits, n_shown) if page.newest_first => format!("the newest {n_shown} of {n_hits}"),
        (n_hits, n_shown) => format!("the best {n_shown} of {n_hits}"),
    });
    output.line(&page, &lines.join("\n"))
}

fn line(hit: &SearchHit) -> String {
    let reference = hit.reference.map_or_else(|| "no case".into(), |it| it.to_string());
    let head = format!("{:<11}{reference:<14}  {}", hit.kind.word(), hit.at.to_minute());
    if hit.hidden {
        return format!("{head}  Sensitive, hidden until opened");
    }
    let text = |parts: &[Part]| parts.iter().map(|it| it.text.as_str()).collect::<String>();
    let (title, snippet) = (text(&hit.title), text(&hit.snippet));
    if snippet.is_empty() {
        format!("{head}  {title}")
    } else {
        format!("{head}  {title}\n    {snippet}")
    }
}
