//! The same in Portuguese, for documents that are written in it.

use crate::{
    case::{CaseFacts, Target},
    clock::{Clock, Stop},
    document::{Language, ReviewState, Standing},
    evidence::Handling,
    journal::Action,
    portuguese::clock_name,
    report::Consent,
    sighting::Sighting,
    signed::{Says, SignedFile},
};

const PT: Language = Language::Portuguese;

/// What is about no case stands in no document, and is said in English.
pub(super) fn describe(action: &Action) -> String {
    match action {
        Action::HoldSet { after: Some(hold), .. } => format!("Retenção legal: {}", hold.reason),
        Action::HoldSet { after: None, .. } => "Retenção legal levantada".into(),
        Action::FileSigned { kept, .. } => signed(&kept.file),
        Action::FileTaken { kept, signer, .. } => taken(&kept.file, &signer.name),
        Action::ReportReceived { report } => {
            format!("Denúncia recebida: {}", report.parsed.subject)
        }
        Action::ConsentSet { after, .. } => match after {
            Consent::NotAsked => "Consentimento de quem denunciou: não foi pedido".into(),
            Consent::Named => "Quem denunciou pode ser nomeado".into(),
            Consent::Anonymous => "Quem denunciou fica anónimo".into(),
            Consent::DoNotForward => "O texto de quem denunciou não pode ser reencaminhado".into(),
        },
        Action::CaseOpened { case } => format!("Caso aberto: {}", case.facts.title),
        Action::ReportAttached { .. } => "Denúncia junta ao caso".into(),
        Action::ReportDetached { .. } => "Denúncia retirada do caso".into(),
        Action::CaseChanged { before, after, .. } => changed(before, after),
        Action::ObservableAdded { observable, .. } => {
            format!("Acrescentado: {}", observable.defanged())
        }
        Action::TargetSet { before, after, .. } => target(before.as_ref(), after.as_ref()),
        Action::ClockSet { before, after, .. } => clock(before.as_deref(), after),
        Action::NoteAdded { note, .. } => note.text.clone(),
        Action::NoteWithdrawn { .. } => "Nota retirada".into(),
        Action::Undid { entries, .. } => match entries.len() {
            1 => "Anulado: uma alteração".into(),
            n => format!("Anulado: {n} alterações feitas em conjunto"),
        },
        Action::Observed { observations, .. } => match observations.len() {
            1 => "Consultado: 1 resposta guardada como prova".into(),
            n => format!("Consultado: {n} respostas guardadas como prova"),
        },
        Action::SightingSet { after: Some(it), .. } => sighting(it),
        Action::SightingSet { after: None, .. } => "Uma observação foi retirada".into(),
        Action::EvidenceReceived { evidence, .. } => format!("Prova junta: {}", evidence.name),
        Action::EvidenceHandled { handling, .. } => handled(handling),
        Action::EvidenceDestroyed { reason, .. } => format!("Prova destruída: {reason}"),
        Action::DecisionSet { before: None, after, .. } => format!("Decidido: {}", after.what),
        Action::DecisionSet { after, .. } => format!("Decisão aprovada: {}", after.what),
        Action::MitigationSet { after, .. } => {
            format!("Medida {}: {}", after.state().in_portuguese(), after.what)
        }
        Action::DocumentCreated { document } => {
            format!("Documento começado ({}): {}", document.kind.label_in(PT), document.title)
        }
        Action::BlocksSaved { changes, .. } => match changes.len() {
            1 => "Documento guardado: 1 bloco alterado".into(),
            n => format!("Documento guardado: {n} blocos alterados"),
        },
        Action::EnvelopeSet { after, .. } => format!("Resposta endereçada: {}", after.subject),
        Action::StandingSet { before, after, .. } => standing(before, after),
        Action::DraftsDisposed { left, .. } => {
            format!("Rascunhos eliminados: «{}»", left.document.title)
        }
        Action::DocumentSent { sent, .. } => {
            let by = match sent.channel.as_str() {
                "mail" => "correio eletrónico",
                other => other,
            };
            format!("Resposta enviada por {by}")
        }
        Action::DocumentExported { certificate, .. } => format!(
            "Exportado como {} para {}; valores retidos procurados: {}, encontrados: 0",
            certificate.format.extension(),
            certificate.audience,
            certificate.n_values_searched
        ),
        Action::BundleLeft { bundle, .. } => {
            format!("Saiu num pacote para {}; sha256 {}", bundle.to, bundle.sha256)
        }
        Action::BundleTaken { bundle, .. } => match bundle.n_entries {
            1 => format!("Veio num pacote de {}: 1 entrada", bundle.name),
            n => format!("Veio num pacote de {}: {n} entradas", bundle.name),
        },
        Action::CaseRenumbered { reference, .. } => {
            format!("Um caso de outra mesa tem aqui o número {reference}")
        }
        Action::ConflictSettled { label, is, .. } => format!("Escolhido para {label}: {is}"),
        other => other.describe(),
    }
}

fn standing(before: &Standing, after: &Standing) -> String {
    if after.steps.len() > before.steps.len() {
        let state = match after.state() {
            ReviewState::Draft => "rascunho",
            ReviewState::Peer => "com um colega",
            ReviewState::Legal => "com o jurídico",
            ReviewState::Approved => "aprovado",
            ReviewState::Issued => "emitido",
        };
        return format!("Revisão de um documento: {state}");
    }
    let said = if after.kept.len() > before.kept.len() {
        "Uma ação prometida está feita"
    } else if before.kept.len() > after.kept.len() {
        "Uma ação prometida está de novo em aberto"
    } else if after.comments.len() > before.comments.len() {
        "Um bloco de um documento foi comentado"
    } else {
        "Um comentário a um documento foi resolvido ou retirado"
    };
    said.into()
}

