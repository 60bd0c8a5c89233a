//! Canaries in every place where text can hide, and files that must not be vouched for.

/// One value, however it is written.
mod forms;
/// Canaries in Word documents.
mod office;

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD};
use farol_model::{
    document::{Content, DocumentKind, Entity, Projected},
    export::{Format, RenderError},
};
use image::ImageFormat;
use lopdf::{Document, Object, Stream, dictionary};

use crate::{check_file, leak::check, paper::Paper, render, samples::*};

const SECRET: &str = "Borealis Bank lost traffic";

/// A letter whose reader must not learn of Borealis Bank, and the letter's own clean bytes.
fn letter(format: Format) -> (Projected, Vec<u8>) {
    let letter = document(
        DocumentKind::Response,
        vec![
            ("reporter", heading("Your report")),
            ("reporter", paragraph("Thank you for your report. We acted on it within the hour.")),
            ("internal_team", paragraph("Borealis Bank lost traffic.")),
        ],
    );
    let entities = [("name of another customer", "Borealis Bank"), ("name", "Ana")];
    let seen = seen_by(&letter, "reporter", &entities);
    let bytes = render(&seen, format).unwrap().bytes;
    (seen, bytes)
}

fn places(seen: &Projected, format: Format, bytes: &[u8]) -> Vec<String> {
    match check(seen, &Paper::of(seen), format, bytes) {
        Ok(_) => vec![],
        Err(RenderError::Leaks(leaks)) => {
            let mut places: Vec<_> = leaks.into_iter().map(|leak| leak.found_in).collect();
            places.sort();
            places.dedup();
            places
        }
        Err(other) => vec![other.to_string()],
    }
}

/// The beginning of a PNG that says something.
fn commented_png(text: &str) -> Vec<u8> {
    let text = format!("Comment\0{text}");
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend((text.len() as u32).to_be_bytes());
    png.extend(b"tEXt");
    png.extend(text.as_bytes());
    png.extend([0; 4]);
    png
}

#[test]
fn a_picture_in_an_html_file_is_read_as_one() {
    let (seen, bytes) = letter(Format::Html);
    let page = String::from_utf8(bytes).unwrap();
    let with = |picture: &[u8]| {
        let src = format!("{}{}", super::PNG_INSIDE, STANDARD.encode(picture));
        page.replace("<main>", &format!("<img src=\"{src}\"><main>")).into_bytes()
    };
    // "Ana" is withheld, and by chance its letters stand among the digits.
    let mut pixels = Cursor::new(Vec::new());
    let noise = |x, y| image::Rgb([(x * y) as u8, (x ^ y) as u8, (x * 31 + y * 7) as u8]);
    image::RgbImage::from_fn(300, 300, noise).write_to(&mut pixels, ImageFormat::Png).unwrap();
    let pixels = pixels.into_inner();
    let digits = STANDARD.encode(&pixels).to_lowercase();
    assert!(digits.contains("ana"), "the picture shows nothing");
    assert_eq!(places(&seen, Format::Html, &with(&pixels)), [""; 0]);
    for (leaky, place) in [
        (commented_png(SECRET), "could not read back"),
        ([&pixels[..], SECRET.as_bytes()].concat(), "could not read back"),
        (SECRET.as_bytes().to_vec(), "markup"),
    ] {
        let found = places(&seen, Format::Html, &with(&leaky));
        assert!(found.iter().any(|it| it.contains(place)), "{found:?}");
        let anybodys = check_file(&with(&leaky), &[SECRET.to_owned()]).unwrap();
        assert!(!anybodys.hits.is_empty(), "{place}");
    }
}

fn with_pdf(change: impl FnOnce(&mut Document)) -> Vec<String> {
    let (seen, bytes) = letter(Format::Pdf);
    let mut pdf = Document::load_mem(&bytes).unwrap();
    change(&mut pdf);
    let mut changed = Vec::new();
    pdf.save_to(&mut changed).unwrap();
    places(&seen, Format::Pdf, &changed)
}

