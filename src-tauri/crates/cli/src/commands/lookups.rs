//! Asking the world.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use farol_app::{
    Code, Desk, Failure,
    host_lists::{HostList, ListAsk, LookedUp},
    lookups::{Watch, no_host},
    view::ListNames,
};
use farol_model::{
    case::CaseRef, id::CaseId, leaving::LookupDepth, lookup_list::ListChoice, observable::defang,
};

use super::{leaving, lookup_lists};
use crate::{
    options::{LookupOptions, ProvidersOptions},
    output::Output,
};

/// Up to so many names of the command line, registries are asked along.
const MAX_WITH_REGISTRIES: usize = 20;
/// Up to so many names, every line is passed on at once.
const MAX_LINE_BY_LINE: usize = 2_000;
const NOBODY_WATCHES: Watch<'_> = Watch { progress: &|_, _| (), cancelled: &|| false };

pub(crate) fn look_up(
    desk: &Desk,
    options: &LookupOptions,
    output: &mut Output,
) -> Result<(), Failure> {
    let case = options.case.map(|it: CaseRef| desk.case_id(it)).transpose()?;
    let file = options.file.as_deref().map(read).transpose()?;
    let lines = file.as_deref().unwrap_or_default().lines();
    let list = HostList::read(options.names.iter().map(String::as_str).chain(lines));
    if !list.refused.is_empty() && file.is_none() {
        return Err(no_host());
    }
    let mut n_failed = list.refused.len();
    for line in &list.refused {
        print(&LookedUp::refused(line), output)?;
    }
    if desk.is_offline() && file.is_some() {
        let names = ListNames { text: list.hosts.join("\n"), cases: Vec::new(), keep_on: case };
        let choice = ListChoice {
            resolvers: options.resolvers.clone(),
            types: options.types.clone(),
            rate: options.rate,
            registries: false,
        };
        return lookup_lists::wait(desk, &names, &choice, output);
    }
    let depth = LookupDepth {
        selectors: options.selectors.clone(),
        authorities: options.authorities,
        trace: options.trace,
    };
    if desk.is_offline() {
        let resolver = options.resolvers.first().map(String::as_str);
        return leaving::wait(desk, &list.hosts, options.case, resolver, &depth, output);
    }
    let is_deep = depth != LookupDepth::default();
    if is_deep && (list.hosts.len() > MAX_WITH_REGISTRIES || options.resolvers.len() > 1) {
        return Err(Failure::bad_input(
            format!(
                "What lies deeper is asked of one resolver about at most {MAX_WITH_REGISTRIES} names. \
                 Nothing was sent."
            ),
            "Leave out --dkim, --authorities and --trace, or name fewer.",
        ));
    }
    let is_few = list.hosts.len() <= MAX_WITH_REGISTRIES
        && file.is_none()
        && options.types.is_none()
        && options.resolvers.len() <= 1;
    if is_few {
        let resolver = options.resolvers.first().map(String::as_str);
        for host in &list.hosts {
            one(desk, case, host, resolver, &depth, output)?;
        }
        return Ok(());
    }
    // Whoever watches sees each line at once; a long list goes out in pieces.
    let is_short = list.hosts.len() <= MAX_LINE_BY_LINE;
    let ask = ListAsk {
        case,
        resolvers: &options.resolvers,
        types: options.types.as_deref(),
        rate: options.rate,
    };
    let mut each = |it: LookedUp| {
        n_failed += usize::from(it.error.is_some());
        print(&it, output)?;
        if is_short { output.flush() } else { Ok(()) }
    };
    desk.look_up_list(list.hosts, &ask, &mut each, &|| false)?;
    if n_failed > 0 {
        eprintln!("farolctl: {n_failed} of the names could not be looked up; each line says why");
    }
    Ok(())
}

/// A single host, registries included.
fn one(
    desk: &Desk,
    case: Option<CaseId>,
    host: &str,
    resolver: Option<&str>,
    depth: &LookupDepth,
    output: &mut Output,
) -> Result<(), Failure> {
    let done = desk.look_up_deeper(case, &[host.to_owned()], resolver, depth, &NOBODY_WATCHES)?;
    for it in done.verdicts {
        print(&desk.looked_up(&done.observations, it), output)?;
    }
    output.flush()
}

/// Everything that was answered and what follows from it.
fn print(it: &LookedUp, output: &mut Output) -> Result<(), Failure> {
    let mut lines = vec![format!("{}: {}", defang(&it.name), it.summary)];
    for seen in &it.observations {
        let said = match (&seen.rcode, &seen.said) {
            (Some(rcode), _) => {
                let chain = seen.chain.iter().map(|name| format!("CNAME {}", defang(name)));
                let of_answers = seen.answers.iter().filter(|it| it.record_type != "CNAME");
                let answers =
                    of_answers.map(|it| format!("{} {}", it.record_type, defang(&it.data)));
                let errors = seen.extended_errors.iter().map(|it| format!("({it})"));
                let parts: Vec<_> = chain.chain(answers).chain(errors).collect();
                format!("{rcode} {}", parts.join(", "))
            }
            (None, said) => said.clone().unwrap_or_default(),
        };
        let of = seen.authority.as_ref();
        let of = of.map_or(String::new(), |it| format!(" of {} {}", defang(it), seen.server));
        let line = format!("  {} {}{of}  {said}", defang(&seen.name), seen.record_type);
        lines.push(line.trim_end().to_owned());
    }
    output.line(it, &lines.join("\n"))
}

pub(crate) fn providers(
    desk: &Desk,
    options: &ProvidersOptions,
    output: &mut Output,
) -> Result<(), Failure> {
    let names = std::slice::from_ref(&options.name);
    let done = desk.look_up(None, names, options.resolver.as_deref(), &NOBODY_WATCHES)?;
    for verdict in &done.verdicts {
        let mut lines = vec![format!("{}: {}", defang(&verdict.host), verdict.summary)];
        for finding in &verdict.findings {
            let ours = if finding.ours { ", ours" } else { "" };
            let service = finding.service.as_deref().map_or(String::new(), |it| format!(" {it}"));
            let role = format!("{:?}", finding.role).to_lowercase();
            let sure = format!("{:?}", finding.confidence).to_lowercase();
            lines.push(format!("  {role}: {}{service} ({sure}{ours})", finding.provider));
            for why in finding.why.iter().filter(|_| options.explain) {
                let source = format!("{}, {}", why.source, why.as_of);
                lines.push(format!("    because {} [{source}]", defang(&why.text)));
            }
        }
        for it in farol_app::whom_to_tell(verdict, None).iter().filter(|_| options.explain) {
            let contact = it.contact.as_deref().map_or(String::new(), |it| format!(", {it}"));
            lines.push(format!("  tell {} ({}{contact}): {}", it.who, it.part, it.may_be_told));
        }
        for act in verdict.we_can.iter().filter(|_| options.explain) {
            lines.push(format!("  we can {act}"));
        }
        lines.extend(verdict.notes.iter().map(|note| format!("  note: {note}")));
        output.line(verdict, &lines.join("\n"))?;
    }
    Ok(())
}

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let came = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        fs::read(path).map(|it| bytes = it)
    };
    came.map_err(|error| {
        Failure::new(
            Code::BadInput,
            format!("The list cannot be read: {}. Nothing was sent.", error.kind()),
            "Check the path; the file has one name a line.",
        )
    })?;
    // A byte that is no text spoils its own line only.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
