//! Escaped text.

/// Text between tags or in an attribute. The paper holds no character that XML forbids.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A run of text; `looks` is the content of `w:rPr`.
pub(super) fn run(text: &str, looks: &str) -> String {
    let looks = if looks.is_empty() { String::new() } else { format!("<w:rPr>{looks}</w:rPr>") };
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escaped(line)))
        .collect();
    format!("<w:r>{looks}{}</w:r>", lines.join("<w:br/>"))
}

/// A paragraph of a style.
pub(super) fn paragraph(style: &str, text: &str) -> String {
    styled(style, "", &run(text, ""), text)
}

/// A paragraph of a style with further properties and ready runs; `text` decides its direction.
pub(super) fn styled(style: &str, more: &str, runs: &str, text: &str) -> String {
    let direction = if is_right_to_left(text) { "<w:bidi/>" } else { "" };
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}{direction}</w:pPr>{runs}</w:p>")
}

/// Whether the first letter is of a script that runs from right to left.
fn is_right_to_left(text: &str) -> bool {
    let first = text.chars().find(|c| c.is_alphabetic());
    first.is_some_and(
        |c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'),
    )
}
