//! The queue and the list of cases.

use farol_app::{
    Desk, Failure,
    view::{CaseRow, QueueRow},
};
use farol_model::list::CaseSort;

use crate::{options::ListOptions, output::Output};

pub(super) fn queue(desk: &Desk, list: ListOptions, output: &mut Output) -> Result<(), Failure> {
    let page = desk.queue(&list.ask(CaseSort::Due))?;
    for row in &page.rows {
        let plain = match row {
            QueueRow::Case(row) => case(row),
            QueueRow::Report(row) => {
                format!("new report     {}  {}", row.received_at.to_minute(), row.subject)
            }
        };
        output.line(row, &plain)?;
    }
    tell_cut(page.is_cut);
    Ok(())
}

pub(super) fn cases(desk: &Desk, list: ListOptions, output: &mut Output) -> Result<(), Failure> {
    let page = desk.cases(&list.ask(CaseSort::Opened))?;
    for row in &page.rows {
        output.line(row, &case(row))?;
    }
    tell_cut(page.is_cut);
    Ok(())
}

fn case(row: &CaseRow) -> String {
    let due = row.next_clock.as_ref().map_or_else(String::new, |line| {
        format!("  {} due {}", line.clock.rule.name, line.due_at.to_minute())
    });
    format!(
        "{}  {:<8} {:<13} {}{due}",
        row.reference,
        row.severity.word(),
        row.status.word(),
        row.title
    )
}

fn tell_cut(is_cut: bool) {
    if is_cut {
        eprintln!("farolctl: more than 2000 cases have these words; add another to see the rest");
    }
}
