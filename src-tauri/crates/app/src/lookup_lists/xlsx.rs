//! A table as a spreadsheet reads it: one sheet of texts and numbers, written row by row.
//!
//! Texts are inline and typed as texts, so that no spreadsheet takes one for a formula. Source: ECMA-376
//! part 1, §18.

use std::io::{self, Seek, Write};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Names" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const WORKBOOK_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 0 is plain, style 1 bold for the heading, style 2 text (`@`), which stays text when edited.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>"#;
const SHEET_BEGINS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"#;
/// A cell of a spreadsheet has at most so many characters.
const MAX_CHARS: usize = 32_767;

/// A sheet that is being written.
pub(super) struct Sheet<W: Write + Seek> {
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> Sheet<W> {
    /// Begins a file with a heading; each column has a width in characters.
    pub(super) fn begin(to: W, columns: &[(&str, u32)]) -> io::Result<Self> {
        let mut zip = ZipWriter::new(to);
        // No date: the same list makes the same bytes.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, text) in [
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", RELATIONS),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS),
            ("xl/styles.xml", STYLES),
        ] {
            zip.start_file(name, options)?;
            zip.write_all(text.as_bytes())?;
        }
        zip.start_file("xl/worksheets/sheet1.xml", options.large_file(true))?;
        zip.write_all(SHEET_BEGINS.as_bytes())?;
        zip.write_all(b"<cols>")?;
        for (n, (_, width)) in (1..).zip(columns) {
            write!(zip, r#"<col min="{n}" max="{n}" width="{width}" customWidth="1"/>"#)?;
        }
        zip.write_all(b"</cols><sheetData>")?;
        let mut sheet = Self { zip };
        sheet.row(columns.iter().map(|(title, _)| *title), 1)?;
        Ok(sheet)
    }

    /// Writes one row of texts.
    pub(super) fn texts<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        self.row(cells, 2)
    }

    fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>, style: u32) -> io::Result<()> {
        self.zip.write_all(b"<row>")?;
        for cell in cells {
            write!(self.zip, r#"<c t="inlineStr" s="{style}"><is><t xml:space="preserve">"#)?;
            self.zip.write_all(escaped(cell).as_bytes())?;
            self.zip.write_all(b"</t></is></c>")?;
        }
        self.zip.write_all(b"</row>")
    }

    /// Ends the file.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.zip.write_all(b"</sheetData></worksheet>")?;
        self.zip.finish()?;
        Ok(())
    }
}

/// Text for XML; what XML cannot say is left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(MAX_CHARS) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if u32::from(c) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn a_cell_stays_a_text_whatever_it_begins_with() {
        let mut bytes = Cursor::new(Vec::new());
        let mut sheet = Sheet::begin(&mut bytes, &[("name", 30), ("said", 60)]).unwrap();
        sheet.texts(["=cmd|' /C calc'!A0", "a < b & c\u{1}"].into_iter()).unwrap();
        sheet.end().unwrap();
        let mut zip = zip::ZipArchive::new(bytes).unwrap();
        let mut text = String::new();
        zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut text).unwrap();
        assert!(
            text.contains(r#"<c t="inlineStr" s="2"><is><t xml:space="preserve">=cmd|"#),
            "{text}"
        );
        assert!(text.contains("a &lt; b &amp; c</t>"), "{text}");
        assert!(!text.contains("<f>"), "no formula anywhere");
        assert_eq!(zip.len(), 6);
    }
}
