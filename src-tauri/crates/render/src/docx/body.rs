//! The body: sections in the house's styles.

use farol_model::document::DocumentKind;

use super::{
    fixed::NAMESPACES,
    xml::{paragraph, run, styled},
};
use crate::paper::{Paper, Part, Said};

/// Widths are twentieths of a point; this is A4 less two margins of 25 mm.
const TEXT_WIDTH: usize = 9070;

pub(super) fn document(paper: &Paper) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document {NAMESPACES}><w:body>"
    );
    if paper.look == DocumentKind::Response {
        out.push_str(&paragraph("Meta", &paper.dated));
        out.push_str(&paragraph("LetterTitle", &paper.title));
    } else {
        if !paper.kicker.is_empty() {
            out.push_str(&paragraph("Subtitle", &paper.kicker));
        }
        out.push_str(&paragraph("Title", &paper.title));
        let line = format!("{}   {}   {}", paper.reference, paper.dated, paper.label);
        out.push_str(&paragraph("Meta", &line));
    }
    for section in &paper.sections {
        if let Some(heading) = &section.heading {
            out.push_str(&paragraph("Heading1", heading));
        }
        for it in &section.parts {
            part(&mut out, it, &paper.said);
        }
    }
    out.push_str(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId5\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
         <w:pgMar w:top=\"1560\" w:right=\"1418\" w:bottom=\"1418\" w:left=\"1418\" \
         w:header=\"720\" w:footer=\"640\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
    );
    out
}

fn part(out: &mut String, part: &Part, said: &Said) {
    match part {
        Part::Paragraph { text } => out.push_str(&paragraph("Normal", text)),
        Part::Callout { text } => out.push_str(&paragraph("Callout", text)),
        Part::List { items } => {
            for item in items {
                out.push_str(&paragraph("ListBullet", item));
            }
        }
        Part::Facts { rows } => {
            let widths = [TEXT_WIDTH * 3 / 10, TEXT_WIDTH * 7 / 10];
            let mut table = Table::open(out, "FarolFacts", &widths);
            for [label, value] in rows {
                table.row(&[(label, "FactLabel"), (value, "TableText")]);
            }
            table.close();
        }
        Part::Timeline { rows } => {
            let widths = [2400, TEXT_WIDTH - 2400];
            let mut table = Table::open(out, "FarolTable", &widths);
            table.header(&said.timeline);
            for [at, text] in rows {
                table.row(&[(at, "TableTime"), (text, "TableText")]);
            }
            table.close();
        }
        Part::Actions { rows } => {
            let widths = [TEXT_WIDTH * 57 / 100, TEXT_WIDTH * 23 / 100, TEXT_WIDTH * 20 / 100];
            let mut table = Table::open(out, "FarolTable", &widths);
            table.header(&said.actions);
            for row in rows {
                let cells: Vec<_> = row.iter().map(|it| (it.as_str(), "TableText")).collect();
                table.row(&cells);
            }
            table.close();
        }
        Part::Table { columns, header, rows } => {
            let widths = vec![TEXT_WIDTH / columns; *columns];
            let mut table = Table::open(out, "FarolTable", &widths);
            if header.iter().any(|it| !it.is_empty()) {
                let header: Vec<&str> = header.iter().map(String::as_str).collect();
                table.header(&header);
            }
            for row in rows {
                let cells: Vec<_> = row.iter().map(|it| (it.as_str(), "TableText")).collect();
                table.row(&cells);
            }
            table.close();
        }
    }
}

/// A table while it is written.
struct Table<'a> {
    out: &'a mut String,
    widths: Vec<usize>,
}

impl<'a> Table<'a> {
    fn open(out: &'a mut String, style: &str, widths: &[usize]) -> Self {
        out.push_str(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"{style}\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/>\
             <w:tblLayout w:type=\"fixed\"/>\
             <w:tblLook w:val=\"0020\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" \
             w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/></w:tblPr><w:tblGrid>"
        ));
        for width in widths {
            out.push_str(&format!("<w:gridCol w:w=\"{width}\"/>"));
        }
        out.push_str("</w:tblGrid>");
        Self { out, widths: widths.to_vec() }
    }

    fn header(&mut self, cells: &[&str]) {
        self.out.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (cell, width) in cells.iter().zip(self.widths.clone()) {
            self.cell(width, &styled("TableHead", "<w:keepNext/>", &run(cell, ""), cell));
        }
        self.out.push_str("</w:tr>");
    }

    fn row(&mut self, cells: &[(&str, &str)]) {
        // A row taller than a page has to break somewhere.
        let whole = cells.iter().all(|(text, _)| text.len() < 1200);
        let keep = if whole { "<w:trPr><w:cantSplit/></w:trPr>" } else { "" };
        self.out.push_str(&format!("<w:tr>{keep}"));
        for ((text, style), width) in cells.iter().zip(self.widths.clone()) {
            self.cell(width, &paragraph(style, text));
        }
        self.out.push_str("</w:tr>");
    }

    fn cell(&mut self, width: usize, content: &str) {
        self.out.push_str(&format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{content}</w:tc>"
        ));
    }

    /// Word wants a paragraph between two tables and behind the last one.
    fn close(self) {
        self.out.push_str("</w:tbl><w:p><w:pPr><w:pStyle w:val=\"AfterTable\"/></w:pPr></w:p>");
    }
}
