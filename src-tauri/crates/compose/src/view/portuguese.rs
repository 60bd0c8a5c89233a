//! The words of the trade in Portuguese, for letters and analyses.

use farol_model::case::{Category, Severity, Status};

pub(super) fn category(category: Category) -> &'static str {
    match category {
        Category::Phishing => "phishing",
        Category::Malware => "software malicioso",
        Category::Botnet => "controlador de botnet",
        Category::Copyright => "direitos de autor",
        Category::Trademark => "marcas",
        Category::ChildSafety => "segurança de crianças",
        Category::IntimateImages => "imagens íntimas",
        Category::Threats => "ameaças e assédio",
        Category::TerroristContent => "conteúdo terrorista",
        Category::LegalOrder => "ordem legal",
        Category::DataRequest => "pedido de dados",
        Category::RegistrarHijack => "domínio desviado",
        Category::OurMistake => "erro nosso",
        Category::Inquiry => "pedido de informação",
        Category::Other => "outra",
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "Baixa",
        Severity::Medium => "Média",
        Severity::High => "Alta",
        Severity::Critical => "Crítica",
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::New => "Novo",
        Status::Triaged => "Triado",
        Status::Investigating => "Em investigação",
        Status::Waiting => "À espera",
        Status::Mitigated => "Mitigado",
        Status::Resolved => "Resolvido",
        Status::Closed => "Fechado",
    }
}
