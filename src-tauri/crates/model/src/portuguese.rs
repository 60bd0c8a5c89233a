//! The words of the trade in Portuguese, for letters and analyses. The screen says them in English.

use crate::{
    approval::Ruling,
    case::{Category, Outcome, Severity, Status},
    decision::{Granularity, MitigationState},
    document::Language,
    sighting::{Cloaked, Seen},
};

impl Category {
    /// The words on paper.
    pub fn label_in(self, language: Language) -> &'static str {
        language.pick(
            self.label(),
            match self {
                Self::Phishing => "phishing",
                Self::Malware => "software malicioso",
                Self::Botnet => "controlador de botnet",
                Self::Copyright => "direitos de autor",
                Self::Trademark => "marcas",
                Self::ChildSafety => "segurança de crianças",
                Self::IntimateImages => "imagens íntimas",
                Self::Threats => "ameaças e assédio",
                Self::TerroristContent => "conteúdo terrorista",
                Self::LegalOrder => "ordem legal",
                Self::DataRequest => "pedido de dados",
                Self::RegistrarHijack => "domínio desviado",
                Self::OurMistake => "erro nosso",
                Self::Inquiry => "pedido de informação",
                Self::Other => "outra",
            },
        )
    }
}

impl Severity {
    /// The word on paper.
    pub fn label_in(self, language: Language) -> &'static str {
        language.pick(
            self.label(),
            match self {
                Self::Low => "Baixa",
                Self::Medium => "Média",
                Self::High => "Alta",
                Self::Critical => "Crítica",
            },
        )
    }
}

impl Status {
    /// The word on paper.
    pub fn label_in(self, language: Language) -> &'static str {
        language.pick(
            self.label(),
            match self {
                Self::New => "Novo",
                Self::Triaged => "Triado",
                Self::Investigating => "Em investigação",
                Self::Waiting => "À espera",
                Self::Mitigated => "Mitigado",
                Self::Resolved => "Resolvido",
                Self::Closed => "Fechado",
            },
        )
    }
}

impl Granularity {
    /// The word on paper.
    pub fn word_in(self, language: Language) -> &'static str {
        language.pick(
            self.word(),
            match self {
                Self::Url => "URL",
                Self::Object => "objeto",
                Self::Bucket => "contentor de objetos",
                Self::Host => "nome de anfitrião",
                Self::Zone => "zona",
                Self::Account => "conta",
                Self::Service => "serviço",
            },
        )
    }
}

impl MitigationState {
    pub(crate) fn in_portuguese(self) -> &'static str {
        match self {
            Self::Proposed => "proposta",
            Self::Approved => "aprovada",
            Self::Active => "em vigor",
            Self::Lifted => "levantada",
        }
    }
}

impl Outcome {
    pub(crate) fn in_portuguese(&self) -> String {
        match self {
            Self::Pending => "por decidir".into(),
            Self::Mitigated => "com medida".into(),
            Self::NotOurs => "não é nosso".into(),
            Self::AlreadyGone => "já não existia".into(),
            Self::Forwarded(to) => format!("reencaminhado a {to}"),
            Self::Declined(why) => format!("recusado: {why}"),
        }
    }
}

impl Ruling {
    pub(crate) fn in_portuguese(self) -> &'static str {
        match self {
            Self::Approved => "aprovado",
            Self::Refused => "recusado",
        }
    }
}

impl Seen {
    pub(crate) fn in_portuguese(self) -> &'static str {
        match self {
            Self::Content => "o conteúdo denunciado",
            Self::Other => "outra coisa",
            Self::Blocked => "uma página de bloqueio ou de aviso",
            Self::Gone => "nada: não existe ou está vazio",
            Self::Elsewhere => "um reencaminhamento para outro endereço",
            Self::Gate => "um pedido de entrada ou de prova de que se é humano",
            Self::Unreachable => "sem resposta",
        }
    }
}

impl Cloaked {
    pub(crate) fn in_portuguese(self) -> &'static str {
        match self {
            Self::NotTried => "",
            Self::No => "; o mesmo para os outros",
            Self::Yes => "; outros veem outra coisa",
        }
    }
}

/// The name of a clock that ships, or that Farol starts by itself; a team's own stays as they wrote it.
pub fn clock_name(name: &str, language: Language) -> &str {
    language.pick(
        name,
        match name {
            "First response" => "Primeira resposta",
            "Removal of intimate images" => "Remoção de imagens íntimas",
            "Removal order" => "Ordem de remoção",
            "Answer awaited" => "À espera de resposta",
            name => name,
        },
    )
}