fn signed(file: &SignedFile) -> String {
    match file.statement().map(|it| it.says) {
        Some(Says::Request(request)) => {
            format!("Pedida a aprovação de uma segunda pessoa: {}", request.proposal.what)
        }
        Some(Says::Answer(answer)) => {
            let ruling = answer.ruling.in_portuguese();
            format!("Assinado para outra mesa: {ruling}, {}", answer.reference)
        }
        Some(Says::Handover(handover)) => match handover.cases.len() {
            1 => "Passagem de turno escrita: 1 caso aberto".into(),
            n => format!("Passagem de turno escrita: {n} casos abertos"),
        },
        Some(Says::Receipt(_)) => "Assinada a leitura de uma passagem de turno".into(),
        Some(Says::Card(_)) | None => "Um ficheiro foi assinado".into(),
    }
}

fn taken(file: &SignedFile, signer: &str) -> String {
    match file.statement().map(|it| it.says) {
        Some(Says::Request(request)) => {
            format!("{signer} pede aprovação em {}", request.reference)
        }
        Some(Says::Answer(answer)) => {
            let why = match answer.reason.as_str() {
                "" => String::new(),
                reason => format!(". {reason}"),
            };
            format!("{signer} assinou: {}{why}", answer.ruling.in_portuguese())
        }
        Some(Says::Handover(_)) => format!("Recebida a passagem de turno de {signer}"),
        Some(Says::Receipt(_)) => format!("{signer} assinou a leitura da passagem de turno"),
        Some(Says::Card(_)) | None => format!("Recebido um ficheiro assinado por {signer}"),
    }
}

fn changed(before: &CaseFacts, after: &CaseFacts) -> String {
    let mut parts = Vec::new();
    let mut part = |what: &str, before: &str, after: &str| {
        if before != after {
            parts.push(format!("{what} {before} → {after}"));
        }
    };
    part("estado", before.status.label_in(PT), after.status.label_in(PT));
    part("gravidade", before.severity.label_in(PT), after.severity.label_in(PT));
    part("categoria", before.category.label_in(PT), after.category.label_in(PT));
    if before.title != after.title {
        parts.push(format!("título «{}» → «{}»", before.title, after.title));
    }
    if before.people != after.people {
        parts.push("pessoas".into());
    }
    if before.accounts != after.accounts {
        parts.push("contas".into());
    }
    if parts.is_empty() {
        parts.push("factos".into());
    }
    format!("Alterado: {}", parts.join(", "))
}

fn target(before: Option<&Target>, after: Option<&Target>) -> String {
    match (before, after) {
        (None, Some(target)) => format!("Alvo indicado: {}", target.observable.defanged()),
        (_, Some(target)) => {
            format!("{}: {}", target.observable.defanged(), target.outcome.in_portuguese())
        }
        (Some(target), None) => format!("Já não é alvo: {}", target.observable.defanged()),
        (None, None) => "Alvo sem alteração".into(),
    }
}

fn clock(before: Option<&Clock>, after: &Clock) -> String {
    let name = clock_name(&after.rule.name, PT);
    match (before, &after.stopped) {
        (None, _) => format!("Prazo a correr: {name}"),
        (Some(_), Some(stop)) => format!("Prazo parado: {name} ({})", stop_reason(&stop.reason)),
        (Some(_), None) => format!("Prazo alterado: {name}"),
    }
}

/// Why a clock was stopped, where Farol stopped it by itself; a person's reason stays as they wrote it.
fn stop_reason(reason: &str) -> &str {
    match reason {
        Stop::NOT_ASKED_FOR => "mudou a categoria ou a gravidade",
        Stop::START_UNDONE => "foi anulado o que o pôs a correr",
        Stop::BY_A_RESPONSE => "foi enviada uma resposta",
        Stop::BY_A_MITIGATION => "há uma medida em vigor",
        Stop::ANSWERED => "responderam",
        reason => reason,
    }
}

fn handled(handling: &Handling) -> String {
    match handling {
        Handling::Received { origin } if origin.is_empty() => "Prova: recebida".into(),
        Handling::Received { origin } => format!("Prova: recebida, {origin}"),
        Handling::Opened => "Prova vista".into(),
        Handling::Exported { file_name, to } => {
            format!("Prova: exportada como {file_name}, para {to}")
        }
        Handling::Redacted { .. } => "Prova: juntou-se uma cópia expurgada".into(),
        Handling::Destroyed { reason } => format!("Prova: destruída, {reason}"),
    }
}

fn sighting(it: &Sighting) -> String {
    let mut text = format!("Visto em {}: {}", it.observable.defanged(), it.seen.in_portuguese());
    if !it.words.is_empty() {
        text.push_str(&format!(" – {}", it.words));
    }
    let how = [it.seen_from.as_str(), &it.device, &it.language];
    let how: Vec<&str> = how.into_iter().filter(|it| !it.is_empty()).collect();
    if !how.is_empty() {
        text.push_str(&format!(" ({})", how.join(", ")));
    }
    text.push_str(&format!("; {}{}", it.seen_at.to_minute(), it.cloaked.in_portuguese()));
    text
}
