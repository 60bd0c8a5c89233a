//! File names as senders wrote them, made safe to show and to write.

/// Longest name, in bytes.
const MAX_BYTES: usize = 255;

const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "clock$", "conin$"];

/// A name without path, control and direction characters, reserved words and trailing dots.
///
/// Never empty: an unusable name becomes `attachment`.
pub(crate) fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let trimmed = clean.trim_matches([' ', '.']).len();
    if trimmed == 0 {
        return "attachment".into();
    }
    let kept = clean.trim_end_matches([' ', '.']).trim_start().len();
    clean = clean.trim_start()[..kept].to_owned();
    if is_reserved(&clean) {
        clean.insert(0, '_');
    }
    shorten(clean)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{ad}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_port = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| n.chars().count() == 1 && n != "0")
    };
    RESERVED.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

/// Cuts the stem, keeps a short extension.
fn shorten(name: String) -> String {
    if name.len() <= MAX_BYTES {
        return name;
    }
    let extension = name.rfind('.').map(|at| &name[at..]).filter(|it| it.len() <= 16).unwrap_or("");
    let mut end = MAX_BYTES - extension.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_folder_or_lie_about_their_ending() {
        for (name, expected) in [
            ("list.txt", "list.txt"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\a.doc", "a.doc"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("CON.txt", "_CON.txt"),
            ("com1", "_com1"),
            ("name. . ", "name"),
            ("..", "attachment"),
            ("", "attachment"),
            (".htaccess", ".htaccess"),
            ("a:b?.csv", "a_b_.csv"),
        ] {
            assert_eq!(clean(name), expected, "{name:?}");
        }
        let long = clean(&format!("{}.csv", "ä".repeat(400)));
        assert!(long.len() <= 255 && long.ends_with(".csv"));
    }
}