fn utf16(text: &str) -> Object {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, lopdf::StringFormat::Hexadecimal)
}

fn catalog_with(key: &str, value: Object) -> Vec<String> {
    with_pdf(|pdf| pdf.catalog_mut().unwrap().set(key, value))
}

#[test]
fn a_rewritten_clean_pdf_is_clean() {
    assert_eq!(with_pdf(|_| {}), Vec::<String>::new());
}

#[test]
fn a_value_on_the_page_is_found_and_the_message_does_not_repeat_it() {
    let letter = document(
        DocumentKind::Response,
        vec![
            ("internal_team", paragraph("Rule seven also hit Borealis.")),
            ("reporter", paragraph("We saw that rule  seven also\nhit BOREALIS. Nothing else.")),
        ],
    );
    let seen = seen_by(&letter, "reporter", &[("name of another customer", "borealis")]);
    for format in
        [Format::Pdf, Format::Docx, Format::Markdown, Format::Text, Format::Eml, Format::Html]
    {
        let Err(RenderError::Leaks(leaks)) = render(&seen, format) else { panic!("{format:?}") };
        assert!(leaks.iter().any(|it| it.block == Some(letter.blocks[0].id)), "{format:?}");
        assert!(leaks.iter().any(|it| it.block == Some(letter.blocks[1].id)), "{format:?}");
        let said = format!("{} {leaks:?}", RenderError::Leaks(leaks.clone()));
        assert!(!said.to_lowercase().contains("borealis"), "{said}");
    }
}

const ALL_FORMATS: [Format; 6] =
    [Format::Pdf, Format::Docx, Format::Markdown, Format::Text, Format::Eml, Format::Html];

#[test]
fn a_customer_stands_in_the_address_that_a_host_is_written_to_about_and_nowhere_else() {
    let address = "https://help-1.borealis.example/accounts/confirm?of=borealis";
    let defanged = farol_model::observable::defang(address);
    let about = |words: &str| {
        let letter = document(
            DocumentKind::Response,
            vec![
                (
                    "host",
                    Content::Table {
                        header: vec![text("Address")],
                        rows: vec![vec![text(&defanged)]],
                    },
                ),
                ("host", paragraph(words)),
            ],
        );
        let entity = Entity {
            what: "account of another customer".into(),
            value: "borealis".into(),
            in_told: true,
        };
        seen_with(&letter, "host", &[entity]).told_of(&[address, "help-1.borealis.example"])
    };
    for format in ALL_FORMATS {
        let alone = about("Please look at help-1[.]borealis[.]example and tell us what you find.");
        assert!(render(&alone, format).is_ok(), "{format:?}: {:?}", render(&alone, format).err());
        for words in [
            "Borealis asked us to write.",
            "See https://borealis.example/contract, too.",
            "The account is help-1/borealis.",
        ] {
            let found = render(&about(words), format);
            assert!(matches!(found, Err(RenderError::Leaks(_))), "{format:?}: {words}");
        }
        let other = about("Nothing.").told_of(&[]);
        assert!(matches!(render(&other, format), Err(RenderError::Leaks(_))), "{format:?}");
    }
}

#[test]
fn a_canary_in_the_document_information_is_found() {
    let found = with_pdf(|pdf| {
        let info = pdf.add_object(dictionary! { "Title" => utf16(SECRET) });
        pdf.trailer.set("Info", info);
    });
    assert!(found.contains(&"document information".to_owned()), "{found:?}");
}

#[test]
fn a_canary_in_a_bookmark_is_found() {
    let found = with_pdf(|pdf| {
        for object in pdf.objects.values_mut() {
            if let Object::Dictionary(it) = object
                && it.has(b"Title")
                && it.has(b"Dest")
            {
                it.set("Title", Object::string_literal(SECRET));
            }
        }
    });
    assert!(found.contains(&"outline".to_owned()), "{found:?}");
}

