//! The body: sections in the house's styles.

use farol_model::document::DocumentKind;

use super::{
    fixed::NAMESPACES,
    xml::{escaped, paragraph, run, styled},
};
use crate::{
    chart::Chart,
    paper::{Paper, Part, Said},
    typeset::Picture,
};

/// Widths are twentieths of a point; this is A4 less two margins of 25 mm.
const TEXT_WIDTH: usize = 9070;
/// A logo is so large at most.
const LOGO_HEIGHT_PT: f64 = 28.0;
const LOGO_WIDTH_PT: f64 = 130.0;

/// `pictures` are those of the charts that can be drawn, in order, each with the words for it.
pub(super) fn document(paper: &Paper, pictures: &[(Picture, String)]) -> String {
    let mut pictures = (1..).zip(pictures);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document {NAMESPACES}><w:body>"
    );
    if let Some(team) = &paper.team {
        match &team.logo {
            Some(logo) => {
                let height_pt = LOGO_WIDTH_PT.min(LOGO_HEIGHT_PT * logo.shape) / logo.shape;
                let size = [height_pt * logo.shape, height_pt];
                let told = if team.name.is_empty() { "Logo" } else { &team.name };
                out.push_str(&drawing(0, size, told));
            }
            None => out.push_str(&styled("Team", "", &run(&team.name, ""), &team.name)),
        }
    }
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
            if let Part::Chart { chart } = it {
                out.push_str(&styled(
                    "ChartTitle",
                    "<w:keepNext/>",
                    &run(&chart.title, ""),
                    &chart.title,
                ));
                if !chart.scale.is_empty()
                    && let Some((n, (picture, told))) = pictures.next()
                {
                    out.push_str(&drawing(n, [picture.width_pt, picture.height_pt], told));
                }
                table(&mut out, &vec![1; chart.header.len()], &chart.header, &chart.rows);
            } else {
                part(&mut out, it, &paper.said);
            }
        }
    }
    out.push_str(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId4\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId5\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/>",
    );
    // A readout is one page: less air above and below.
    let (top, bottom) =
        if paper.look == DocumentKind::Readout { (1300, 1020) } else { (1500, 1250) };
    out.push_str(&format!(
        "<w:pgMar w:top=\"{top}\" w:right=\"1418\" w:bottom=\"{bottom}\" w:left=\"1418\" \
         w:header=\"720\" w:footer=\"560\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    ));
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
        Part::Facts { rows } => facts(out, rows),
        Part::Timeline { rows } => {
            let widths = [1900, TEXT_WIDTH - 1900];
            let mut table = Table::open(out, "FarolTable", &widths);
            table.header(&said.timeline);
            for [at, text] in rows {
                // A silence has no time.
                let style = if at.is_empty() { "TableGap" } else { "TableText" };
                table.row(&[(at, "TableTime"), (text, style)]);
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
        Part::Record { evidence, text, rows } => {
            let label = if *evidence { said.evidence } else { said.decision };
            let runs = run(&format!("{label}  "), "<w:b/>") + &run(text, "");
            out.push_str(&styled("Normal", "<w:keepNext/>", &runs, text));
            facts(out, rows);
        }
        Part::Table { widths, header, rows } => table(out, widths, header, rows),
        Part::Chart { chart: Chart { header, rows, .. } } => {
            table(out, &vec![1; header.len()], header, rows);
        }
    }
}

fn facts(out: &mut String, rows: &[[String; 2]]) {
    let widths = [TEXT_WIDTH * 3 / 10, TEXT_WIDTH * 7 / 10];
    let mut table = Table::open(out, "FarolFacts", &widths);
    for [label, value] in rows {
        table.row(&[(label, "FactLabel"), (value, "FactValue")]);
    }
    table.close();
}

/// `shares` say how wide the columns are.
fn table(out: &mut String, shares: &[usize], header: &[String], rows: &[Vec<String>]) {
    let whole = shares.iter().sum::<usize>().max(1);
    let widths: Vec<usize> = shares.iter().map(|it| TEXT_WIDTH * it / whole).collect();
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

/// A picture in a line of its own, with the words for whoever does not see it.
fn drawing(n: u32, [width_pt, height_pt]: [f64; 2], told: &str) -> String {
    // English Metric Units: 12 700 to the point.
    let (width, height) = (width_pt * 12_700.0, height_pt * 12_700.0);
    // Ids of drawings begin with 1.
    let id = n + 1;
    let size = format!("cx=\"{width:.0}\" cy=\"{height:.0}\"");
    let told = escaped(told);
    let runs = format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent {size}/><wp:docPr id=\"{id}\" name=\"Picture {n}\" descr=\"{told}\"/>\
         <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
         <pic:pic><pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Picture {n}\" descr=\"{told}\"/><pic:cNvPicPr/>\
         </pic:nvPicPr><pic:blipFill><a:blip r:embed=\"picture{n}\"/><a:stretch><a:fillRect/></a:stretch>\
         </pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext {size}/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>\
         </wp:inline></w:drawing></w:r>"
    );
    styled("Normal", "<w:keepNext/>", &runs, "")
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
