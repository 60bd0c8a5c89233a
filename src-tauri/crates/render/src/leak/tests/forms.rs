//! One value, however it is written.

use farol_model::export::{Format, RenderError};

use crate::{check_file, render, samples::*};

const FORMATS: [Format; 6] =
    [Format::Pdf, Format::Docx, Format::Markdown, Format::Text, Format::Eml, Format::Html];

fn leaks(withheld: &str, shown: &str) {
    let letter = document(
        farol_model::document::DocumentKind::Response,
        vec![("reporter", paragraph(shown))],
    );
    let seen = seen_by(&letter, "reporter", &[("value", withheld)]);
    for format in FORMATS {
        let found = render(&seen, format);
        assert!(matches!(found, Err(RenderError::Leaks(_))), "{format:?} {withheld} {shown}");
    }
}

#[test]
fn every_normal_form_is_found_in_every_format() {
    let url = "https://login.borealis.example/a b";
    for (withheld, shown) in [
        ("Borealis Bank", "we told BOREALIS  BANK yesterday"),
        ("Borealis Bank", "b-o-r, no: Borea\u{ad}lis Ba\u{ad}nk"),
        ("Borealis Bank", "426f7265616c69732042616e6b"),
        ("Borealis Bank", "42 6F 72 65 61 6C 69 73 20 42 61 6E 6B"),
        ("Borealis Bank", "token Qm9yZWFsaXMgQmFuaw== end"),
        ("Borealis Bank", "token Ym9yZWFsaXMgYmFuaw end"),
        ("Borealis Bank", "q=%42orealis%20Bank"),
        ("Borealis Bank", "\\u0042orealis Bank"),
        (url, "hxxps://login[.]borealis[.]example/a b"),
        (url, "hxxps[:]//login(dot)borealis(.)example/a%20b"),
        (url, "h t t p s : / / login.borealis.example / a b"),
        ("bücher.example", "see xn--bcher-kva.example today"),
        ("xn--bcher-kva.example", "see BÜCHER.example today"),
        ("dana@bücher.example", "dana@xn--bcher-kva.example"),
        ("198.51.100.7", "7.100.51.198.in-addr.arpa"),
        ("198.51.100.7", "from 198[.]51[.]100[.]7 again"),
        ("2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0007"),
        ("2001:db8::7", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        ("2001:0DB8:0:0:0:0:0:7", "2001:db8::7"),
    ] {
        leaks(withheld, shown);
    }
}

#[test]
fn full_width_letters_are_the_same_letters() {
    let page = "<html><p>ＢＯＲＥＡＬＩＳ　Ｂａｎｋ</p></html>".as_bytes();
    assert_eq!(check_file(page, &["Borealis Bank".to_owned()]).unwrap().hits.len(), 2);
}

#[test]
fn a_name_in_a_script_without_spaces_is_found_between_its_neighbours() {
    let html = |words: &str| format!("<html><p>{words}</p></html>").into_bytes();
    let found = |value: &str, words: &str| {
        !check_file(&html(words), &[value.to_owned()]).unwrap().hits.is_empty()
    };
    assert!(found("王芳", "我们已经通知王芳女士了"));
    assert!(!found("Ana", "banana"));
}

#[test]
fn utf_16_is_found_in_any_case() {
    let wide: Vec<u8> = "xx BOREALIS bank".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut file = b"<html><p>A page.</p><!-- ".to_vec();
    // Zero bytes are valid UTF-8, so the file still is a page.
    file.extend(wide);
    file.extend(b" --></html>");
    let check = check_file(&file, &["Borealis Bank".into(), "ab".into(), String::new()]).unwrap();
    assert_eq!(check.too_short, [2]);
    assert_eq!(check.n_values_searched, 1);
    assert!(check.hits.iter().any(|hit| hit.line == 1 && hit.found_in == "file bytes"));
}

#[test]
fn files_that_cannot_be_read_prove_nothing() {
    let values = ["Borealis Bank".to_owned()];
    for bytes in [&b""[..], b"\xff\xfe\x00\xd8 no text", b"PK\x03\x04 broken", b"%PDF-1.7 broken"] {
        assert!(matches!(check_file(bytes, &values), Err(RenderError::CheckVoid(_))));
    }
}