#[test]
fn a_canary_in_the_metadata_stream_is_found() {
    let found = with_pdf(|pdf| {
        let dict = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
        let xml = "<x:xmpmeta><dc:title>borealis&#32;bank BOREALIS BANK</dc:title></x:xmpmeta>";
        let id = pdf.add_object(Stream::new(dict, xml.into()));
        pdf.catalog_mut().unwrap().set("Metadata", id);
    });
    assert!(found.contains(&"document metadata".to_owned()), "{found:?}");
}

#[test]
fn a_canary_in_a_stream_that_no_page_uses_is_found_in_every_encoding() {
    let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02X}")).collect();
    for hidden in [
        format!("\u{1}{SECRET}").into_bytes(),
        utf16,
        hex.into_bytes(),
        b"Borealis%20Bank%20lost%20traffic".to_vec(),
        b"x Qm9yZWFsaXMgQmFuayBsb3N0IHRyYWZmaWM= x".to_vec(),
        b"x IEJvcmVhbGlzIEJhbmsgbG9zdCB0cmFmZmlj x".to_vec(),
        b"x eHhCb3JlYWxpcyBCYW5rIGxvc3QgdHJhZmZpYw== x".to_vec(),
    ] {
        let said = String::from_utf8_lossy(&hidden).into_owned();
        let found = with_pdf(|pdf| {
            let mut stream = Stream::new(dictionary! {}, hidden);
            stream.compress().unwrap();
            pdf.add_object(stream);
        });
        assert!(found.iter().any(|place| place.starts_with("stream")), "{said}: {found:?}");
    }
}

#[test]
fn canaries_in_annotations_structure_names_and_plain_objects_are_found() {
    let secret = || Object::string_literal(SECRET);
    let annotation = with_pdf(|pdf| {
        pdf.add_object(dictionary! { "Type" => "Annot", "Contents" => secret() });
    });
    assert!(annotation.contains(&"annotation".to_owned()), "{annotation:?}");
    let structure = with_pdf(|pdf| {
        pdf.add_object(dictionary! { "S" => "P", "ActualText" => secret() });
    });
    assert!(structure.contains(&"structure tree".to_owned()), "{structure:?}");
    let object = catalog_with("PieceInfo", Object::Array(vec![secret()]));
    assert!(object.contains(&"object text".to_owned()), "{object:?}");
    let name = catalog_with("PageMode", Object::Name(SECRET.into()));
    assert!(name.contains(&"names".to_owned()), "{name:?}");
}

#[test]
fn bytes_behind_the_end_are_found_and_a_second_version_is_refused() {
    let (seen, mut bytes) = letter(Format::Pdf);
    bytes.extend_from_slice(format!("% {SECRET}").as_bytes());
    let found = places(&seen, Format::Pdf, &bytes);
    assert!(!found.is_empty(), "{found:?}");
    let (seen, mut bytes) = letter(Format::Pdf);
    bytes.extend_from_slice(b"\n%%EOF\n");
    let found = places(&seen, Format::Pdf, &bytes);
    assert!(found[0].contains("does not end exactly once"), "{found:?}");
}

#[test]
fn scripts_attachments_layers_and_actions_are_refused() {
    for ability in ["OpenAction", "AA", "OCProperties", "AcroForm"] {
        let found = catalog_with(ability, Object::Dictionary(dictionary! {}));
        assert!(found[0].contains("can do more than be read"), "{ability}: {found:?}");
    }
    for name in ["JavaScript", "EmbeddedFiles"] {
        let names = dictionary! { name => Object::Dictionary(dictionary! {}) };
        let found = catalog_with("Names", Object::Dictionary(names));
        assert!(found[0].contains("can do more than be read"), "{name}: {found:?}");
    }
}

