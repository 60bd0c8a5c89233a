//! Why we did not act: reasons that may be told to whoever reported, each under one word.
//!
//! A target that was declined with such a word (`declined:unable_to_confirm`) gets the sentence in
//! the language of the letter; anything else a person wrote stays as it is.

use std::sync::LazyLock;

use farol_model::{case::Outcome, document::Language};
use serde::Deserialize;

use crate::Material;

#[derive(Deserialize)]
struct Reason {
    word: String,
    en: String,
    pt: String,
}

static REASONS: LazyLock<Vec<Reason>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("reasons.json")).expect("a test reads every shipped reason")
});

/// The sentence for a word of the list.
pub(crate) fn sentence(word: &str, language: Language) -> Option<&'static str> {
    let found = REASONS.iter().find(|it| it.word == word.trim())?;
    Some(language.pick(found.en.as_str(), found.pt.as_str()))
}

/// The reasons that this case's targets name; when they name none, one gap that somebody has to
/// fill before the letter can leave.
pub(crate) fn reasons(material: &Material, language: Language) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for target in material.targets {
        if let Outcome::Declined(why) = &target.outcome
            && let Some(sentence) = sentence(why, language)
            && !named.iter().any(|it| it == sentence)
        {
            named.push(sentence.to_owned());
        }
    }
    if named.is_empty() {
        let gap = language.pick(
            "[say in one or two sentences what decided it]",
            "[diga numa ou duas frases o que o decidiu]",
        );
        named.push(gap.to_owned());
    }
    named
}
