//! Until when something is promised: a person writes it as text, and lists sort it as a day.

use jiff::civil::Date;

/// Months, by their first letters in English and Portuguese.
const MONTHS: [[&str; 2]; 12] = [
    ["jan", "jan"],
    ["feb", "fev"],
    ["mar", "mar"],
    ["apr", "abr"],
    ["may", "mai"],
    ["jun", "jun"],
    ["jul", "jul"],
    ["aug", "ago"],
    ["sep", "set"],
    ["oct", "out"],
    ["nov", "nov"],
    ["dec", "dez"],
];

/// The day that a text names, as `2026-12-04`; none when it names none for certain.
///
/// Read are `2026-12-04` with anything behind it, `4 December 2026`, `December 4th, 2026` and
/// `4 de dezembro de 2026`. A day between slashes is not read: it is another one elsewhere.
pub fn due_day(text: &str) -> Option<String> {
    let text = text.trim();
    let iso = text.get(..10).filter(|_| !text[10..].starts_with(|c: char| c.is_ascii_digit()));
    if let Some(day) = iso.and_then(|it| it.parse::<Date>().ok()) {
        return Some(day.to_string());
    }
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case("de"));
    let (mut day, mut month, mut year) = (None, None, None);
    for word in words {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_ordinal = ["st", "nd", "rd", "th", ""].contains(&&word[digits.len()..]);
        match digits.parse::<i16>() {
            Ok(n) if is_ordinal && digits.len() <= 2 => named(&mut day, n)?,
            Ok(n) if digits.len() == 4 && digits.len() == word.len() => named(&mut year, n)?,
            Ok(_) => return None,
            Err(_) => {
                if let Some(n) = month_of(word) {
                    named(&mut month, n)?;
                }
            }
        }
        if day.is_some() && month.is_some() && year.is_some() {
            break;
        }
    }
    let (day, month) = (i8::try_from(day?).ok()?, i8::try_from(month?).ok()?);
    Date::new(year?, month, day).ok().map(|it| it.to_string())
}

/// None when the text names two of them.
fn named(place: &mut Option<i16>, n: i16) -> Option<()> {
    place.replace(n).is_none().then_some(())
}

fn month_of(word: &str) -> Option<i16> {
    let lower = word.to_lowercase();
    let starts = |it: &[&str; 2]| it.iter().any(|month| lower.starts_with(month));
    (1..).zip(&MONTHS).find(|(_, names)| starts(names)).map(|(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::due_day;

    #[test]
    fn a_day_is_read_when_the_text_names_one_for_certain() {
        for (text, day) in [
            ("2026-12-04", Some("2026-12-04")),
            ("2026-12-04 16:00 UTC", Some("2026-12-04")),
            ("4 December 2026", Some("2026-12-04")),
            ("by 4 Dec 2026, 16:00 UTC", Some("2026-12-04")),
            ("December 4th, 2026", Some("2026-12-04")),
            ("4 de dezembro de 2026", Some("2026-12-04")),
            ("02/03/2026", None),
            ("2026-13-04", None),
            ("31 February 2026", None),
            ("next week", None),
            ("[date]", None),
            ("Q1 2027", None),
            ("done", None),
            ("", None),
            ("ção", None),
            ("2026-12-041", None),
        ] {
            assert_eq!(due_day(text).as_deref(), day, "{text}");
        }
    }
}