#[test]
fn canaries_in_fonts_destinations_and_drawn_text_are_found() {
    let table = with_pdf(|pdf| {
        for object in pdf.objects.values_mut() {
            if let Object::Stream(it) = object {
                let Ok(bytes) = it.get_plain_content() else { continue };
                let Ok(text) = String::from_utf8(bytes) else { continue };
                if text.contains("begincmap") {
                    let hidden: String =
                        SECRET.encode_utf16().map(|it| format!("{it:04X}")).collect();
                    let row = format!("1 beginbfchar\n<FFFE> <{hidden}>\nendbfchar\nendcmap");
                    it.set_plain_content(text.replace("endcmap", &row).into_bytes());
                    it.compress().unwrap();
                }
            }
        }
    });
    assert!(table.contains(&"font table".to_owned()), "{table:?}");
    let font = with_pdf(|pdf| {
        pdf.add_object(
            dictionary! { "Type" => "Font", "BaseFont" => "ABCDEF+borealis-BANK,Borealis#20Bank" },
        );
    });
    let plain_name = with_pdf(|pdf| {
        pdf.add_object(
            dictionary! { "BaseFont" => Object::Name(b"ABCDEF+BOREALIS BANK".to_vec()) },
        );
    });
    assert!(plain_name.contains(&"names".to_owned()), "{plain_name:?} {font:?}");
    let destination = with_pdf(|pdf| {
        let names = Object::Array(vec![Object::string_literal(SECRET), Object::Null]);
        let tree = dictionary! { "Dests" => Object::Dictionary(dictionary! { "Names" => names }) };
        pdf.catalog_mut().unwrap().set("Names", Object::Dictionary(tree));
    });
    assert!(destination.contains(&"named destination".to_owned()), "{destination:?}");
    let link = with_pdf(|pdf| {
        let action = dictionary! { "S" => "URI", "URI" => Object::string_literal("https://x.example/?q=Borealis%20Bank") };
        pdf.add_object(dictionary! { "Subtype" => "Link", "A" => Object::Dictionary(action) });
    });
    assert!(link.contains(&"annotation".to_owned()), "{link:?}");
    // A font that does not say what it shows could show anything.
    let drawn = with_pdf(|pdf| {
        let page = pdf.page_iter().next().unwrap();
        let font = pdf.add_object(
            dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" },
        );
        let content = "BT /Z 9 Tf 3 Tr [(Bor) 20 (ealis Ba) 30 (nk)] TJ ET";
        let stream = pdf.add_object(Stream::new(dictionary! {}, content.into()));
        let page = pdf.get_dictionary_mut(page).unwrap();
        page.set(
            "Resources",
            dictionary! { "Font" => Object::Dictionary(dictionary! { "Z" => font }) },
        );
        page.set("Contents", stream);
    });
    assert!(drawn[0].contains("could not read back"), "{drawn:?}");
}

#[test]
fn in_a_pdf_of_others_covered_and_replaced_text_is_found() {
    let (_, bytes) = letter(Format::Pdf);
    let values = ["Borealis Bank".to_owned()];
    let mut pdf = Document::load_mem(&bytes).unwrap();
    let page = pdf.page_iter().next().unwrap();
    let font = pdf.add_object(
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" },
    );
    let content = "BT /Z 9 Tf [(Bor) 20 (ealis Ba) 30 (nk)] TJ ET 0 0 0 rg 0 0 500 500 re f";
    let mut stream = Stream::new(dictionary! {}, content.into());
    stream.compress().unwrap();
    let stream = pdf.add_object(stream);
    let dictionary = pdf.get_dictionary_mut(page).unwrap();
    dictionary.set(
        "Resources",
        dictionary! { "Font" => Object::Dictionary(dictionary! { "Z" => font }) },
    );
    dictionary.set("Contents", stream);
    let mut covered = Vec::new();
    pdf.save_to(&mut covered).unwrap();
    let found = crate::check_file(&covered, &values).unwrap();
    assert!(found.hits.iter().any(|hit| hit.found_in == "page 1"), "{found:?}");
    // The same file, with a clean version saved behind it.
    let mut replaced = covered.clone();
    replaced.extend_from_slice(&bytes);
    let found = crate::check_file(&replaced, &values);
    assert!(found.is_err() || !found.unwrap().hits.is_empty());
    let clean = crate::check_file(&bytes, &values).unwrap();
    assert!(clean.hits.is_empty() && clean.notes.is_empty(), "{clean:?}");
}

#[test]
fn the_check_is_void_when_the_fonts_no_longer_say_what_they_show() {
    let found = with_pdf(|pdf| {
        for object in pdf.objects.values_mut() {
            if let Object::Dictionary(it) = object {
                it.remove(b"ToUnicode");
            }
        }
    });
    assert!(found[0].contains("could not read back"), "{found:?}");
}

#[test]
fn the_check_is_void_for_bytes_that_are_not_the_format() {
    for format in
        [Format::Pdf, Format::Docx, Format::Markdown, Format::Text, Format::Eml, Format::Html]
    {
        let (seen, mut bytes) = letter(format);
        bytes.truncate(bytes.len() / 3);
        let found = places(&seen, format, &bytes);
        assert!(found[0].contains("could not read back"), "{format:?}: {found:?}");
    }
}

#[test]
fn canaries_in_mail_headers_and_html_comments_are_found() {
    let (seen, bytes) = letter(Format::Eml);
    let mail = String::from_utf8(bytes).unwrap();
    for header in [
        "X-Note: Borealis Bank",
        "X-Note: =?utf-8?B?Qm9yZWFsaXMgQmFuaw==?=",
        "X-Note: =?utf-8?Q?Borealis_B?=\r\n =?utf-8?Q?=61nk?=",
    ] {
        let leaky = format!("{header}\r\n{mail}");
        let found = places(&seen, Format::Eml, leaky.as_bytes());
        assert!(found.contains(&"mail header".to_owned()), "{header}: {found:?}");
    }
    let (seen, bytes) = letter(Format::Html);
    let html = String::from_utf8(bytes).unwrap();
    for canary in ["<!-- Borealis Bank -->", "<p title=\"BOREALIS &#32;BANK borealis bank\"></p>"] {
        let found = places(&seen, Format::Html, html.replace("</main>", canary).as_bytes());
        assert!(found.contains(&"markup".to_owned()), "{canary}: {found:?}");
    }
}

#[test]
fn defanged_percent_encoded_and_spaced_forms_are_the_same_value() {
    let withheld = [("address", "https://login.example.test/a b"), ("name", "Žofie Ölmez")];
    for shown in [
        "see hxxps://login[.]example[.]test/a b now",
        "see https://login.example.test/a%20b now",
        "see h t t p s : / / login.example.test / a b",
        "by ŽOFIE   ÖLMEZ",
        "by Z\u{30c}ofie O\u{308}lmez",
    ] {
        let letter = document(DocumentKind::Response, vec![("reporter", paragraph(shown))]);
        let seen = seen_by(&letter, "reporter", &withheld);
        assert!(matches!(render(&seen, Format::Pdf), Err(RenderError::Leaks(_))), "{shown}");
    }
}

#[test]
fn a_short_name_is_not_found_inside_a_longer_word() {
    let withheld = [("name", "Ana"), ("address", "192.0.2.1"), ("initials", "AB")];
    let shown = |words: &str| {
        let letter = document(DocumentKind::Response, vec![("reporter", paragraph(words))]);
        render(&seen_by(&letter, "reporter", &withheld), Format::Pdf)
    };
    assert_eq!(shown("An analysis of 192.0.2.10 about AB.").unwrap().n_values_searched, 3);
    for leaky in ["Thanks, Ana.", "Ana's word", "from 192.0.2.1, then", "(ana)"] {
        assert!(matches!(shown(leaky), Err(RenderError::Leaks(_))), "{leaky}");
    }
}
